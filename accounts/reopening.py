"""The short time after a log-in in which the owner of a closed account may take it back."""

import time
from typing import Final

from django.http import HttpRequest

from accounts import services
from accounts.models import ClosedAccount, User

KEY: Final = "reopening"
SECONDS: Final = 15 * 60


def allow_reopening(request: HttpRequest, user: User) -> None:
    """Note in the session that its user proved who they are. It logs nobody in."""
    request.session.cycle_key()
    request.session[KEY] = [user.pk, int(time.time()) + SECONDS]


def reopening(request: HttpRequest) -> ClosedAccount | None:
    """Return the deletion that this session may take back, or None."""
    user_id, until = request.session.get(KEY, (0, 0))
    user = User.objects.filter(pk=user_id).first() if time.time() < until else None
    return None if user is None else services.closed_account(user)


def forget_reopening(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
