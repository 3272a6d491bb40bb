"""The rules about suspensions, confirmed addresses, sign-up and staff.

The services of every app ask these functions; no other code decides this.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import FOREVER, Inviting, SignUp, SuspensionScope, User
from accounts.site import site
from spaces_project.common.errors import Refused

_WORDS = {
    SuspensionScope.HOSTING: (
        gettext_lazy("You are suspended from hosting until {end} UTC."),
        gettext_lazy("You are suspended from hosting until further notice."),
    ),
    SuspensionScope.SPEAKING: (
        gettext_lazy("You are suspended from speaking until {end} UTC."),
        gettext_lazy("You are suspended from speaking until further notice."),
    ),
    SuspensionScope.ENTIRELY: (
        gettext_lazy("Your account is suspended until {end} UTC."),
        gettext_lazy("Your account is suspended until further notice."),
    ),
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
    with_end, without_end = _WORDS[told]
    words = with_end.format(end=date_format(end, "DATETIME_FORMAT")) if end else without_end
    return Refused("suspended", words, scope=told.value, until=end.isoformat() if end else None)


def require_not_suspended(user: User, scope: SuspensionScope = SuspensionScope.ENTIRELY) -> None:
    """Raise `Refused` `suspended` if `user` is suspended from `scope`."""
    if error := suspension(user, scope):
        raise error


def require_confirmed_address(user: User) -> None:
    """Raise `Refused` `address_unconfirmed` if this site requires a confirmed email address and `user` has none."""
    if site().confirms_addresses and not EmailAddress.objects.filter(user=user, verified=True).exists():
        raise Refused("address_unconfirmed", _("Confirm your email address first. The link is in your mail."))


def sign_up_refusal(*, is_invited: bool) -> Refused | None:
    """Return the error that keeps a person without an account from signing up, or None."""
    rule = site().sign_up
    if rule == SignUp.CLOSED:
        return Refused("sign_up_closed", _("This site takes no new accounts."))
    if rule == SignUp.INVITED and not is_invited:
        return Refused("invitation_needed", _("You need an invitation to sign up here."))
    return None


def inviting_refusal(user: User) -> Refused | None:
    """Return the error that keeps `user` from inviting people to sign up, or None."""
    if site().sign_up != SignUp.INVITED:
        return Refused("invite_not_needed", _("No invitations are used here: see who may sign up on this site."))
    if site().inviting == Inviting.STAFF and staff_refusal(user) is not None:
        return Refused("invite_staff_only", _("Only the people who run this site can invite others to it."))
    return None


def staff_refusal(user: User) -> Refused | None:
    """Return the error that keeps `user` from working as staff, or None.

    The admin and every moderation power ask this.
    """
    if not (user.is_active and user.is_staff):
        return Refused("forbidden", _("Only the people who run this site can see this."))
    if error := suspension(user):
        return error
    if settings.STAFF_SECOND_FACTOR and not has_second_factor(user):
        return Refused("second_factor", _("Staff need a second factor to log in here. Set one up first."))
    return None


def has_second_factor(user: User) -> bool:
    """Return whether log-in asks `user` for more than a password. Recovery codes alone do not count."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))
