"""The timeline's part of `export_account`: what it stores about a user."""

from collections.abc import Callable, Iterable
from typing import Any

from accounts.models import User
from spaces import exports


def register() -> None:
    """Register the sections below with the export of an account."""
    for name, related, fields in _SECTIONS:
        exports.register(name, _rows(related, *fields))


def _rows(related: str, *fields: str) -> Callable[[User], Iterable[dict[str, Any]]]:
    def read(user: User) -> Iterable[dict[str, Any]]:
        rows: Iterable[dict[str, Any]] = getattr(user, related).order_by("pk").values(*fields)
        return rows

    return read


_SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("posts", "posts", ("id", "text", "reply_to_id", "quote_of_id", "repost_of_id", "created_at")),
    ("likes", "likes", ("post_id", "created_at")),
    ("messages", "sent_messages", ("thread_id", "text", "created_at")),
    ("fleets", "fleets", ("kind", "text", "created_at")),
    ("notifications", "notifications", ("kind", "actor__username", "created_at", "seen_at")),
)
