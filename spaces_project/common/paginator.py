"""A paginator for tables that are too long to count."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]  # generic for the type checker only
else:
    AnyPaginator = Paginator

MOST = 10_000


class BoundedPaginator(AnyPaginator):
    """A paginator that counts to ten thousand and no further.

    A million rows cost as much as ten thousand. Rows beyond are found by a filter or a search.
    """

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST].count())
