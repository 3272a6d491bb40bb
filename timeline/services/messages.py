"""Services for messages between two users."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import require_not_suspended
from accounts.selectors import blocked_either_way
from spaces.models import Space
from spaces_project.common import limits
from spaces_project.common.errors import BadInput, NotFound, Refused
from spaces_project.common.text import clean_text
from timeline import news
from timeline.models import MESSAGE_LENGTH, Message, Thread, ThreadSide
from timeline.signals import messaged

MESSAGES_PER_WINDOW = 100
WINDOW = timedelta(minutes=5)


def send_message(*, sender: User, to: User, text: str, space: Space | None = None) -> Message:
    """Send a message to any user. With `space` it carries that Space's card and may have no text.

    Raises `BadInput` `empty`, `too_long` (`details["max"]`) or `self_message`; `NotFound` `not_found` for an inactive
    account; `Refused` `blocked` (in either direction) or `suspended`; `TooMany` `too_many`.
    """
    require_not_suspended(sender)
    cleaned = _cleaned(text, may_be_empty=space is not None)
    _require_reachable(sender, to)
    limits.spend(what="message", user_id=sender.pk, limit=MESSAGES_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        message = Message.objects.create(thread=_locked_thread(sender, to), sender=sender, text=cleaned, space=space)
        _put_on_top(message, user=sender, other=to)
        _put_on_top(message, user=to, other=sender, unread=1)
        news.tell(news.Topic.MESSAGES, [sender.pk, to.pk])
        transaction.on_commit(partial(messaged.send_robust, Message, message_id=message.pk), robust=True)
    return message


def mark_read(*, user: User, other: User, up_to: int | None = None, now: datetime | None = None) -> int:
    """Mark the messages of `other` as read by `user`, up to the message `up_to` if given. Return how many were unread
    before.

    The unread count is reduced by what was found. Writing 0 would lose a message that is being sent at that moment.
    """
    side = ThreadSide.objects.filter(user=user, other=other).first()
    if side is None:
        return 0
    # No join here: Django would update by a sub-select. After waiting for another reader, PostgreSQL would use the old
    # result of the sub-select and count the same messages twice.
    unread = Message.objects.filter(thread=side.thread_id, sender=other, read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    with transaction.atomic():
        read = unread.update(read_at=now or timezone.now())
        if read:
            ThreadSide.objects.filter(pk=side.pk).update(unread=F("unread") - read)
            news.tell(news.Topic.MESSAGES, [user.pk])
    return read


def _cleaned(text: str, *, may_be_empty: bool) -> str:
    cleaned = clean_text(text, limit=MESSAGE_LENGTH)
    if not cleaned and not may_be_empty:
        raise BadInput("empty", _("Write something first."))
    if len(cleaned) > MESSAGE_LENGTH:
        raise BadInput(
            "too_long",
            _("A message has at most {limit} characters.").format(limit=MESSAGE_LENGTH),
            max=MESSAGE_LENGTH,
        )
    return cleaned


def _require_reachable(sender: User, to: User) -> None:
    if sender.pk == to.pk:
        raise BadInput("self_message", _("You cannot message yourself."))
    if not to.is_active:
        raise NotFound("not_found", _("This account does not exist."))
    if blocked_either_way(sender.pk, to.pk):
        raise Refused("blocked", _("You and @{username} cannot message each other.").format(username=to.username))


def _locked_thread(one: User, other: User) -> Thread:
    """Return the thread, locked until the commit.

    The messages of a thread are thereby committed in the order of their ids.
    """
    first, second = sorted([one, other], key=lambda person: person.pk)
    thread, _ = Thread.objects.select_for_update().get_or_create(first=first, second=second)
    return thread


def _put_on_top(message: Message, *, user: User, other: User, unread: int = 0) -> None:
    side = ThreadSide.objects.filter(thread=message.thread, user=user)
    if not side.update(last_message=message, unread=F("unread") + unread):
        ThreadSide.objects.create(thread=message.thread, user=user, other=other, last_message=message, unread=unread)
