"""What a suspended person may not do. Services of every app ask this; nobody else decides."""

from accounts.models import FOREVER, SuspensionScope, User
from spaces_project.common.errors import Refused

_WORDS = {
    SuspensionScope.HOSTING: "You are suspended from hosting",
    SuspensionScope.SPEAKING: "You are suspended from speaking",
    SuspensionScope.ENTIRELY: "Your account is suspended",
}


def suspension(user: User, scope: SuspensionScope = SuspensionScope.ENTIRELY) -> Refused | None:
    """Why `user` may not do what `scope` names, or None. Details: `scope`, `until` (ISO 8601, or null for no end)."""
    until = user.barred_until(scope)
    if until is None:
        return None
    told = scope if user.barred_until(SuspensionScope.ENTIRELY) is None else SuspensionScope.ENTIRELY
    end = None if until >= FOREVER else until
    words = f" until {end:%-d %B %Y, %H:%M} UTC." if end else " until further notice."
    return Refused("suspended", _WORDS[told] + words, scope=told.value, until=end.isoformat() if end else None)


def require_not_suspended(user: User, scope: SuspensionScope = SuspensionScope.ENTIRELY) -> None:
    """Raises `Refused` `suspended`."""
    if error := suspension(user, scope):
        raise error
