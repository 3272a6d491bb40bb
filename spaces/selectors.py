"""Reads. Nothing here changes data, and the number of queries never depends on the number of people."""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from accounts.models import Block, Follow
from accounts.selectors import blocked_ids_among, followed_ids_among
from spaces import presence, rules, wire
from spaces.events import Bubble
from spaces.ids import is_public_id
from spaces.models import Participant, Space, SpeakRequest
from spaces.rules import Action, Sight
from spaces.sight import shut_out_of, sight, stage_shown_to
from spaces.states import MANAGER_ROLES, RequestState, Role, SpaceState
from spaces_project.common.errors import BadInput, NotFound
from spaces_project.common.ids import parse_id

if TYPE_CHECKING:
    from accounts.models import User

AUDIENCE_FACES = 12
QUEUE_LENGTH = 50
PEOPLE_PAGE = 50
BUBBLES = 20
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


class PeopleEntry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: str
    username: str
    name: str
    role: str
    muted: bool
    requested: bool
    avatar: str | None = None


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    people: list[PeopleEntry]
    next: str | None
    counts: dict[str, int]
    offered: list[wire.Person]
    """The people who were offered the place of a co-host and have not accepted it; the latest of them."""


def get_space(public_id: str) -> Space:
    """Return the Space. Raise `NotFound`."""
    if not is_public_id(public_id):
        raise no_such_space()
    space = Space.objects.select_related("creator", "host", "acting_host").filter(public_id=public_id).first()
    if space is None:
        raise no_such_space()
    return space


def no_such_space() -> NotFound:
    """Return the error for an id that no Space has."""
    return NotFound("not_found", "There is no such Space.")


def snapshot(*, public_id: str, user_id: int | None, connection: str | None = None) -> Snapshot:
    """Return the Space as a reader with or without an account sees it: `Sight` decides how much of the people. Raise
    `NotFound`.

    With `connection` return it as the participant on that connection sees it. Raise what the rules say if the
    participant may no longer be in, and `replaced` if it is not the participant's newest connection.
    """
    space = get_space(public_id)
    if user_id is None:
        if connection is not None:
            rules.require(Action.LISTEN, space=space, actor=rules.ANONYMOUS)
        seen = sight(space=space, user_id=None) if connection is None else Sight.STAGE
        return _snapshot(space, wire.nobody(space), runs=False, seen=seen)
    own = space.participants.of(user_id)
    if connection is not None:
        rules.require(Action.LISTEN, space=space, actor=own)
        if own is not None and own.connection != connection:
            raise rules.replaced()
    requested = space.requests.filter(user_id=user_id, state=RequestState.PENDING).exists()
    runs = own is not None and own.is_active and own.role in MANAGER_ROLES
    you = wire.you(space, own, user_id=user_id, requested=requested, offers=offers(space, user_id))
    seen = sight(space=space, user_id=user_id) if connection is None else Sight.PEOPLE
    found = _snapshot(space, you, runs=runs, seen=seen)
    return msgspec.structs.replace(found, blocked=blocked_on_stage(found.stage, user_id))


def _snapshot(space: Space, you: wire.You, *, runs: bool, seen: Sight) -> Snapshot:
    holders = stage(space) if seen >= Sight.STAGE else []
    faces = AUDIENCE_FACES if seen == Sight.PEOPLE else 0
    return Snapshot(
        seq=space.event_seq,
        queue_seq=space.queue_seq,
        space=wire.space_info(space),
        you=you,
        stage=holders,
        audience=audience(space, on_stage={int(holder.id) for holder in holders} or None, faces=faces),
        queue=queue(space) if runs else None,
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


def people(
    *, public_id: str, user: "User", role: str | None = None, query: str = "", cursor: str | None = None
) -> PeoplePage:
    """Return one page of the people in the Space, for a participant. Only managers see which listeners asked to speak,
    and which users were offered the place of a co-host.

    Raise what the rules say, `NotFound` or `bad_cursor`.
    """
    space = get_space(public_id)
    own = space.participants.of(user.pk)
    rules.require(Action.SEE_PEOPLE, space=space, actor=own)
    runs = rules.obstacle(Action.MANAGE, space=space, actor=own) is None
    pending = SpeakRequest.objects.filter(space=space, user=OuterRef("user"), state=RequestState.PENDING)
    rows = space.participants.active().select_related("user").order_by("id")
    if runs:
        rows = rows.annotate(requested=Exists(pending))
    if role:
        rows = rows.filter(role=role)
    if query:
        rows = rows.filter(Q(user__username__icontains=query) | Q(user__display_name__icontains=query))
    page = list(rows.filter(pk__gt=_position(cursor))[: PEOPLE_PAGE + 1])
    following = str(page[PEOPLE_PAGE - 1].pk) if len(page) > PEOPLE_PAGE else None
    entries = [_entry(p) for p in page[:PEOPLE_PAGE]]
    offered = _offered(space) if runs else []
    return PeoplePage(people=entries, next=following, counts=count_people(space), offered=offered)


def _offered(space: Space) -> list[wire.Person]:
    offers = space.invitations.filter(to_cohost=True).select_related("invitee").order_by("-id")
    return [wire.person(offer.invitee) for offer in offers[:AUDIENCE_FACES]]


def is_inside(*, public_id: str, user: "User") -> bool:
    """Return whether the user is in the Space now."""
    return Participant.objects.active().filter(space__public_id=public_id, user=user).exists()


def connection_of(*, public_id: str, user: "User") -> str:
    """Return the connection, of a socket or a program, that the participant is on; "" if the user is not in the
    Space."""
    here = Participant.objects.active().filter(space__public_id=public_id, user=user)
    return here.values_list("connection", flat=True).first() or ""


def sequence(*, public_id: str) -> tuple[int, int]:
    """Return `(seq, queue_seq)`. Raise `NotFound`."""
    numbers = Space.objects.filter(public_id=public_id).values_list("event_seq", "queue_seq").first()
    if numbers is None:
        raise NotFound("not_found", "There is no such Space.")
    return numbers


# --- Bubbles ----------------------------------------------------------------------------------------------------------


def bubbles_for(user: "User") -> list[Bubble]:
    """Return the bubbles for `user`: live Spaces with a microphone held by `user` or a person that `user` follows.

    Newest first, at most twenty. If `user` may not see the stage of a Space, only its host counts.
    """
    # A scalar subquery stays a probe of the key for each person on a stage. An EXISTS becomes a list of all follows.
    follow = Subquery(Follow.objects.filter(follower=user, followee=OuterRef("user")).values("pk")[:1])
    on_stage = Participant.objects.with_mic().filter(space=OuterRef("pk")).alias(follow=follow)
    blocked = Block.objects.filter(blocker=OuterRef("host"), blocked=user)
    by_host = Exists(Follow.objects.filter(follower=user, followee=OuterRef("host")))
    by_stage = Exists(on_stage.filter(Q(follow__isnull=False) | Q(user=user)))
    live = Space.objects.filter(~Exists(blocked), state=SpaceState.LIVE).annotate(shows_stage=stage_shown_to(user))
    spaces = live.filter(by_host | (Q(shows_stage=True) & by_stage))
    staged = _with_stage(spaces.select_related("creator", "host").order_by("-started_at")[:BUBBLES])
    followed_ids = followed_ids_among(user.pk, {p.user_id for _, holders in staged for p in holders})
    return [_bubble(space, holders, followed_ids, shows_stage=space.shows_stage) for space, holders in staged]


def bubbles_for_id(user_id: int) -> list[Bubble]:
    """Return the bubbles for the user with this id."""
    return bubbles_for(get_user_model().objects.get(pk=user_id))


def bubble_audience(public_id: str, candidate_ids: set[int]) -> dict[int, Bubble]:
    """Return the bubble of this Space for each of the connected `candidate_ids` who should see it. Empty if the Space
    is not live or was deleted."""
    space = Space.objects.select_related("creator", "host").filter(public_id=public_id, state=SpaceState.LIVE).first()
    if space is None:
        return {}
    [(_, holders)] = _with_stage([space])
    holder_ids = [p.user_id for p in holders]
    rows = Follow.objects.filter(followee__in=holder_ids, follower__in=candidate_ids)
    follows: dict[int, set[int]] = {}
    for follower, followee in rows.values_list("follower_id", "followee_id"):
        follows.setdefault(follower, set()).add(followee)
    readers = follows.keys() | candidate_ids.intersection(holder_ids)
    readers -= set(Block.objects.filter(blocker=space.host, blocked__in=readers).values_list("blocked_id", flat=True))
    shut_out = shut_out_of(space, readers)
    return {
        reader: _bubble(space, holders, follows.get(reader, set()), shows_stage=reader not in shut_out)
        for reader in readers
        if reader not in shut_out or space.host_id in follows.get(reader, ())
    }


def _bubble(space: Space, holders: list[Participant], followed: set[int], *, shows_stage: bool) -> Bubble:
    """Build a bubble. `followed` are ids of people that the reader follows. The bubble counts those on the stage,
    without the host, who is named on it."""
    if not shows_stage:
        holders = [p for p in holders if p.user_id == space.host_id]
    return Bubble(
        id=space.public_id,
        title=space.display_title,
        host=wire.person(space.host),
        people=[wire.person(p.user) for p in holders],
        followed=len(followed.intersection(p.user_id for p in holders) - {space.host_id}),
    )


def _with_stage(spaces: Iterable[Any]) -> list[tuple[Any, list[Participant]]]:
    found = list(spaces)
    holders = Participant.objects.with_mic().filter(space__in=[s.pk for s in found]).select_related("user")
    by_space: dict[int, list[Participant]] = {}
    for holder in holders.order_by("joined_at", "id"):
        by_space.setdefault(holder.space_id, []).append(holder)
    return [(space, by_space.get(space.pk, [])) for space in found]


def followees_by_reader(followee_ids: Set[int], reader_ids: Set[int]) -> dict[int, set[int]]:
    """Return for each of the connected `reader_ids` which of `followee_ids` they follow. Readers who follow none are
    left out."""
    found: dict[int, set[int]] = {}
    rows = Follow.objects.filter(followee__in=followee_ids, follower__in=reader_ids)
    for reader, followee in rows.values_list("follower_id", "followee_id"):
        found.setdefault(reader, set()).add(followee)
    return found


# --- The mixer --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Microphone:
    """One microphone that is plugged in: its name in the mixer, its mute state and its lane."""

    user_id: int
    mixer_id: str
    muted: bool
    lane: int | None = None


@dataclass(frozen=True, slots=True)
class Mix:
    """The state that the gateway should have for one Space."""

    space_id: int
    public_id: str
    gateway: str
    room: str
    live: bool
    microphones: tuple[Microphone, ...]
    captions: bool = False
    """Whether the room has lanes."""

    @property
    def open_microphones(self) -> int:
        return sum(not microphone.muted for microphone in self.microphones)


def mix(space_id: int) -> Mix | None:
    """Return the mix of a Space in any state, or None if there is no such Space."""
    space = Space.objects.filter(pk=space_id).first()
    return None if space is None else _mix(space)


def mix_for(*, public_id: str, user: "User", action: Action) -> Mix:
    """Return the mix for a user who is about to listen or to speak. Raise what the rules say, or `NotFound`."""
    space = get_space(public_id)
    rules.require(action, space=space, actor=space.participants.of(user.pk))
    return _mix(space)


def mix_for_anonymous(*, public_id: str, action: Action) -> Mix:
    """Return the mix for an anonymous listener. Errors as of `mix_for`."""
    space = get_space(public_id)
    rules.require(action, space=space, actor=rules.ANONYMOUS)
    return _mix(space)


def live_mix(public_id: str) -> Mix:
    """Return the mix of a live Space. Raise `NotFound`, and `ended` or the error for another state in which a Space is
    not live."""
    space = get_space(public_id)
    if not space.is_live:
        raise rules.wrong_state(space)
    return _mix(space)


def lane_of(*, public_id: str, mixer_id: str) -> int | None:
    """Return the lane that carries this microphone. None if no lane does, or if the microphone is no longer plugged
    in."""
    plugged_in = Participant.objects.with_mic().filter(space__public_id=public_id, mixer_id=mixer_id)
    return plugged_in.values_list("lane", flat=True).first()


def live_mixes(gateway: str) -> list[Mix]:
    """Return the mixes of all live Spaces on this gateway."""
    return [_mix(space) for space in Space.objects.filter(state=SpaceState.LIVE, gateway=gateway)]


def _mix(space: Space) -> Mix:
    plugged_in = space.participants.with_mic().exclude(mixer_id="") if space.is_live else ()
    return Mix(
        space_id=space.pk,
        public_id=space.public_id,
        gateway=space.gateway,
        room=space.room,
        live=space.is_live,
        microphones=tuple(Microphone(p.user_id, p.mixer_id, p.muted, p.lane) for p in plugged_in),
        captions=space.captions_allowed,
    )


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    position = parse_id(cursor)
    if position is None:
        raise BadInput("bad_cursor", "This pagination token is not valid.")
    return position


def _entry(participant: Participant) -> PeopleEntry:
    person = wire.person(participant.user)
    return PeopleEntry(
        id=person.id,
        username=person.username,
        name=person.name,
        avatar=person.avatar,
        role=participant.role,
        muted=participant.muted,
        requested=bool(getattr(participant, "requested", False)),
    )


def count_people(space: Space) -> dict[str, int]:
    """Return how many people are in the Space, by role."""
    rows = space.participants.active().values_list("role").annotate(Count("id"))
    return dict.fromkeys(Role.values, 0) | dict(rows)
