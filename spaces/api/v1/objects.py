"""What `/api/v1/spaces…` takes and gives. Shapes of people, stages and Spaces are those of the sockets."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from spaces import wire
from spaces.selectors import PeopleEntry
from spaces.states import Emoji, LogKind, ReportReason, Role, SpeakPolicy
from spaces_project.common.api.kinds import SpaceId, UserId, Whole

Title = Annotated[Whole, Meta(max_length=200)]
"""At most 70 characters after cleaning."""
Topics = Annotated[list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(max_length=3)]
When = Annotated[datetime, Meta(tz=True)]
Cursor = Annotated[str, Meta(pattern="^[0-9]{1,18}(_[0-9]{1,18})?$")]


class SpacePath(msgspec.Struct, frozen=True):
    id: SpaceId


class PersonPath(msgspec.Struct, frozen=True):
    id: SpaceId
    user_id: UserId


class NewSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """With `scheduled_start` it is to come; without, it is live at once, or with `start` `when_joined` as soon as its
    host joins, by the socket or by `PUT` of `place`."""

    title: Title = ""
    start: Literal["now", "when_joined"] = "now"
    scheduled_start: When | UnsetType = UNSET
    speak_policy: SpeakPolicy = SpeakPolicy.EVERYONE
    captions_allowed: bool = True
    accounts_only: bool = False
    """Listeners need an account."""
    recording_wanted: bool = False
    topics: Topics = []


class SpaceChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    title: Title | UnsetType = UNSET
    scheduled_start: When | UnsetType = UNSET


class SpaceView(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A Space as the caller finds it. `queue` is there for those who run it."""

    seq: int
    space: wire.SpaceInfo
    you: wire.You
    stage: list[wire.StagePerson]
    audience: wire.Audience
    queue: wire.Queue | None = None


class HostedSpace(SpaceView, frozen=True, omit_defaults=True, kw_only=True):
    """A Space that the caller hosts. It lives while its host is there.

    A program without a socket says so by `PUT` to `place` at least every `lease_seconds`. A live Space whose host is
    not heard from ends after `grace_seconds` more, unless a co-host is there.
    """

    place: Annotated[str, Meta(examples=["/api/v1/spaces/1DXxyRYNejbKM/place"])]
    lease_seconds: int
    grace_seconds: int


class Card(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A Space in a list. `followed` counts people in there whom the caller follows."""

    id: SpaceId
    title: str
    state: str
    host: wire.Person
    topics: list[str]
    people: int
    followed: int
    reminded: bool
    scheduled_start: datetime | None = None
    started_at: datetime | None = None


class CardPage(msgspec.Struct, frozen=True, omit_defaults=True):
    data: list[Card]
    next: str | None = None


class ListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    state: Literal["live", "scheduled"] = "live"
    q: Annotated[Whole, Meta(max_length=70)] = ""
    topic: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET
    cursor: Cursor | UnsetType = UNSET


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's place in a Space. Without a socket it is kept by asking for it again within `lease_seconds`."""

    you: wire.You
    connection: str
    lease_seconds: int


class Microphone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    muted: bool


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    policy: SpeakPolicy


class Lock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    locked: bool


class AccountsOnly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    accounts_only: bool


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `user_ids` everybody who waits."""

    user_ids: Annotated[list[UserId], Meta(min_length=1, max_length=50)] | UnsetType = UNSET


class NewHost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user_id: UserId


class Invite(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    user_id: UserId
    to_speak: bool = False


class Reaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    emoji: Emoji


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[Whole, Meta(max_length=200)] = ""


class NewReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of a Space; with `user_id` of a person, in that Space where it is named; with `caption_id` of a caption in it."""

    reason: ReportReason
    text: Annotated[Whole, Meta(max_length=2000)] = ""
    space_id: SpaceId | UnsetType = UNSET
    user_id: UserId | UnsetType = UNSET
    caption_id: UserId | UnsetType = UNSET


class ReportLine(msgspec.Struct, frozen=True):
    id: str
    subject: str
    reason: str


class ParticipantsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    role: Role | UnsetType = UNSET
    q: Annotated[Whole, Meta(max_length=50)] = ""
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | UnsetType = UNSET


class Participants(msgspec.Struct, frozen=True, omit_defaults=True):
    """`counts`: how many there are of each role, whatever was searched for."""

    data: list[PeopleEntry]
    counts: dict[str, int]
    next: str | None = None


class LogQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | UnsetType = UNSET


class LogLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`clock_ms`: milliseconds since the start. Without `actor` the system did it."""

    id: str
    kind: LogKind
    at: datetime
    clock_ms: int
    actor: wire.Person | None = None
    target: wire.Person | None = None
    reason: str = ""


class LogPage(msgspec.Struct, frozen=True, omit_defaults=True):
    data: list[LogLine]
    next: str | None = None


class TopicLine(msgspec.Struct, frozen=True, omit_defaults=True):
    id: int
    name: str
    parent_id: int | None = None


class TopicList(msgspec.Struct, frozen=True):
    data: list[TopicLine]
