"""Lists by keyset: a page costs the same however far down it is, and a new row on top moves nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from spaces_project.common.errors import BadInput
from spaces_project.common.ids import parse_id

T = TypeVar("T")
M = TypeVar("M", bound=Model)

PAGE_SIZE = 30
PAGE_MAX = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next_cursor` is opaque to callers; `None` on the last page."""

    items: list[T]
    next_cursor: str | None


def cut_page(rows: QuerySet[M], limit: int, key: Callable[[M], tuple[int, ...]]) -> Page[M]:
    """The first `limit` (at most `PAGE_MAX`) of `rows`, which are ordered and already behind the cursor; `key` gives a
    row's place in that order."""
    size = max(1, min(limit, PAGE_MAX))
    # One more than asked for tells whether there is a next page.
    found = list(rows[: size + 1])
    items = found[:size]
    return Page(items, "_".join(map(str, key(items[-1]))) if len(found) > size else None)


def parse_cursor(cursor: str, *, parts: int) -> list[int]:
    """`"7_42"` → `[7, 42]`. Raises `BadInput` `bad_cursor` for anything this server cannot have made."""
    numbers = [parse_id(number) for number in cursor.split("_", parts)]
    known = [number for number in numbers if number is not None]
    if len(numbers) != parts or len(known) != parts:
        raise BadInput("bad_cursor", "This page does not exist.")
    return known
