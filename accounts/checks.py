"""System checks of accounts. They read the database, so they run with `check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from accounts.demo import users_with_demo_password
from spaces_project.common.origins import site_is_local

START = "start"
"""The tag of the checks that every process runs when it starts."""


@register(Tags.database, START)
def no_known_password(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start a site that is open to others while an account has the demo's password, which is public."""
    if site_is_local() or not databases:
        return []
    try:
        names = users_with_demo_password()
    except DatabaseError:
        return []  # not migrated yet: there are no accounts
    if not names:
        return []
    hint = "Remove the demo: manage.py remove_demo. Or give these accounts other passwords: manage.py changepassword."
    return [Error(f"The demo's password, known to all, opens: {', '.join(names)}.", hint=hint, id="accounts.E001")]
