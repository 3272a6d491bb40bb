"""Queries about tokens and apps."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken

from accounts.models import PersonalToken, User


@dataclass(frozen=True, slots=True)
class AuthorizedApp:
    id: int
    name: str
    scopes: list[str]
    since: datetime


def bearer_key(authorization: str) -> str | None:
    """Return the key in the value of a header `Authorization: Bearer …`, or None if it has another scheme. The name of
    the scheme may be in any case."""
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def token_for(key: str) -> AccessToken | None:
    """Return the access token for `key`, with its `user` (None for an app's own token) and `application`.

    Return None if the key is unknown, the token has expired, or the account is not active. HTTP and sockets both ask
    here.
    """
    checksum = hashlib.sha256(key.encode()).hexdigest()
    found = AccessToken.objects.select_related("user", "application").filter(token_checksum=checksum).first()
    if found is None or found.expires <= timezone.now():
        return None
    return found if found.user is None or found.user.is_active else None


def personal_tokens(user: User) -> list[PersonalToken]:
    """Return the personal tokens of `user`, newest first."""
    return list(PersonalToken.objects.filter(access__user=user).select_related("access").order_by("-access"))


def own_apps(user: User) -> list[Application]:
    """Return the apps that `user` registered, newest first."""
    return list(Application.objects.filter(user=user).order_by("-pk"))


def authorized_apps(user: User) -> list[AuthorizedApp]:
    """Return the apps that may still act for `user`: those with a valid access token, or a
    refresh token to get a new one."""
    now = timezone.now()
    live = AccessToken.objects.filter(user=user, application__isnull=False, expires__gt=now)
    fresh = RefreshToken.objects.filter(user=user, revoked=None)
    ids = set(live.values_list("application", flat=True)) | set(fresh.values_list("application", flat=True))
    apps = Application.objects.filter(pk__in=ids).annotate(since=Max("refreshtoken__created")).order_by("name", "pk")
    scopes = dict(AccessToken.objects.filter(user=user, application__in=ids).values_list("application", "scope"))
    return [AuthorizedApp(app.pk, str(app), scopes.get(app.pk, "").split(), app.since or app.created) for app in apps]
