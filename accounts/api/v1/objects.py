"""Request and response objects of `/api/v1` for the caller's account, other users and webhooks."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from accounts.models import WebhookEvent
from spaces_project.common.api.kinds import Url, UserId, Whole


class UserPath(msgspec.Struct, frozen=True):
    user_id: UserId


class WebhookPath(msgspec.Struct, frozen=True):
    webhook_id: UserId


class Account(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The caller's own account."""

    id: UserId
    username: str
    name: str
    display_name: str
    description: str
    protected: bool
    followers_count: int
    following_count: int
    profile_image_url: Url | UnsetType = UNSET


class ProfileChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Changes to a profile: after cleaning, at most 50 characters of name and 160 of description."""

    display_name: Annotated[Whole, Meta(max_length=200)] | UnsetType = UNSET
    description: Annotated[Whole, Meta(max_length=500)] | UnsetType = UNSET
    protected: bool | UnsetType = UNSET


class PersonLine(msgspec.Struct, frozen=True):
    id: UserId
    username: str
    name: str


class PeopleQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    cursor: Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | UnsetType = UNSET


class PeoplePage(msgspec.Struct, frozen=True, omit_defaults=True):
    data: list[PersonLine]
    next: str | None = None


class NewWebhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new webhook. `url` must be https and not inside a private network."""

    url: Annotated[Whole, Meta(min_length=9, max_length=500)]
    events: Annotated[list[WebhookEvent], Meta(min_length=1, max_length=10)]


class WebhookLine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`secret` signs the deliveries; it is told once, in the answer that made the webhook."""

    id: UserId
    url: str
    events: list[WebhookEvent]
    is_active: bool
    created_at: datetime
    secret: str = ""


class WebhookList(msgspec.Struct, frozen=True):
    data: list[WebhookLine]
