"""What holds on every list of the admin, ours and other apps': the admin site puts it on each as it is registered."""

from typing import Any, Final

from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COMPARISONS: Final = frozenset(
    {"exact", "in", "isnull", "isempty", "id", "pk", "gt", "gte", "lt", "lte", "year", "month", "day", "range"}
)
"""What a filter may ask of a field. None of them asks how a text begins, which reads it letter by letter."""
MOST_LOGGED: Final = 1_000


class Guarded:
    """Asks of a list only what its filters ask, and writes down who ran which action on what."""

    list_filter: Any
    date_hierarchy: str | None
    opts: Any
    lookups: tuple[str, ...] = ()
    """Further fields that links of ours ask for."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return whether an address may ask this of the rows.

        Django allows every field of the model itself: `?secret__startswith=` then reads by its number of hits what no
        page shows.
        """
        path = lookup.split("__")
        for field in self._filters():
            known = field.split("__")
            if path[: len(known)] == known:
                return set(path[len(known) :]) <= COMPARISONS
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions; one that names no permission is for users who may change the rows."""
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]  # a mixin
        may_change = self.has_change_permission(request)  # type: ignore[attr-defined]  # the same
        return {
            name: action for name, action in actions.items() if may_change or hasattr(action[0], "allowed_permissions")
        }

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """Run the chosen action, and write it into the log of the admin. Django itself writes deletions down."""
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
    """Return `admin_class` with the rules of every list."""
    if issubclass(admin_class, Guarded):
        return admin_class
    return type(admin_class.__name__, (Guarded, admin_class), {"__module__": admin_class.__module__})
