"""Rate limits on log-in attempts. Guessing passwords does not pay, and neither does locking the owner out.

A browser in which a user logged in before has a signed cookie, and its attempts are counted separately. Strangers who
use up the attempts of an account therefore do not lock out its owner.

Every other attempt counts three times: for the account from that network address, for the account from anywhere, and
for the network address. A username and an email address of one account count as the same account. Only wrong passwords
count: a successful log-in takes its own count back.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import User
from spaces_project.common.addresses import address_of_request

APP: Final = "accounts"
RATES: Final = {
    "known_device": "5/300s/key",
    "account_from_address": "5/300s/key",
    "account": "20/300s/key",
    # A school shares one address, so a class may mistype in one lesson. Guesses at one account hit the limits above.
    "address": "100/300s/key",
}
COOKIE: Final = "__Host-known" if settings.IS_HTTPS else "known"
COOKIE_LASTS: Final = timedelta(days=180)
MOST_ACCOUNTS: Final = 5
"""How many accounts one browser remembers: enough for a family."""
_SALT: Final = "accounts.known-device"


@dataclass(frozen=True, slots=True)
class Tried:
    """One limit that an attempt counts against. `rate` is a key of `RATES`."""

    rate: str
    key: str


def count_try(request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
    """Count one log-in attempt for `login`, which is a username or an email address.

    Return the usage, which can take the count back, or None if the attempt is over a limit.
    """
    usage = ratelimit.RateLimitUsage(usage=[])
    for tried in _tried(request, login):
        one = ratelimit.consume(request, app=APP, action=tried.rate, config=RATES, key=tried.key)
        if not one:
            usage.rollback()
            return None
        usage.usage.extend(one.usage)
    return usage


def forget_tries(request: HttpRequest, login: str) -> None:
    """Reset the counted attempts of an account after its password was reset by mail.

    The limit of the network address stays.
    """
    for tried in _tried(request, login):
        if tried.rate != "address":
            ratelimit.clear(request, app=APP, action=tried.rate, config=RATES, key=tried.key)


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Set a cookie so that this browser's next log-in attempts for `user` are counted separately."""
    known = _known(request)
    known.pop(str(user.pk), None)
    kept = dict(list(known.items())[-(MOST_ACCOUNTS - 1) :])
    kept[str(user.pk)] = f"{secrets.token_hex(8)}.{_password_mark(user)}"
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_SALT, compress=True),
        max_age=COOKIE_LASTS,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _tried(request: HttpRequest, login: str) -> list[Tried]:
    user, address = _account(login), address_of_request(request)
    if user is not None and (device := _device(request, user)):
        return [Tried("known_device", f"{user.pk}:{device}")]
    account = str(user.pk) if user is not None else f"nobody:{login.strip().casefold()}"
    return [
        Tried("account_from_address", f"{account}:{address}"),
        Tried("account", account),
        Tried("address", address),
    ]


def _account(login: str) -> User | None:
    if "@" not in login:
        return User.objects.with_username(login.strip()).first()
    found = filter_users_by_email(login.strip(), prefer_verified=True)
    return found[0] if found else None


def _device(request: HttpRequest, user: User) -> str:
    """Return this browser's id if it knows `user`, else "". A new password makes every browser unknown again."""
    device, _, mark = _known(request).get(str(user.pk), "").partition(".")
    return device if secrets.compare_digest(mark, _password_mark(user)) else ""


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        known: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_LASTS)
    except signing.BadSignature:
        return {}
    return known if isinstance(known, dict) else {}


def _password_mark(user: User) -> str:
    return salted_hmac(_SALT, user.password, algorithm="sha256").hexdigest()[:16]
