"""Deletion of an account by its owner: it closes at once and is emptied later, so that the owner can take it back.

A closed account is inactive. Inactive accounts are hidden everywhere, cannot log in, and their tokens do not work.
"""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import signals
from accounts.models import ClosedAccount, User
from accounts.notices import tell_owner
from accounts.services.profiles import delete_user, lock_user
from accounts.services.sessions import end_other_sessions
from spaces_project.common.errors import Conflict, NotFound, Refused


def close_account(*, user: User) -> ClosedAccount:
    """Close the account and end every session. Tell the owner until when it can be taken back.

    Raises `Refused` `last_admin`, and `Conflict` `closed` if it is closed already.
    """
    with transaction.atomic():
        locked = lock_user(user.pk)
        _require_closable(locked)
        closed = ClosedAccount.objects.create(user=locked, due_at=timezone.now() + settings.ACCOUNT_DELETION_DELAY)
        _set_active(locked, active=False)
        end_other_sessions(user=locked, keep="")
        tell_owner(user=locked, about="account_closed", due_at=closed.due_at)
        # Robust: the account is closed, also if a Space that the user is in could not be told.
        told = partial(signals.account_closed.send_robust, sender=ClosedAccount, user_id=locked.pk)
        transaction.on_commit(told)
    return closed


def reopen_account(*, user: User) -> None:
    """Take the deletion back. Raises `NotFound` if the owner did not ask for it, or if the account is emptied."""
    with transaction.atomic():
        locked = lock_user(user.pk)
        gone, _by_kind = ClosedAccount.objects.filter(user=locked).delete()
        if not gone:
            raise NotFound("not_found", _("This account is not being deleted."))
        _set_active(locked, active=True)
        tell_owner(user=locked, about="account_reopened")


def accounts_to_empty() -> list[int]:
    """Return the ids of users whose time to change their mind is over."""
    due = ClosedAccount.objects.filter(due_at__lte=timezone.now(), user__is_active=False)
    return list(due.order_by("due_at").values_list("user_id", flat=True))


def empty_account(*, user_id: int) -> bool:
    """Delete one account that is due. Return False if the owner took it back meanwhile, or if staff opened it."""
    with transaction.atomic():
        locked = User.objects.select_for_update().filter(pk=user_id, is_active=False).first()
        if locked is None or not ClosedAccount.objects.filter(user=locked, due_at__lte=timezone.now()).exists():
            return False
        delete_user(user=locked)
    return True


def closed_account(user: User) -> ClosedAccount | None:
    """Return the deletion that the owner asked for, or None."""
    return ClosedAccount.objects.filter(user=user, user__is_active=False).first()


def deletion_days() -> int:
    """Return for how many days an owner may take a deletion back."""
    days: int = settings.ACCOUNT_DELETION_DELAY.days
    return days


def _require_closable(user: User) -> None:
    if not user.is_active:
        raise Conflict("closed", _("This account is closed already."))
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Refused("last_admin", _("You are the only administrator of this site. Make someone else one first."))


def _set_active(user: User, *, active: bool) -> None:
    user.is_active = active
    # Saved, not updated: other apps close sockets and pages when a user is saved.
    user.save(update_fields=["is_active"])
