"""Rules for every list in the admin, ours and other apps'. The admin site adds them to each list that is registered."""

from typing import Any, Final

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COMPARISONS: Final = frozenset(
    {"exact", "in", "isnull", "isempty", "id", "pk", "gt", "gte", "lt", "lte", "year", "month", "day", "range"}
)
"""The comparisons that a filter may use.

None of them tests how a text begins: that would let staff read it letter by letter.
"""
MOST_LOGGED: Final = 1_000


class Guarded:
    """A mixin for admin lists that allows only declared filters and logs each action with the user and the rows."""

    list_filter: Any
    date_hierarchy: str | None
    opts: Any
    lookups: tuple[str, ...] = ()
    """More fields that our own links filter by."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether a query string may filter the rows by this lookup.

        Django allows every field of the model itself. `?secret__startswith=` then reveals by its number of hits what no
        page shows.
        """
        path = lookup.split("__")
        for field in self._filters():
            known = field.split("__")
            if path[: len(known)] == known:
                return set(path[len(known) :]) <= COMPARISONS
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the available actions. An action that names no permission is for users who may change the rows."""
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]  # a mixin
        may_change = self.has_change_permission(request)  # type: ignore[attr-defined]  # the same
        return {
            name: action for name, action in actions.items() if may_change or hasattr(action[0], "allowed_permissions")
        }

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """Run the chosen action and log it in the admin's log. Django already logs deletions itself."""
        name = request.POST.get("action", "")
        is_logged = name in self.get_actions(request) and name != "delete_selected"
        selected = request.POST.getlist("_selected_action")[:MOST_LOGGED]
        rows = list(queryset.filter(pk__in=selected)) if is_logged else []
        answer: HttpResponseBase | None = super().response_action(request, queryset)  # type: ignore[misc]  # a mixin
        if rows and request.user.pk:
            LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, f"Action: {name}")
        return answer

    def _filters(self) -> set[str]:
        named = {getattr(one, "parameter_name", one) for one in map(_first, self.list_filter)}
        own = {self.opts.pk.name, "pk", *self.lookups}
        return {str(name) for name in named | own | {self.date_hierarchy} if name}


def _first(filter_: Any) -> Any:
    return filter_[0] if isinstance(filter_, (list, tuple)) else filter_


def guarded(admin_class: type[Any]) -> type[Any]:
    """Return `admin_class` with `Guarded` mixed in."""
    if issubclass(admin_class, Guarded):
        return admin_class
    return type(admin_class.__name__, (Guarded, admin_class), {"__module__": admin_class.__module__})
