"""One Space with one person of every standing, and what must always be true of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import FOREVER, User
from spaces.models import Participant, Space, SpeakRequest
from spaces.models.invariants import violations
from spaces.rules import ANONYMOUS, Actor, Standing
from spaces.states import LogKind, RequestState, Role, SpaceState
from spaces_project.common.errors import ProductError
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory

People = Mapping[Standing, User]

INSIDE = (Role.COHOST, Role.SPEAKER, Role.LISTENER)
OUTSIDE = (Standing.OUTSIDER, Standing.REMOVED, Standing.SUSPENDED)
CAST = (*map(Standing, Role), *OUTSIDE)
"""The person of each standing. No person is in charge for the host, unless a test says so."""


def people() -> People:
    built = UserFactory.build_batch(len(CAST), followers_count=600)
    cast = dict(zip(CAST, built, strict=True))
    cast[Standing.SUSPENDED].suspended_until = FOREVER
    User.objects.bulk_create(built)
    return cast


class Scene:
    """`scene.host`, `scene.cohost`, `scene.speaker`, `scene.listener`, `scene.outsider`, `scene.removed` and
    `scene.suspended` (from everything) are people.

    Every microphone is open. `cast` lets many scenes share one set of people.
    """

    def __init__(self, *, state: SpaceState = SpaceState.LIVE, cast: People | None = None) -> None:
        self.people = dict(cast or people())
        self.host, self.cohost, self.speaker, self.listener = (self.people[Standing(role)] for role in Role)
        self.outsider, self.removed, self.suspended = (self.people[standing] for standing in OUTSIDE)
        self.space = SpaceFactory.create(creator=self.host, state=state)
        now = self.space.created_at
        places = [self._place(self.people[Standing(role)], role=role) for role in INSIDE]
        places.append(self._place(self.removed, left_at=now, removed_at=now))
        places.append(self._place(self.suspended, left_at=now))
        Participant.objects.bulk_create(places)
        Space.objects.filter(pk=self.space.pk).update(seats_taken=1)
        self.space.participants.with_mic().update(muted=False)

    def _place(self, user: User, **fields: Any) -> Participant:
        return Participant(space=self.space, user=user, **fields)

    def lose_host(self, since: datetime | None = None) -> None:
        """Lose the host: nothing was heard from them since then, and no co-host is in charge yet."""
        Space.objects.filter(pk=self.space.pk).update(host_lost_at=since or timezone.now())

    def put_in_charge(self) -> User:
        """The host is lost, and a second co-host runs the Space."""
        acting = self.people.get(Standing.ACTING_HOST) or UserFactory.create()
        self.people[Standing.ACTING_HOST] = acting
        self._place(acting, role=Role.COHOST, muted=False).save()
        self.lose_host()
        Space.objects.filter(pk=self.space.pk).update(acting_host=acting)
        self.space.refresh_from_db()
        return acting

    @property
    def id(self) -> str:
        return self.space.public_id

    def actor(self, standing: Standing) -> Actor:
        if standing == Standing.ANONYMOUS:
            return ANONYMOUS
        if standing == Standing.ACTING_HOST and standing not in self.people:
            self.put_in_charge()
        return self.space.participants.filter(user=self.people[standing]).first()

    def place(self, user: User) -> Participant:
        """Return the participant as the database has it now."""
        return Participant.objects.get(space=self.space, user=user)

    def ask(self, user: User) -> None:
        SpeakRequest.objects.create(space=self.space, user=user)

    def mute(self, user: User) -> None:
        self.space.participants.filter(user=user).update(muted=True)

    def is_waiting(self, user: User) -> bool:
        return self.space.requests.filter(user=user, state=RequestState.PENDING).exists()

    def add(self, role: Role, count: int = 1) -> list[User]:
        joined = ParticipantFactory.create_batch(count, space=self.space, role=role)
        return [participant.user for participant in joined]

    def log(self) -> list[LogKind]:
        return [LogKind(kind) for kind in self.space.log.order_by("id").values_list("kind", flat=True)]

    def dump(self) -> dict[str, list[Any]]:
        """Every row of the Space with every field."""
        self.space.refresh_from_db()
        rows = {"space": Space.objects.filter(pk=self.space.pk).values()}
        for name in ("participants", "requests", "invitations", "log"):
            rows[name] = getattr(self.space, name).order_by("pk").values()
        return {name: list(found) for name, found in rows.items()}


def outcome(verb: Callable[..., object], **arguments: object) -> str:
    """`ok`, or the code of the refusal."""
    try:
        verb(**arguments)
    except ProductError as error:
        return error.code
    return "ok"


def assert_lawful(space: Space) -> None:
    """Check what no race and no fault may break."""
    space.refresh_from_db()
    assert violations(space.public_id) == []
