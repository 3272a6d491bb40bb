"""The rules about suspensions, confirmed addresses and staff.

The services of every app ask these functions; no other code decides this.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from accounts.models import FOREVER, SuspensionScope, User
from spaces_project.common.errors import Refused

_WORDS = {
    SuspensionScope.HOSTING: "You are suspended from hosting",
    SuspensionScope.SPEAKING: "You are suspended from speaking",
    SuspensionScope.ENTIRELY: "Your account is suspended",
}


def suspension(user: User, scope: SuspensionScope = SuspensionScope.ENTIRELY) -> Refused | None:
    """Return the error that keeps `user` from what `scope` names, or None.

    Its details are `scope` and `until` (ISO 8601, or null for no end).
    """
    until = user.barred_until(scope)
    if until is None:
        return None
    told = scope if user.barred_until(SuspensionScope.ENTIRELY) is None else SuspensionScope.ENTIRELY
    end = None if until >= FOREVER else until
    words = f" until {end:%-d %B %Y, %H:%M} UTC." if end else " until further notice."
    return Refused("suspended", _WORDS[told] + words, scope=told.value, until=end.isoformat() if end else None)


def require_not_suspended(user: User, scope: SuspensionScope = SuspensionScope.ENTIRELY) -> None:
    """Raise `Refused` `suspended` if `user` is suspended from `scope`."""
    if error := suspension(user, scope):
        raise error


def require_confirmed_address(user: User) -> None:
    """Raise `Refused` `address_unconfirmed` if this site requires a confirmed email address and `user` has none."""
    if settings.CONFIRM_ADDRESSES and not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise Refused("address_unconfirmed", "Confirm your email address first. The link is in your mail.")


def staff_refusal(user: User) -> Refused | None:
    """Return the error that keeps `user` from working as staff, or None.

    The admin and every moderation power ask this.
    """
    if not (user.is_active and user.is_staff):
        return Refused("forbidden", "Only the people who run this site can see this.")
    if error := suspension(user):
        return error
    if settings.STAFF_SECOND_FACTOR and not has_second_factor(user):
        return Refused("second_factor", "Staff need a second factor to log in here. Set one up first.")
    return None


def has_second_factor(user: User) -> bool:
    """Return whether log-in asks `user` for more than a password. Recovery codes alone do not count."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))
