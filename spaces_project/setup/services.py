"""Carry out a plan for a new site: its settings, its texts and its first account of staff."""

from typing import Any

import msgspec
from django.db import transaction

from accounts import services
from accounts.models import User
from spaces_project.common.errors import BadInput, Conflict
from timeline.models import SITE_TEXT_LENGTH, SiteText, SiteTextKind


class Admin(msgspec.Struct, frozen=True, kw_only=True):
    """The first account of staff."""

    username: str
    email: str
    password: str = ""
    """May be empty if the account exists."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a site is to become.

    Attributes:
        settings: fields of `SiteSettings` by name. What is not named stays as it is.
        texts: texts of the operator by kind (`rules`, `privacy`, `terms`, `about`).
        admin: None makes no account.
    """

    settings: dict[str, Any] = {}
    texts: dict[str, str] = {}
    admin: Admin | None = None


def set_up(plan: Plan, *, code_id: int | None = None) -> User | None:
    """Carry out the plan and return the account of staff. Everything is done, or nothing.

    It may run again: an account of staff with that username is left as it is. With `code_id`, the code of the set-up
    page is used up, and the site must have no account.

    Raises the errors of `accounts.services.make_admin` and `change_site`, `BadInput` `bad_text` (details: `field`), and
    `Conflict` `username_taken` if an account with that username is not one of staff.
    """
    with transaction.atomic():
        if code_id is not None:
            services.finish_setup(code_id=code_id)
        services.change_site(**plan.settings)
        for kind, text in plan.texts.items():
            _write(kind, text)
        return _admin(plan.admin) if plan.admin is not None else None


def _admin(admin: Admin) -> User:
    existing = User.objects.with_username(admin.username).first()
    if existing is None:
        return services.make_admin(username=admin.username, email=admin.email, password=admin.password)
    if not existing.is_superuser:
        raise Conflict("username_taken", "An account with that username exists, and is not one of staff.")
    return existing


def _write(kind: str, text: str) -> None:
    """Store a text of the operator. An empty one removes it."""
    if kind not in SiteTextKind.values:
        raise BadInput("bad_text", f"There is no text of the kind {kind}.", field=kind)
    if len(text) > SITE_TEXT_LENGTH:
        raise BadInput("bad_text", f"A text has at most {SITE_TEXT_LENGTH} characters.", field=kind)
    if text.strip():
        SiteText.objects.update_or_create(kind=kind, defaults={"text": text})
    else:
        SiteText.objects.filter(kind=kind).delete()
