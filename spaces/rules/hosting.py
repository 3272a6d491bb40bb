"""The rules for accounts that want to host."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import rules as account_rules
from accounts.models import Hosting, SuspensionScope
from accounts.site import site
from spaces.rules.entry import require_may_cohost
from spaces_project.common.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


def hosting_obstacle(user: "User") -> Refused | None:
    """Return why the user may not host, or None (PRODUCT row 1). An account that hosts is not protected, is not
    suspended from hosting, and is one of those that the operator lets host: by followers, all, or chosen ones."""
    return next((error for check in _HOSTING_CHECKS if (error := check(user))), None)


def require_hosting(user: "User") -> None:
    """Raise the error of `hosting_obstacle` if the user may not host."""
    if error := hosting_obstacle(user):
        raise error


def require_may_be_host(person: "User") -> None:
    """Raise an error if `person` may not be given a Space by another user. The message tells that other user why.

    The codes are those of `require_hosting`; only the code for a suspension is `suspended_person`.
    """
    require_may_cohost(person)
    if error := hosting_obstacle(person):
        raise Refused(error.code, _REASONS[error.code].format(**error.details), **error.details)


def _protected(user: "User") -> Refused | None:
    if not user.protected:
        return None
    return Refused("protected_account", _("Protected accounts cannot host: a Space is open to everyone."))


def _not_let(user: "User") -> Refused | None:
    if user.may_host or site().hosting == Hosting.EVERYONE:
        return None
    if site().hosting == Hosting.CHOSEN:
        return Refused("not_chosen", _("On this site, staff choose who may host. Ask them."))
    return _too_few_followers(user)


def _too_few_followers(user: "User") -> Refused | None:
    needed = site().host_min_followers
    missing = needed - user.followers_count
    if missing <= 0:
        return None
    words = ngettext(
        "Hosting opens at {needed} followers. You have {followers}: {missing} follower to go.",
        "Hosting opens at {needed} followers. You have {followers}: {missing} followers to go.",
        missing,
    )
    return Refused(
        "too_few_followers",
        words.format(needed=needed, followers=user.followers_count, missing=missing),
        needed=needed,
        followers=user.followers_count,
        missing=missing,
    )


def _suspended(user: "User") -> Refused | None:
    return account_rules.suspension(user, SuspensionScope.HOSTING)


_REASONS = {
    "protected_account": gettext_lazy("This person cannot host a Space: their account is protected."),
    "not_chosen": gettext_lazy("This person cannot host a Space: staff choose who may host here."),
    "too_few_followers": gettext_lazy("This person cannot host a Space: they have {followers} of {needed} followers."),
}

_HOSTING_CHECKS: tuple[Callable[["User"], Refused | None], ...] = (_suspended, _protected, _not_let)
