"""How often passwords may be tried, so that neither guessing nor locking others out is worth while.

A browser in which a user logged in before carries a signed cookie: its tries are counted for itself alone, and so
strangers who lock the name do not lock its owner out. All other tries count three times: for the account from that
address, for the account from everywhere, and for the address. A name and an address of one account are one account.
Only wrong passwords count: a right one takes its own count back.
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
    # A school is one address: so many may mistype in one lesson. What guesses at one account meets the limits above.
    "address": "100/300s/key",
}
COOKIE: Final = "__Host-known" if settings.IS_HTTPS else "known"
COOKIE_LASTS: Final = timedelta(days=180)
MOST_ACCOUNTS: Final = 5
"""How many accounts one browser remembers: a family's."""
_SALT: Final = "accounts.known-device"


@dataclass(frozen=True, slots=True)
class Tried:
    """What one try is counted for; `rate` names one of `RATES`."""

    rate: str
    key: str


def count_try(request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
    """Count one try at `login`, a name or an address; return what takes it back, or None where it is one too many."""
    usage = ratelimit.RateLimitUsage(usage=[])
    for tried in _tried(request, login):
        one = ratelimit.consume(request, app=APP, action=tried.rate, config=RATES, key=tried.key)
        if not one:
            usage.rollback()
            return None
        usage.usage.extend(one.usage)
    return usage


def forget_tries(request: HttpRequest, login: str) -> None:
    """Begin anew for an account, once a new password was set by mail."""
    for tried in _tried(request, login):
        if tried.rate != "address":
            ratelimit.clear(request, app=APP, action=tried.rate, config=RATES, key=tried.key)


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser count for itself at the next log-in of `user`."""
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
    """Return the id of this browser where it knows `user`, else "". A new password makes all browsers strangers."""
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
