"""Keyset pagination: every page costs the same, and a new row at the top does not shift the pages below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from spaces_project.common.errors import BadInput
from spaces_project.common.ids import parse_id

T = TypeVar("T")
M = TypeVar("M", bound=Model)

PAGE_SIZE = 30
PAGE_MAX = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of rows. `next_cursor` is opaque to callers, and None on the last page."""

    items: list[T]
    next_cursor: str | None


def cut_page(rows: QuerySet[M], limit: int, key: Callable[[M], tuple[int, ...]]) -> Page[M]:
    """Return the first `limit` of `rows`, at most `PAGE_MAX`, as a page.

    `rows` are ordered and begin after the cursor. `key` returns a row's place in that order, for the next cursor.
    """
    size = max(1, min(limit, PAGE_MAX))
    # One more row than asked for tells whether there is a next page.
    found = list(rows[: size + 1])
    items = found[:size]
    return Page(items, "_".join(map(str, key(items[-1]))) if len(found) > size else None)


def parse_cursor(cursor: str, *, parts: int) -> list[int]:
    """Return the numbers in a cursor: `"7_42"` gives `[7, 42]`.

    Raises `BadInput` `bad_cursor` for text that this server cannot have made.
    """
    numbers = [parse_id(number) for number in cursor.split("_", parts)]
    known = [number for number in numbers if number is not None]
    if len(numbers) != parts or len(known) != parts:
        raise BadInput("bad_cursor", _("This page does not exist."))
    return known
