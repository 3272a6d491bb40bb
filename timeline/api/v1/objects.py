"""Request and response objects of `/api/v1` for posts, Fleets, messages and notifications."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from spaces.events.wire import Person
from spaces_project.common.api.kinds import PostId, SpaceId, Url, UserId, Whole
from timeline.models import PICTURES_OF_A_POST, NotificationKind

Cursor = Annotated[str, Meta(pattern="^[0-9]{1,18}$")]


class PageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cursor: Cursor | UnsetType = UNSET


class UserPath(msgspec.Struct, frozen=True):
    user_id: UserId


class PostDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A post to write. With pictures it is sent as a form, in which `pictures` is repeated for each file, and `alts`
    for each description. Only then may the text be empty."""

    text: Annotated[Whole, Meta(max_length=4000)] = ""
    reply_to: PostId | UnsetType = UNSET
    quote_of: PostId | UnsetType = UNSET
    alts: Annotated[list[Annotated[Whole, Meta(max_length=4000)]], Meta(max_length=PICTURES_OF_A_POST)] = []
    """What the pictures show, in their order, for people who do not see them. One may be empty."""


class PictureLine(msgspec.Struct, frozen=True):
    """A picture of a post. `url` asks who may see the post."""

    url: Url
    width: int
    height: int
    alt: str


class PostLine(msgspec.Struct, frozen=True):
    """A post. `/2/tweets/<id>` has more of it."""

    id: PostId
    text: str
    url: Url
    created_at: datetime
    pictures: list[PictureLine]


class FleetPath(msgspec.Struct, frozen=True):
    fleet_id: PostId


class FleetLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A Fleet. `image` is the address of its picture, which opens for logged-in users only."""

    id: PostId
    kind: str
    text: str
    background: int
    created_at: datetime
    expires_at: datetime
    is_seen: bool
    image: str | UnsetType = UNSET


class FleetStack(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    author: Person
    count: int
    unseen: int


class FleetStacks(msgspec.Struct, frozen=True):
    """Users with Fleets. `own` is always present and may be empty; `data` are followed users, unseen Fleets first."""

    own: FleetStack
    data: list[FleetStack]


class Fleets(msgspec.Struct, frozen=True):
    author: Person
    data: list[FleetLine]


class SpacePath(msgspec.Struct, frozen=True):
    id: SpaceId


class PinPath(msgspec.Struct, frozen=True):
    id: SpaceId
    post_id: PostId


class NewPin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    post_id: PostId


class PinLine(msgspec.Struct, frozen=True, kw_only=True):
    post_id: PostId
    author: Person
    text: str
    pinned_by: Person
    may_unpin: bool


class Pins(msgspec.Struct, frozen=True):
    data: list[PinLine]


class NewFleet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    text: Annotated[Whole, Meta(min_length=1, max_length=280)]
    background: Annotated[int, Meta(ge=0, le=7)] = 0


class Viewers(msgspec.Struct, frozen=True, omit_defaults=True):
    count: int
    data: list[Person]
    next: str | None = None


class ThreadLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message thread. The latest message may have no text if it is an invitation."""

    person: Person
    unread: int
    text: str
    at: datetime


class Inbox(msgspec.Struct, frozen=True, omit_defaults=True):
    data: list[ThreadLine]
    next: str | None = None


class MessageLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A message. `space_id` is the Space that it invites to."""

    id: PostId
    text: str
    is_own: bool
    is_read: bool
    created_at: datetime
    space_id: SpaceId | UnsetType = UNSET


class Thread(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A page of messages, the oldest first. `next` leads to earlier ones."""

    person: Person
    can_write: bool
    data: list[MessageLine]
    next: str | None = None


class NewMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[Whole, Meta(min_length=1, max_length=1000)]


class NotificationLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    id: PostId
    kind: NotificationKind
    actor: Person
    created_at: datetime
    is_seen: bool
    space_id: SpaceId | UnsetType = UNSET
    post_id: PostId | UnsetType = UNSET


class Notifications(msgspec.Struct, frozen=True, omit_defaults=True):
    data: list[NotificationLine]
    next: str | None = None


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    up_to: PostId
