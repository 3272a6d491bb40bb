"""Receivers of signals: the audio follows what services change, and sessions that end close their sockets."""

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.http import HttpRequest
from oauth2_provider.models import AccessToken

from accounts.models import User, WebhookEvent
from accounts.signals import account_closed, blocked, export_asked, session_ended
from spaces import audio, events, services
from spaces.doors import tasks
from spaces.doors.announcements import announce_decision, announce_recording, announce_space
from spaces.events import Close
from spaces.events.signals import (
    clip_requested,
    clips_deleted,
    decided,
    export_requested,
    recording_changed,
    recording_deleted,
    recording_exported,
    recording_ready,
    space_over,
    space_renamed,
    space_scheduled,
    space_started,
    stage_changed,
)
from spaces.models import Clip, Recording, Space
from spaces.moderation import services as moderation
from spaces_project.common.jobs import queue_or_log
from spaces_project.media import bucket

if TYPE_CHECKING:
    from django.db.models import Model

logger = logging.getLogger(__name__)


@receiver(stage_changed)
@receiver(space_started)
@receiver(space_over)
def follow(space_id: int, **kwargs: Any) -> None:
    audio.follow(space_id)


@receiver(space_started)
@receiver(space_renamed)
def flag_title(space_id: int, **kwargs: Any) -> None:
    moderation.flag_title(space_id=space_id)


@receiver(space_started)
def tell_started(space_id: int, **kwargs: Any) -> None:
    announce_space(event=WebhookEvent.SPACE_STARTED, space_id=space_id)


@receiver(space_over)
def tell_ended(space_id: int, **kwargs: Any) -> None:
    """Announce an ended Space. A canceled Space is announced too: its `state` says so."""
    announce_space(event=WebhookEvent.SPACE_ENDED, space_id=space_id)


@receiver(space_scheduled)
def tell_scheduled(space_id: int, **kwargs: Any) -> None:
    announce_space(event=WebhookEvent.SPACE_SCHEDULED, space_id=space_id)


@receiver(recording_ready)
def tell_recorded(recording_id: int, **kwargs: Any) -> None:
    announce_recording(recording_id=recording_id)


@receiver(decided)
def tell_decided(decision_id: int, **kwargs: Any) -> None:
    announce_decision(decision_id=decision_id)


@receiver(account_closed)
def leave_closed(user_id: int, **kwargs: Any) -> None:
    """Take the user of a closed account out of every live Space. The Spaces that they host end."""
    user = User.objects.filter(pk=user_id, is_active=False).first()
    if user is not None:
        services.leave_everywhere(user=user)


@receiver(export_asked)
def write_export(export_id: int, **kwargs: Any) -> None:
    """Write the file of an export soon."""
    queue_or_log(tasks.write_account_export, export_id)


@receiver(recording_ready)
def measure_recording(recording_id: int, **kwargs: Any) -> None:
    """Measure the loudness of a new replay, and make its files for download."""
    queue_or_log(tasks.measure_recording, recording_id)
    services.request_export(recording_id=recording_id)


@receiver(recording_changed)
def export_again(recording_id: int, what: str, **kwargs: Any) -> None:
    """Make the files anew if the cut or the title changed: both are in the files."""
    if what in ("cut", "title"):
        services.request_export(recording_id=recording_id)


@receiver(export_requested)
def export_recording(export_id: int, version: int, **kwargs: Any) -> None:
    """Make the files soon. With the queue away, the periodic task finds them."""
    queue_or_log(tasks.export_recording, export_id, version)


@receiver(clip_requested)
def make_clip(clip_id: int, **kwargs: Any) -> None:
    """Make the sound of a clip soon. With the queue away, the periodic task finds it."""
    queue_or_log(tasks.make_clip, clip_id)


@receiver(recording_changed)
@receiver(recording_deleted)
@receiver(recording_exported)
def podcast_changed(recording_id: int, **kwargs: Any) -> None:
    """Date the podcast of the host anew: one of its episodes is another one."""
    hosts = Recording.objects.filter(pk=recording_id).values_list("space__host_id", flat=True)
    services.podcast_changed(user_ids=list(hosts))


@receiver(space_started)
@receiver(space_over)
@receiver(space_scheduled)
def podcast_live_changed(space_id: int, **kwargs: Any) -> None:
    """Date the podcast of the host anew: it names the Space that is on, or the next one."""
    hosts = Space.objects.filter(pk=space_id).values_list("host_id", flat=True)
    services.podcast_changed(user_ids=list(hosts))


@receiver(recording_deleted)
@receiver(clips_deleted)
def remove_recording(**kwargs: Any) -> None:
    """Remove the files soon. With the queue away, the periodic task does it."""
    queue_or_log(tasks.remove_recording_files)


@receiver(post_delete, sender=Recording)
@receiver(post_delete, sender=Clip)
def discard_files(instance: "Model", **kwargs: Any) -> None:
    """Let the bucket delete the files, whatever deleted the row. No task looks there for files without a row.

    It is noted within the transaction, so that a process that dies loses nothing, and again after the commit: an upload
    that began meanwhile was not seen.
    """
    if isinstance(instance, Recording):
        forget = partial(bucket.discard_below, instance.home)
    elif isinstance(instance, Clip):
        forget = partial(bucket.discard, instance.path)
    else:
        return
    forget()
    transaction.on_commit(forget, robust=True)


@receiver(user_logged_out)
def revoke_session(request: HttpRequest, user: "User | None", **kwargs: Any) -> None:
    """Close the sockets of a session when its user logs out."""
    session_key = request.session.session_key
    if user is not None and session_key:
        _revoke(user, events.CLOSE_UNAUTHENTICATED, session_key=session_key)


@receiver(session_ended)
def revoke_ended_session(user_id: int, session_key: str, **kwargs: Any) -> None:
    """Close the sockets of a session that was ended from elsewhere."""
    envelope = events.revoke(user_id, events.CLOSE_UNAUTHENTICATED, session_key=session_key)
    events.publish(events.EVERY_PROCESS, envelope)


@receiver(post_save, sender=User)
def revoke_locked_out(instance: "Model", **kwargs: Any) -> None:
    """Close the sockets of an account that is not active any more."""
    if isinstance(instance, User) and not instance.is_active:
        _revoke(instance, events.CLOSE_UNAUTHENTICATED)


SHOWN = frozenset({"username", "display_name", "avatar"})
"""The columns of an account that other people see."""


@receiver(post_save, sender=User)
def tell_changed_person(
    instance: "Model", created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any
) -> None:
    """Tell the Spaces that a person's name or picture changed. The person, a moderator or staff may have changed it;
    the admin writes all columns."""
    if created or (update_fields is not None and not SHOWN & update_fields):
        return
    services.podcast_changed(user_ids=[instance.pk])
    transaction.on_commit(partial(services.person_changed, user_id=instance.pk), robust=True)


@receiver(post_save, sender=User)
def podcast_speaks_anew(instance: "Model", update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Date the podcast of a host anew whose account got another language: its fixed texts are in it."""
    if update_fields is not None and "language" in update_fields:
        services.podcast_changed(user_ids=[instance.pk])


@receiver(pre_delete, sender=User)
def let_go(instance: "Model", **kwargs: Any) -> None:
    """Give up the seats and sockets of a user before the account is deleted. Deleting the rows alone would leave
    both."""
    if isinstance(instance, User):
        services.leave_everywhere(user=instance)
        services.forget_person(user=instance)


@receiver(post_delete, sender=AccessToken)
def revoke_token(instance: "Model", **kwargs: Any) -> None:
    """Close the sockets of a deleted token: deleted by its owner, in the admin, with its app, or replaced by a newer
    one."""
    if isinstance(instance, AccessToken) and instance.user_id is not None:
        session_key = events.token_session(instance.pk)
        envelope = events.revoke(instance.user_id, events.CLOSE_UNAUTHENTICATED, session_key=session_key)
        transaction.on_commit(lambda: events.publish(events.EVERY_PROCESS, envelope))


@receiver(blocked)
def put_out_blocked(actor_id: int, target_id: int, **kwargs: Any) -> None:
    """Remove the blocked person at once. If this fails, the periodic task retries."""
    services.remove_blocked(host_id=actor_id, blocked_id=target_id)


@receiver([password_changed, password_set, password_reset])
def revoke_older_sessions(user: "User", **kwargs: Any) -> None:
    """Close all sockets of the user. Every client reconnects, and only a session that knows the new password is let
    in."""
    _revoke(user, events.CLOSE_RESTART)


def _revoke(user: "User", close: Close, *, session_key: str = "") -> None:
    envelope = events.revoke(user.pk, close, session_key=session_key)
    transaction.on_commit(lambda: events.publish(events.EVERY_PROCESS, envelope))
