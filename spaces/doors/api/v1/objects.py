"""Declare what `/api/v1/spaces…` takes and returns. People, stages and Spaces have the same shapes as on the
sockets."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from spaces.events import wire
from spaces.selectors import PeopleEntry
from spaces.states import Emoji, ExportState, LogKind, RecordingState, ReportReason, Role, SpeakPolicy
from spaces_project.common.api.kinds import ClipId, PostId, SpaceId, Url, UserId, Whole

Title = Annotated[Whole, Meta(max_length=200)]
"""A title. It has at most 70 characters after cleaning."""
Topics = Annotated[list[Annotated[int, Meta(ge=1, le=2**31 - 1)]], Meta(max_length=3)]
When = Annotated[datetime, Meta(tz=True)]
Zone = Annotated[Whole, Meta(max_length=50, examples=["Europe/Berlin"])]
"""The name of a time zone in the IANA database."""
Cursor = Annotated[str, Meta(pattern="^[0-9]{1,18}(_[0-9]{1,18})?$")]


class SpacePath(msgspec.Struct, frozen=True):
    id: SpaceId


class PersonPath(msgspec.Struct, frozen=True):
    id: SpaceId
    user_id: UserId


class NewSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Space to create. With `scheduled_start` it is scheduled. Without it, the Space is live at once. With `start`
    `when_joined`, it is live as soon as its host joins, by the socket or by `PUT` of `place`. With `repeats_weekly`,
    a scheduled Space is followed by one a week later, at the same hour in `time_zone`."""

    title: Title = ""
    start: Literal["now", "when_joined"] = "now"
    scheduled_start: When | UnsetType = UNSET
    repeats_weekly: bool = False
    time_zone: Zone = "UTC"
    speak_policy: SpeakPolicy = SpeakPolicy.EVERYONE
    captions_allowed: bool = True
    accounts_only: bool = False
    """True if listeners need an account."""
    recording_wanted: bool = False
    topics: Topics = []


class SpaceChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What changes. `time_zone` counts with a new `scheduled_start` or with `repeats_weekly` set to true."""

    title: Title | UnsetType = UNSET
    scheduled_start: When | UnsetType = UNSET
    repeats_weekly: bool | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET


class CancelQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    following: bool = False
    """Also cancel all Spaces that follow one that repeats. Otherwise the next one is scheduled."""


class SpaceView(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A Space as the caller sees it. Only its host and co-hosts get `queue`."""

    seq: int
    space: wire.SpaceInfo
    you: wire.You
    stage: list[wire.StagePerson]
    audience: wire.Audience
    queue: wire.Queue | None = None


class HostedSpace(SpaceView, frozen=True, omit_defaults=True, kw_only=True):
    """A Space that the caller hosts. It stays live while its host is present.

    A program without a socket must send `PUT` to `place` at least every `lease_seconds`. If a host is not heard from
    for that long, the live Space ends `grace_seconds` later, unless a co-host is present.
    """

    place: Annotated[str, Meta(examples=["/api/v1/spaces/1DXxyRYNejbKM/place"])]
    lease_seconds: int
    grace_seconds: int


class Card(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A Space in a list. `followed` is the number of people in it that the caller follows."""

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
    repeats_weekly: bool = False


class CardPage(msgspec.Struct, frozen=True, omit_defaults=True):
    data: list[Card]
    next: str | None = None


class ListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    state: Literal["live", "scheduled"] = "live"
    q: Annotated[Whole, Meta(max_length=70)] = ""
    topic: Annotated[int, Meta(ge=1, le=2**31 - 1)] | UnsetType = UNSET
    language: Annotated[str, Meta(min_length=1, max_length=12, examples=["en"])] | UnsetType = UNSET
    followed: bool = False
    """Only Spaces with a user on the stage whom you follow."""
    cursor: Cursor | UnsetType = UNSET


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's place in a Space. Without a socket, repeat the request within `lease_seconds` to keep it."""

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
    """The users whose requests are decided. Without `user_ids`, all waiting requests are."""

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
    """A report of a Space, a user, a caption, a comment, a clip or a post. `space_id` alone reports the Space.
    `user_id` reports that user, with `space_id` in that Space. `space_id` with `caption_id` or `comment_id` reports a
    line in it. `clip_id` reports a clip, `post_id` a post."""

    reason: ReportReason
    text: Annotated[Whole, Meta(max_length=2000)] = ""
    space_id: SpaceId | UnsetType = UNSET
    user_id: UserId | UnsetType = UNSET
    caption_id: UserId | UnsetType = UNSET
    comment_id: UserId | UnsetType = UNSET
    clip_id: ClipId | UnsetType = UNSET
    post_id: PostId | UnsetType = UNSET


class ReportLine(msgspec.Struct, frozen=True):
    id: str
    subject: str
    reason: str


class ParticipantsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    role: Role | UnsetType = UNSET
    q: Annotated[Whole, Meta(max_length=50)] = ""
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | UnsetType = UNSET


class Participants(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of participants. `counts` has the number of people in each role, regardless of the search."""

    data: list[PeopleEntry]
    counts: dict[str, int]
    next: str | None = None


class LogQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | UnsetType = UNSET


class LogLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One entry of a Space's log. `clock_ms` is milliseconds since the Space's start. Without `actor` the system did
    it."""

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


class RecordingFile(msgspec.Struct, frozen=True):
    """A file of a recording. Parts of it can be asked for. Visitors without an account get it if the Space is open to
    them."""

    type: Annotated[str, Meta(examples=["audio/mp4"])]
    url: Url
    bytes: int


class RecordingTurn(msgspec.Struct, frozen=True):
    """The time in which a person talks. Turns of several people may overlap."""

    user_id: UserId
    starts_ms: int
    ends_ms: int


class RecordingChapter(msgspec.Struct, frozen=True):
    starts_ms: int
    title: str


class RecordingView(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A recording. It has files once its state is `ready`. `starts_ms` is where the replay starts in them: a host cuts
    off a start without a new file."""

    state: RecordingState
    title: str
    visible: bool
    clips_allowed: bool
    """True if the host lets others make clips of it."""
    duration_ms: int
    starts_ms: int
    expires_at: datetime | None = None
    files: list[RecordingFile]
    turns: list[RecordingTurn]
    chapters: list[RecordingChapter]


class ClipsAllowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clips_allowed: bool


class ClipPath(msgspec.Struct, frozen=True):
    clip_id: ClipId


class NewClip(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a replay of 15 to 60 seconds, in milliseconds of the replay."""

    start_ms: Annotated[int, Meta(ge=0, le=2**53)]
    end_ms: Annotated[int, Meta(ge=0, le=2**53)]
    title: Title = ""


class ClipView(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A clip. It has `sound` and `captions` once its state is `ready`. `start_ms` is where it starts in the replay."""

    id: ClipId
    space_id: SpaceId
    title: str
    state: ExportState
    maker: wire.Person
    start_ms: int
    duration_ms: int
    created_at: datetime
    url: Url
    sound: Url | UnsetType = UNSET
    captions: Url | UnsetType = UNSET


class ClipList(msgspec.Struct, frozen=True):
    data: list[ClipView]
