"""Pages of a table that is too long to be counted."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]  # generic for the type checker only
else:
    AnyPaginator = Paginator

MOST = 10_000


class BoundedPaginator(AnyPaginator):
    """Counts to ten thousand and no further: a million rows cost what ten thousand do. What lies beyond is found by a
    filter or a search."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST].count())
