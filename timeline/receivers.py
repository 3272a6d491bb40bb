"""Receivers of signals: how the timeline reacts to changes in the apps below it, and to its own posts."""

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import blocked, followed
from spaces.events.signals import decided, invited, recording_expires, space_over, space_scheduled, space_started
from spaces.models import Invitation, Reminder, Space
from spaces.states import SpaceState
from spaces_project.common.jobs import queue_or_log
from timeline import services, tasks
from timeline.models import Fleet, NotificationKind, PinnedPost, PostPicture
from timeline.signals import edited, liked, posted

if TYPE_CHECKING:
    from django.db.models import Model

logger = logging.getLogger(__name__)


@receiver(post_delete, sender=Fleet)
@receiver(post_delete, sender=PostPicture)
def discard_picture(instance: "Model", **kwargs: Any) -> None:
    """Delete the image of a Fleet or a post after the commit, whatever deleted the row: the author, a moderator, the
    end of a Fleet or of an account.

    Deleting it before the commit would be wrong: an image without a row is never shown, a row without its image would
    be.
    """
    if isinstance(instance, Fleet | PostPicture) and instance.image.name:
        transaction.on_commit(partial(instance.image.storage.delete, instance.image.name), robust=True)


@receiver(post_save, sender=User)
def hide_pins(instance: "Model", created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Make rooms reload their pinned posts when an account is protected, renamed or closed.

    Some of the posts may no longer be public.
    """
    if created or (update_fields is not None and not {"protected", "is_active", "display_name"} & update_fields):
        return
    services.forget_pins(PinnedPost.objects.filter(Q(pinned_by=instance.pk) | Q(post__author=instance.pk)))


@receiver(pre_delete, sender=User)
def let_go(instance: "Model", **kwargs: Any) -> None:
    """Correct counters and pinned posts before an account is deleted.

    Its own rows go with it; what they added to counters would stay.
    """
    if isinstance(instance, User):
        services.release_counts(user=instance)
        services.forget_pins(PinnedPost.objects.filter(Q(pinned_by=instance) | Q(post__author=instance)))


# --- Notifications ----------------------------------------------------------------------------------------------------


@receiver(followed)
def tell_of_follow(actor_id: int, target_id: int, **kwargs: Any) -> None:
    """Notify the followed user."""
    people = User.objects.in_bulk([actor_id, target_id])
    if len(people) == 2:
        services.notify(user=people[target_id], kind=NotificationKind.FOLLOWED, actor=people[actor_id])


@receiver(blocked)
def forget_each_other(actor_id: int, target_id: int, **kwargs: Any) -> None:
    """Delete the notifications of two users about each other after a block."""
    services.forget_between(one_id=actor_id, other_id=target_id)


@receiver(posted)
@receiver(edited)
def tell_of_post(post_id: int, **kwargs: Any) -> None:
    """Notify the users whom a new post concerns."""
    services.notify_of_post(post_id=post_id)


@receiver(liked)
def tell_of_like(post_id: int, user_id: int, **kwargs: Any) -> None:
    """Notify the author of the liked post."""
    services.notify_of_like(post_id=post_id, user_id=user_id)


@receiver(invited)
def tell_of_invitation(invitation_id: int, **kwargs: Any) -> None:
    """Notify the invited user."""
    invitation = Invitation.objects.select_related("inviter", "invitee", "space").filter(pk=invitation_id).first()
    if invitation is not None:
        kind = NotificationKind.INVITED_TO_SPEAK if invitation.to_speak else NotificationKind.INVITED
        services.notify(user=invitation.invitee, kind=kind, actor=invitation.inviter, space=invitation.space)


@receiver(decided)
def tell_of_decision(decision_id: int, **kwargs: Any) -> None:
    """Notify the user that a moderators' decision is about."""
    services.notify_of_decision(decision_id=decision_id)


@receiver(recording_expires)
def tell_of_expiry(recording_id: int, **kwargs: Any) -> None:
    """Notify the host that a recording is about to expire."""
    services.notify_of_expiry(recording_id=recording_id)


# --- Reminders --------------------------------------------------------------------------------------------------------


@receiver(space_started)
def tell_of_start(space_id: int, **kwargs: Any) -> None:
    """Notify the users with a reminder that the Space has started."""
    _tell_waiting(space_id, NotificationKind.SPACE_STARTED)


@receiver(space_over)
def tell_of_cancel(space_id: int, **kwargs: Any) -> None:
    """Notify the users with a reminder if the Space was canceled before it started."""
    if Space.objects.filter(pk=space_id, state=SpaceState.CANCELED).exists():
        _tell_waiting(space_id, NotificationKind.SPACE_CANCELED)


@receiver(space_scheduled)
def tell_of_move(space_id: int, moved: bool, **kwargs: Any) -> None:
    """Notify the users with a reminder if the Space was moved to another time."""
    if moved:
        _tell_waiting(space_id, NotificationKind.SPACE_MOVED)


def _tell_waiting(space_id: int, kind: NotificationKind) -> None:
    """Queue the notifications for users with a reminder. If the queue is down, only log it.

    Starting a Space must not fail because of it. The periodic task finds the users who were not told.
    """
    if not Reminder.objects.filter(space=space_id).exists():
        return
    queue_or_log(tasks.tell_waiting, space_id, kind)
