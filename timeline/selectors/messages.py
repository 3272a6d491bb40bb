"""Queries for the inbox and its threads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from accounts.models import User
from accounts.paging import PAGE_MAX, PAGE_SIZE, Page, cut_page, parse_cursor
from accounts.selectors import blocked_either_way
from timeline.models import Message, ThreadSide
from timeline.selectors.cards import SpaceCard, space_cards


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as one of the two users reads it. `card` is the current card of the Space it invites to."""

    id: int
    text: str
    is_own: bool
    created_at: datetime
    is_read: bool
    card: SpaceCard | None
    is_invitation: bool


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One page of a thread.

    `messages` are oldest first. `can_write` is False if one of the two users blocked the other.
    """

    other: User
    messages: list[MessageRow]
    earlier: str | None
    can_write: bool


def inbox(*, user: User, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[ThreadSide]:
    """Return the user's threads, the latest message first, with `other`, `last_message` and `unread`. One query.

    Threads with an inactive account are left out. Raises `BadInput` `bad_cursor`.
    """
    sides = ThreadSide.objects.filter(user=user, other__is_active=True).select_related(
        "other", "last_message__space__creator"
    )
    if cursor is not None:
        sides = sides.filter(last_message__lt=parse_cursor(cursor, parts=1)[0])
    return cut_page(sides.order_by("-last_message"), limit, lambda side: (side.last_message_id,))


def thread_page(*, user: User, other: User, cursor: str | None = None) -> ThreadPage:
    """Return the latest messages between two users, or those before `cursor`. Empty if there is no thread yet.

    Raises `BadInput` with the code `bad_cursor`.
    """
    messages = Message.objects.filter(thread__sides__user=user, thread__sides__other=other).select_related("thread")
    if cursor is not None:
        messages = messages.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(messages.order_by("-pk"), PAGE_SIZE, lambda message: (message.pk,))
    return ThreadPage(
        other=other,
        messages=_rows(page.items[::-1], user),
        earlier=page.next_cursor,
        can_write=other.is_active and other.pk != user.pk and not blocked_either_way(user.pk, other.pk),
    )


def messages_after(*, user: User, other: User, message_id: int) -> list[MessageRow]:
    """Return the messages after a message, oldest first, at most a hundred."""
    messages = Message.objects.filter(thread__sides__user=user, thread__sides__other=other, pk__gt=message_id)
    return _rows(messages.order_by("pk")[:PAGE_MAX], user)


def unread_messages(user_id: int) -> int:
    """Return how many messages of active accounts the user has not read."""
    unread = ThreadSide.objects.filter(user=user_id, unread__gt=0, other__is_active=True).aggregate(
        total=Sum("unread")
    )["total"]
    return int(unread or 0)


def _rows(messages: Collection[Message], user: User) -> list[MessageRow]:
    cards = space_cards({message.space_id for message in messages if message.space_id}, viewer_id=user.pk)
    return [
        MessageRow(
            id=message.pk,
            text=message.text,
            is_own=message.sender_id == user.pk,
            created_at=message.created_at,
            is_read=message.read_at is not None,
            card=cards.get(message.space_id or 0),
            is_invitation=message.space_id is not None,
        )
        for message in messages
    ]
