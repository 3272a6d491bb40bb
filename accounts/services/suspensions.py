"""Suspending and reinstating users.

Apps above this one end what the user is doing at that moment, such as hosting a Space.
"""

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import FOREVER, Suspension, SuspensionScope, User
from spaces_project.common.errors import BadInput

_COLUMNS = {
    SuspensionScope.HOSTING: "hosting_suspended_until",
    SuspensionScope.SPEAKING: "speaking_suspended_until",
    SuspensionScope.ENTIRELY: "suspended_until",
}


def suspend_user(*, user: User, scope: SuspensionScope, until: datetime | None = None) -> Suspension:
    """Suspend a user from `scope` until a time, or without one until staff lift it.

    Several suspensions may run at once. Raises `BadInput` `bad_time`.
    """
    end = until or FOREVER
    if end <= timezone.now():
        raise BadInput("bad_time", _("The end of a suspension must be in the future."))
    with transaction.atomic():
        suspension = Suspension.objects.create(user=user, scope=scope, until=end)
        _copy(user)
    return suspension


def lift_suspension(*, suspension: Suspension) -> bool:
    """Lift one suspension. Return False if it had been lifted or had ended before."""
    return bool(_lift(suspension.user, Suspension.objects.filter(pk=suspension.pk)))


def reinstate_user(*, user: User, scope: SuspensionScope | None = None) -> int:
    """Lift every running suspension of a user, or those of one scope. Return how many were lifted."""
    running = Suspension.objects.filter(user=user)
    return _lift(user, running if scope is None else running.filter(scope=scope))


def _lift(user: User, rows: "models.QuerySet[Suspension]") -> int:
    now = timezone.now()
    with transaction.atomic():
        lifted = rows.filter(lifted_at=None, until__gt=now).update(lifted_at=now)
        _copy(user)
    return lifted


def _copy(user: User) -> None:
    """Copy the ends of the running suspensions to the user's row.

    The row is locked, so that two suspensions at once both count.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    running = Suspension.objects.filter(user=locked, lifted_at=None, until__gt=timezone.now())
    ends = dict(running.order_by("until").values_list("scope", "until"))  # the latest end of a scope wins
    columns = {column: ends.get(scope.value) for scope, column in _COLUMNS.items()}
    User.objects.filter(pk=user.pk).update(**columns)
    for column, end in columns.items():
        setattr(user, column, end)
