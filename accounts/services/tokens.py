"""Personal tokens and OAuth apps. A key is shown to the user once and stored as a hash."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken, set_token_value

from accounts.models import TOKEN_NAME_MAX, PersonalToken, User
from accounts.notices import tell_owner
from accounts.redirects import redirect_origin
from accounts.services.profiles import lock_user
from spaces_project.common.api.scopes import SCOPES
from spaces_project.common.errors import BadInput, Conflict, NotFound
from spaces_project.common.text import clean_line

PREFIX = "spc_"
"""Lets scanners for leaked secrets, and people, recognise one of our keys."""
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
MOST_TOKENS, MOST_APPS = 50, 20


@dataclass(frozen=True, slots=True)
class Issued:
    """A new personal token. `key` is available here and never again."""

    id: int
    key: str


@dataclass(frozen=True, slots=True)
class IssuedApp:
    """A new app. `secret` is available here and never again; it is "" for a public app, which cannot keep a secret."""

    app: Application
    secret: str


def create_personal_token(*, user: User, name: str, scopes: Sequence[str], days: int | None = 365) -> Issued:
    """Create a token that is valid for `days`, or for ever if None.

    Raises `BadInput` `bad_name`, `bad_scopes`, `bad_days`; `Conflict` `too_many`.
    """
    label, granted = _named(name), _granted(scopes)
    if days is not None and not 1 <= days <= 3650:
        raise BadInput("bad_days", _("Choose from 1 to 3650 days."))
    key = PREFIX + secrets.token_urlsafe(32)
    access = AccessToken(user=user, scope=granted, expires=timezone.now() + timedelta(days=days) if days else NEVER)
    set_token_value(access, key)
    with transaction.atomic():
        lock_user(user.pk)
        if PersonalToken.objects.filter(access__user=user).count() >= MOST_TOKENS:
            raise Conflict(
                "too_many",
                _("You have {limit} tokens already. Revoke one first.").format(limit=MOST_TOKENS),
            )
        access.save()
        PersonalToken.objects.create(access=access, name=label)
        tell_owner(user=user, about="token_made", name=label)
    return Issued(access.pk, key)


def revoke_personal_token(*, user: User, token_id: int) -> None:
    """Revoke one of the user's own tokens. Idempotent."""
    AccessToken.objects.filter(pk=token_id, user=user, personal__isnull=False).delete()


def revoke_app(*, user: User, app_id: int) -> None:
    """Revoke everything the user allowed an app to do, and close the app's sockets. Idempotent."""
    with transaction.atomic():
        for kind in (Grant, RefreshToken, AccessToken):
            kind.objects.filter(user=user, application=app_id).delete()


def revoke_all(*, user: User) -> int:
    """Revoke every personal token and everything the user allowed apps to do. Return how many tokens were revoked.

    The open sockets of all of them are closed. The apps that the user registered stay.
    """
    with transaction.atomic():
        Grant.objects.filter(user=user).delete()
        RefreshToken.objects.filter(user=user).delete()
        tokens = list(AccessToken.objects.filter(user=user))
        for token in tokens:
            token.delete()
        if tokens:
            tell_owner(user=user, about="tokens_revoked")
    return len(tokens)


def register_app(*, user: User, name: str, redirect_uris: str, is_public: bool, for_itself: bool = False) -> IssuedApp:
    """Register an app that asks users for access or, with `for_itself`, reads public data in its own name.

    Raises `BadInput` `bad_name`, `bad_redirect`; `Conflict` `too_many`.
    """
    app = Application(
        user=user,
        name=_named(name),
        redirect_uris=" ".join(redirect_uris.split()),
        client_type=Application.CLIENT_PUBLIC if is_public and not for_itself else Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=(
            Application.GRANT_CLIENT_CREDENTIALS if for_itself else Application.GRANT_AUTHORIZATION_CODE
        ),
    )
    if not for_itself:
        _require_redirects(app)
    secret = "" if app.client_type == Application.CLIENT_PUBLIC else app.client_secret
    with transaction.atomic():
        lock_user(user.pk)
        if Application.objects.filter(user=user).count() >= MOST_APPS:
            raise Conflict("too_many", _("You have {limit} apps already. Delete one first.").format(limit=MOST_APPS))
        app.save()
    tell_owner(user=user, about="app_registered", name=app.name)
    return IssuedApp(app, secret)


def delete_app(*, user: User, app_id: int) -> None:
    """Delete an app and every token that any user gave it. Raises `NotFound` `not_found`."""
    deleted, _by_kind = Application.objects.filter(pk=app_id, user=user).delete()
    if not deleted:
        raise NotFound("not_found", _("There is no such app."))


def _named(name: str) -> str:
    cleaned = clean_line(name, limit=TOKEN_NAME_MAX)
    if not 1 <= len(cleaned) <= TOKEN_NAME_MAX:
        raise BadInput(
            "bad_name",
            _("Give it a name of at most {limit} characters.").format(limit=TOKEN_NAME_MAX),
            field="name",
        )
    return cleaned


def _granted(scopes: Sequence[str]) -> str:
    unknown = sorted(set(scopes) - {scope.value for scope in SCOPES})
    if unknown or not scopes:
        raise BadInput("bad_scopes", _("Choose at least one of the scopes."), unknown=unknown, field="scopes")
    return " ".join(scope.value for scope in SCOPES if scope.value in scopes)


def _require_redirects(app: Application) -> None:
    addresses = app.redirect_uris.split()
    if not addresses:
        raise BadInput("bad_redirect", _("Enter at least one redirect address."), field="redirect_uris")
    if any(redirect_origin(address) is None for address in addresses):
        raise BadInput(
            "bad_redirect",
            _(
                "Use addresses that begin with https:// (or http:// on 127.0.0.1, [::1] or localhost), without a user "
                "name and without special characters."
            ),
            field="redirect_uris",
        )
    try:
        app.clean()
    except ValidationError as error:
        raise BadInput("bad_redirect", error.messages[0], field="redirect_uris") from error
