"""Receivers of signals: what happens on the site is queued to be told outside of it."""

import logging
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.signals import session_ended
from spaces.events.signals import asked_to_speak, space_started
from spaces.models import Space
from spaces_project.common.jobs import queue_or_log
from timeline.models import Message, NotificationKind, Post
from timeline.reach import notice, services, tasks
from timeline.reach.kinds import OF_NOTIFICATION
from timeline.reach.notice import Notice
from timeline.signals import messaged, notified

logger = logging.getLogger(__name__)

ASKED_SECONDS = 60
"""A host is told of requests once in this time: a crowd that asks at once is one notification."""


@receiver(space_started)
def tell_followers(space_id: int, **kwargs: Any) -> None:
    queue_or_log(tasks.tell_followers, space_id)


@receiver(notified)
def tell_of_notification(kind: str, user_ids: list[int], actor_id: int, **about: Any) -> None:
    """Tell users of the notifications that are worth more than a badge."""
    told = _notice(NotificationKind(kind), actor_id, **about)
    if told is not None:
        queue_or_log(tasks.tell, told.packed(), user_ids, actor_id)


def _notice(
    kind: NotificationKind,
    actor_id: int,
    *,
    space_id: int | None,
    post_id: int | None,
    decision_id: int | None,
    **_: Any,
) -> Notice | None:
    if kind not in OF_NOTIFICATION:
        return None
    if decision_id is not None:
        return notice.decision(decision_id)
    actor = User.objects.get(pk=actor_id)
    space = Space.objects.select_related("host", "creator").filter(pk=space_id or 0).first()
    post = Post.objects.select_related("author").filter(pk=post_id or 0).first()
    return notice.of_notification(kind, actor, space, post)


@receiver(messaged)
def tell_of_message(message_id: int, **kwargs: Any) -> None:
    """Tell the other user of the thread."""
    sent = Message.objects.select_related("sender", "thread").filter(pk=message_id).first()
    if sent is not None:
        other = sent.thread.second_id if sent.thread.first_id == sent.sender_id else sent.thread.first_id
        queue_or_log(tasks.tell, notice.message(sent).packed(), [other], sent.sender_id)


@receiver(asked_to_speak)
def tell_of_request(space_id: int, user_id: int, **kwargs: Any) -> None:
    """Tell the host that a listener asks to speak."""
    if not cache.add(f"reach:asked:{space_id}", 1, ASKED_SECONDS):
        return
    space = Space.objects.select_related("host", "creator").get(pk=space_id)
    told = notice.asked(space, User.objects.get(pk=user_id))
    queue_or_log(tasks.tell, told.packed(), [space.host_id], user_id)


@receiver(user_logged_out)
def forget_browser(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Send nothing more to a browser after its user logged out."""
    if user is not None and request.session.session_key:
        services.drop_sessions(user_id=user.pk, session_key=request.session.session_key)


@receiver(session_ended)
def forget_ended_session(user_id: int, session_key: str, **kwargs: Any) -> None:
    """Send nothing more to a browser whose session was ended from elsewhere."""
    services.drop_sessions(user_id=user_id, session_key=session_key)


@receiver(password_changed)
@receiver(password_reset)
@receiver(password_set)
def forget_other_browsers(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Stop pushing to the other browsers of a user who changed the password, because that logs them out."""
    services.drop_sessions(user_id=user.pk, but=request.session.session_key)
