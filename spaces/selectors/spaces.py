"""One Space as its page shows it: the snapshot, the stage, the audience and the queue."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import msgspec
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from accounts.selectors import blocked_ids_among
from spaces import presence, rules
from spaces.events import wire
from spaces.models import Participant, Space
from spaces.models.tokens import is_public_id
from spaces.rules import Action, Sight
from spaces.selectors.arrivals import Arrival
from spaces.selectors.sight import sight
from spaces.states import MANAGER_ROLES, RequestState, Role
from spaces_project.common.errors import NotFound

AUDIENCE_FACES = 12

PEOPLE_PAGE = 50
"""People in one answer of `people`."""
QUEUE_LENGTH = 50

STAGE = 16

_STAGE_ORDER = [Role.HOST, Role.COHOST, Role.SPEAKER]


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that a page needs to draw the Space. The size is bounded, however many people are in it."""

    seq: int
    queue_seq: int
    space: wire.SpaceInfo
    you: wire.You
    stage: list[wire.StagePerson]
    audience: wire.Audience
    queue: wire.Queue | None = None
    blocked: list[str] = []
    """Ids of the people on the stage that the reader has blocked."""


def get_space(public_id: str) -> Space:
    """Return the Space. Raise `NotFound`."""
    if not is_public_id(public_id):
        raise no_such_space()
    space = Space.objects.select_related("creator", "host", "acting_host").filter(public_id=public_id).first()
    if space is None:
        raise no_such_space()
    return space


def get_shown_space(public_id: str) -> Space:
    """Return the Space. Raise `NotFound` if there is none, or if the account of its host is closed."""
    space = get_space(public_id)
    if not space.host.is_active:
        raise no_such_space()
    return space


def no_such_space() -> NotFound:
    """Return the error for an id that no Space has."""
    return NotFound("not_found", _("There is no such Space."))


@dataclass(frozen=True, slots=True)
class Scene:
    """What all people in a Space see alike, as it was at one moment."""

    space: Space
    from_start: bool
    stage: list[wire.StagePerson]
    audience: wire.Audience

    @property
    def stage_ids(self) -> set[int]:
        """Return the ids of the users on the stage."""
        return {int(person.id) for person in self.stage}


def scene(public_id: str) -> Scene:
    """Read what all people in the Space see alike. Raise `NotFound`."""
    return _scene(get_shown_space(public_id), seen=Sight.PEOPLE)


def _scene(space: Space, *, seen: Sight) -> Scene:
    holders = stage(space) if seen >= Sight.STAGE else []
    faces = AUDIENCE_FACES if seen == Sight.PEOPLE else 0
    on_stage = {int(holder.id) for holder in holders} or None
    counted = audience(space, on_stage=on_stage, faces=faces)
    return Scene(space, wire.is_heard_from_start(space), holders, counted)


def snapshot(
    *, public_id: str, user_id: int | None, connection: str | None = None, scene: Scene | None = None
) -> Snapshot:
    """Return the Space as a reader with or without an account sees it: `Sight` decides how much of the people. Raise
    `NotFound`.

    With `connection` return it as the participant on that connection sees it. Raise what the rules say if the
    participant may no longer be in, and `replaced` if it is not the participant's newest connection. `scene` then saves
    reading what is not the participant's own.
    """
    space = scene.space if scene else get_shown_space(public_id)
    if user_id is None:
        return _nameless_snapshot(space, connection, scene)
    own = space.participants.of(user_id)
    if connection is not None:
        rules.require(Action.LISTEN, space=space, actor=own)
        if own is not None and own.connection != connection:
            raise rules.replaced()
    requested = space.requests.filter(user_id=user_id, state=RequestState.PENDING).exists()
    runs = own is not None and own.is_active and own.role in MANAGER_ROLES
    place = queue_place(space, user_id) if requested else None
    you = wire.you(space, own, user_id=user_id, requested=requested, queue_place=place, offers=offers(space, user_id))
    seen = sight(space=space, user_id=user_id) if connection is None else Sight.PEOPLE
    shown = scene or _scene(space, seen=seen)
    return _snapshot(shown, you, runs=runs, blocked=blocked_on_stage(shown.stage, user_id))


def newcomers_snapshot(scene: Scene, own: Participant, arrival: Arrival) -> Snapshot:
    """Return the Space as a listener sees it who came in by `arrival`. It asks the database nothing."""
    you = wire.you(scene.space, own, user_id=own.user_id, offers=arrival.offers)
    shunned = [str(user_id) for user_id in sorted(arrival.shuns & scene.stage_ids)]
    return _snapshot(scene, you, runs=False, blocked=shunned)


def _nameless_snapshot(space: Space, connection: str | None, scene: Scene | None) -> Snapshot:
    if connection is not None:
        rules.require(Action.LISTEN, space=space, actor=rules.ANONYMOUS)
    if scene is None:
        seen = sight(space=space, user_id=None) if connection is None else Sight.STAGE
        scene = _scene(space, seen=seen)
    number = wire.Audience(count=scene.audience.count, listeners=[])
    return _snapshot(replace(scene, audience=number), wire.nobody(space), runs=False)


def _snapshot(scene: Scene, you: wire.You, *, runs: bool, blocked: Collection[str] = ()) -> Snapshot:
    space = scene.space
    return Snapshot(
        seq=space.event_seq,
        queue_seq=space.queue_seq,
        space=wire.space_info(space, from_start=scene.from_start),
        you=you,
        stage=scene.stage,
        audience=scene.audience,
        queue=queue(space) if runs else None,
        blocked=list(blocked),
    )


def sees_stage(*, public_id: str, user_id: int | None) -> bool:
    """Return whether the reader may see the people on the stage. `user_id` is None for a reader without an account.

    People who are in the Space ask most often, and cost one query. Raise `NotFound`.
    """
    if user_id is not None and Participant.objects.active().filter(space__public_id=public_id, user=user_id).exists():
        return True
    return sight(space=get_space(public_id), user_id=user_id) >= Sight.STAGE


def offers(space: Space, user_id: int) -> wire.Offers:
    """Return the offers that were made to this user and not accepted yet."""
    found = space.invitations.filter(invitee=user_id).values_list("to_speak", "to_cohost").first()
    return wire.NOTHING if found is None else wire.Offers(*found)


def offers_by_person(space: Space, user_ids: Collection[int]) -> dict[int, wire.Offers]:
    """Return the offers by user id, for users who have or had one."""
    rows = space.invitations.values_list("invitee_id", "to_speak", "to_cohost")
    if len(user_ids) <= PEOPLE_PAGE:
        rows = rows.filter(invitee__in=user_ids)
    return {user_id: wire.Offers(to_speak, to_cohost) for user_id, to_speak, to_cohost in rows}


def stage(space: Space) -> list[wire.StagePerson]:
    """Return the people on the stage: host, co-hosts, then speakers, each group in the order of joining."""
    holders = space.participants.with_mic().select_related("user").order_by("joined_at", "id")[:STAGE]
    return [wire.stage_person(p) for p in sorted(holders, key=lambda p: _STAGE_ORDER.index(Role(p.role)))]


def blocked_on_stage(people: Iterable[wire.StagePerson], user_id: int) -> list[str]:
    """Return the ids of those among `people` that this user has blocked."""
    return [str(blocked) for blocked in sorted(blocked_ids_among(user_id, {int(person.id) for person in people}))]


def audience(space: Space, *, on_stage: Collection[int] | None = None, faces: int = AUDIENCE_FACES) -> wire.Audience:
    """Return how many people without a microphone are here, and the latest `faces` of them. `on_stage`: the ids of the
    users who hold a microphone, if the caller knows them."""
    if not space.is_live:
        return wire.Audience(count=0, listeners=[])
    if on_stage is None:
        on_stage = set(space.participants.with_mic().values_list("user_id", flat=True))
    listeners = space.participants.active().filter(role=Role.LISTENER).order_by("-id")
    latest = list(listeners.values_list("user_id", flat=True)[: faces * 4]) if faces else []
    count, here = presence.audience(space.public_id, stage=on_stage, faces=latest)
    shown = [user_id for user_id in latest if user_id in here][:faces]
    users = get_user_model().objects.in_bulk(shown) if shown else {}
    return wire.Audience(count=count, listeners=[wire.person(users[user_id]) for user_id in shown if user_id in users])


def queue(space: Space) -> wire.Queue:
    """Return the oldest waiting requests, at most `QUEUE_LENGTH`, and the number of all."""
    waiting = space.requests.filter(state=RequestState.PENDING)
    first = waiting.select_related("user").order_by("created_at", "id")[:QUEUE_LENGTH]
    return wire.Queue(total=waiting.count(), people=[wire.person(request.user) for request in first])


def waiting_ids(space: Space) -> list[int]:
    """Return the ids of the users who wait for a microphone, in the order in which they asked, at most
    `wire.QUEUE_PLACES`."""
    waiting = space.requests.filter(state=RequestState.PENDING).order_by("created_at", "id")
    return list(waiting.values_list("user_id", flat=True)[: wire.QUEUE_PLACES])


def queue_place(space: Space, user_id: int) -> int | None:
    """Return the place of a user in the queue, from 1, or None for a user beyond `wire.QUEUE_PLACES`, or not in it."""
    waiting = waiting_ids(space)
    return waiting.index(user_id) + 1 if user_id in waiting else None


def sequence(*, public_id: str) -> tuple[int, int]:
    """Return `(seq, queue_seq)`. Raise `NotFound`."""
    numbers = Space.objects.filter(public_id=public_id).values_list("event_seq", "queue_seq").first()
    if numbers is None:
        raise NotFound("not_found", _("There is no such Space."))
    return numbers
