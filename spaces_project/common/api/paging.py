"""Pages that stay in place while rows are added.

A token names a row and a direction, never a count. It marks the same place however many rows are added at the top.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from spaces_project.common.api.problems import BadRequest

T = TypeVar("T")
M = TypeVar("M", bound=Model)

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
"""Base32hex. X's document says that tokens consist of it and have at least 16 characters."""
_WIDTH = 15
_FORTH, _BACK = "n", "p"


@dataclass(frozen=True, slots=True)
class Place:
    """A row to read from. Rows are newest first: forward means older than `row`, back means newer."""

    row: int
    back: bool = False

    def token(self) -> str:
        return (_BACK if self.back else _FORTH) + _base32(self.row).rjust(_WIDTH, "0")


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Some rows, newest first, with the tokens of the next and previous page; "" if there is none."""

    rows: Sequence[T]
    next_token: str
    previous_token: str


def place(token: str | None) -> Place | None:
    """Return the place that a token names, or None without a token.

    Raises `BadRequest` for a token that we did not give out.
    """
    if not token:
        return None
    try:
        row = int(token[1:], 32 if len(token) > _WIDTH else 36)  # tokens given out before 1.3 are short
    except ValueError:
        row = -1
    if token[0] not in (_FORTH, _BACK) or not 0 <= row < 2**63:
        raise BadRequest("The pagination token is not valid.", {"pagination_token": [token]})
    return Place(row, back=token[0] == _BACK)


def page(rows: QuerySet[M, T], at: Place | None, size: int, *, key: Callable[[T], int], field: str = "pk") -> Slice[T]:
    """Return one page of `rows`, ordered by `field` downwards. One query.

    `rows` have no order of their own, and `key` returns that field of a row.
    """
    if at is not None and at.back:
        found = list(rows.filter(**{f"{field}__gt": at.row}).order_by(field)[: size + 1])
        more, shown = len(found) > size, found[:size][::-1]
        return _slice(shown, key, is_first=not more, is_last=False)
    older = rows if at is None else rows.filter(**{f"{field}__lt": at.row})
    found = list(older.order_by(f"-{field}")[: size + 1])
    return _slice(found[:size], key, is_first=at is None, is_last=len(found) <= size)


def _slice(shown: Sequence[T], key: Callable[[T], int], *, is_first: bool, is_last: bool) -> Slice[T]:
    if not shown:
        return Slice([], "", "")
    following = "" if is_last else Place(key(shown[-1])).token()
    previous = "" if is_first else Place(key(shown[0]), back=True).token()
    return Slice(shown, following, previous)


def _base32(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 32)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
