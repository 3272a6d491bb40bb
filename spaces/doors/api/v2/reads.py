"""Read Spaces for programs.

This makes one query for the Spaces, and one for each kind of related data that was asked for, whatever the number of
Spaces.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from msgspec import UNSET, UnsetType

from accounts.api.v2.reads import users_by_id
from spaces import presence
from spaces.doors.api.v2.objects import SpaceIncludes, SpaceQuery, XSpace, XTopic
from spaces.models import Invitation, Participant, Reminder, Space, Topic
from spaces.rules import Sight
from spaces.selectors.sight import sights
from spaces.states import MANAGER_ROLES, Role, SpaceState
from spaces_project.common.api.kinds import moment

_COLUMNS = (
    "pk", "public_id", "state", "title", "creator_id", "created_at", "updated_at", "scheduled_start", "started_at",
    "ended_at",
)  # fmt: skip
UNDETERMINED = "und"
"""The BCP 47 code of an unknown language."""
Ids = dict[int, list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asked for: the fields of a Space, with those that the expansions need, and the expansions."""

    fields: frozenset[str]
    expansions: frozenset[str]
    user_fields: Sequence[str]
    topic_fields: Sequence[str]


def asked(query: SpaceQuery) -> Asked:
    # X's documentation misspells `topic_ids` as `topics_ids`, so both are accepted.
    """Return what a query asks for."""
    expansions = frozenset("topic_ids" if name == "topics_ids" else name for name in query.expansions)
    return Asked(frozenset(query.space_fields) | expansions, expansions, query.user_fields, query.topic_fields)


@dataclass(frozen=True, slots=True)
class Read:
    spaces: list[XSpace]
    includes: SpaceIncludes | UnsetType


def read_spaces(spaces: QuerySet[Space], what: Asked, viewer_id: int | None) -> Read:
    """Return the Spaces in the order of the query, as this viewer may see them. `viewer_id` is None for an app without
    a user."""
    rows = list(spaces.values_list(*_COLUMNS))
    facts = _facts(rows, what.fields, viewer_id)
    shown = [_shown(row, what.fields, facts) for row in rows]
    return Read(shown, _includes(shown, what))


@dataclass(slots=True)
class _Facts:
    """What other tables know of the Spaces, by the Spaces' primary keys. A field that was not asked for is empty."""

    hosts: Ids
    speakers: Ids
    invited: Ids
    topics: Ids
    participants: dict[int, int]
    subscribers: dict[int, int]


def _facts(rows: list[tuple[Any, ...]], fields: frozenset[str], viewer_id: int | None) -> _Facts:
    ids = [row[0] for row in rows]
    hosts, speakers = _shown_stage(ids, viewer_id) if fields & {"host_ids", "speaker_ids"} else ({}, {})
    return _Facts(
        hosts=hosts,
        speakers=speakers,
        invited=_invited(ids, viewer_id) if "invited_user_ids" in fields else {},
        topics=_topics(ids) if "topic_ids" in fields else {},
        participants=_participants(rows) if "participant_count" in fields else {},
        subscribers=_counted(Reminder.objects.filter(space__in=ids)) if "subscriber_count" in fields else {},
    )


def _shown_stage(ids: Collection[int], viewer_id: int | None) -> tuple[Ids, Ids]:
    """Return `_stage`, but only the host of a Space whose stage the viewer may not see."""
    hosts, speakers = _stage(ids)
    spaces = {space.pk: space for space in Space.objects.filter(pk__in=ids)}
    for pk, seen in sights(list(spaces.values()), viewer_id).items():
        if seen < Sight.STAGE:
            hosts[pk] = [str(spaces[pk].host_id)]
            speakers.pop(pk, None)
    return hosts, speakers


def _stage(ids: Collection[int]) -> tuple[Ids, Ids]:
    """Return the present host and co-hosts, and everyone who spoke at any time. Each list is in the order of
    joining."""
    hosts: Ids = defaultdict(list)
    speakers: Ids = defaultdict(list)
    here = Q(role=Role.HOST) | Q(role=Role.COHOST, left_at=None)
    places = Participant.objects.filter(here | Q(spoke=True), space__in=ids, user__is_active=True)
    columns = places.order_by("space", "joined_at", "pk").values_list("space", "user", "role", "spoke", "left_at")
    for space, user, role, spoke, left_at in columns:
        if role == Role.HOST:
            hosts[space].insert(0, str(user))
        elif role == Role.COHOST and left_at is None:
            hosts[space].append(str(user))
        if spoke:
            speakers[space].append(str(user))
    return hosts, speakers


def _invited(ids: Collection[int], viewer_id: int | None) -> Ids:
    """Return the invitees of each Space. Invitations are private: host and co-hosts see all of them, and any other user
    only their own."""
    runs = Participant.objects.filter(user=viewer_id, role__in=MANAGER_ROLES, removed_at=None).values("space")
    seen = Invitation.objects.filter(Q(space__in=runs) | Q(invitee=viewer_id), space__in=ids, invitee__is_active=True)
    return _listed(seen.order_by("pk").values_list("space", "invitee")) if viewer_id else {}


def _topics(ids: Collection[int]) -> Ids:
    about = Space.topics.through.objects.filter(space__in=ids).order_by("pk")
    return _listed(about.values_list("space_id", "topic_id"))


def _listed(pairs: Iterable[tuple[int, int]]) -> Ids:
    found: Ids = defaultdict(list)
    for space, other in pairs:
        found[space].append(str(other))
    return found


def _participants(rows: list[tuple[Any, ...]]) -> dict[int, int]:
    """Count the people in each live Space, those without an account too. For an ended Space, count everyone who was
    ever in it."""
    live = Q(space__state=SpaceState.LIVE, left_at=None)
    ids = [row[0] for row in rows]
    counted = _counted(Participant.objects.filter(live | Q(space__state=SpaceState.ENDED), space__in=ids))
    live_ids = {public_id: pk for pk, public_id, state, *_ in rows if state == SpaceState.LIVE}
    here = presence.headcounts({public_id: counted.get(pk, 0) for public_id, pk in live_ids.items()})
    return counted | {live_ids[public_id]: number for public_id, number in here.items()}


def _counted(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("space").annotate(number=Count("pk")))


def _shown(row: tuple[Any, ...], fields: frozenset[str], facts: _Facts) -> XSpace:
    pk, public_id, state, title, creator, created, updated, scheduled, started, ended = row
    return XSpace(
        id=public_id,
        state=state,
        created_at=moment(created) if "created_at" in fields else UNSET,
        creator_id=str(creator) if "creator_id" in fields else UNSET,
        ended_at=moment(ended) if ended and "ended_at" in fields else UNSET,
        host_ids=facts.hosts.get(pk, []) if "host_ids" in fields else UNSET,
        invited_user_ids=facts.invited.get(pk, UNSET) if "invited_user_ids" in fields else UNSET,
        is_ticketed=False if "is_ticketed" in fields else UNSET,
        lang=UNDETERMINED if "lang" in fields else UNSET,
        participant_count=facts.participants.get(pk, 0) if "participant_count" in fields else UNSET,
        scheduled_start=moment(scheduled) if scheduled and "scheduled_start" in fields else UNSET,
        speaker_ids=facts.speakers.get(pk, UNSET) if "speaker_ids" in fields else UNSET,
        started_at=moment(started) if started and "started_at" in fields else UNSET,
        subscriber_count=facts.subscribers.get(pk, 0) if "subscriber_count" in fields else UNSET,
        title=title if title and "title" in fields else UNSET,
        topic_ids=facts.topics.get(pk, UNSET) if "topic_ids" in fields else UNSET,
        updated_at=moment(updated) if "updated_at" in fields else UNSET,
    )


def _includes(spaces: list[XSpace], what: Asked) -> SpaceIncludes | UnsetType:
    users = users_by_id(_people(spaces, what.expansions), what.user_fields) if what.expansions - {"topic_ids"} else {}
    topics = _included_topics(spaces, what.topic_fields) if "topic_ids" in what.expansions else []
    if not users and not topics:
        return UNSET
    return SpaceIncludes(users=list(users.values()) or UNSET, topics=topics or UNSET)


def _people(spaces: list[XSpace], expansions: frozenset[str]) -> set[int]:
    found: set[str] = set()
    for space in spaces:
        if "creator_id" in expansions and space.creator_id:
            found.add(space.creator_id)
        for name in expansions & {"host_ids", "speaker_ids", "invited_user_ids"}:
            found.update(getattr(space, name) or ())
    return {int(pk) for pk in found}


def _included_topics(spaces: list[XSpace], fields: Sequence[str]) -> list[XTopic]:
    ids = {pk for space in spaces for pk in space.topic_ids or ()}
    rows = Topic.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name", F("parent__name"))
    return [
        XTopic(
            id=str(pk),
            name=name if "name" in fields or not fields else UNSET,
            description=parent if parent and "description" in fields else UNSET,
        )
        for pk, name, parent in rows
    ]
