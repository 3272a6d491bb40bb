"""Share what all admin pages need."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from spaces.models import Space
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces_project.common.errors import ProductError
from spaces_project.common.paginator import BoundedPaginator

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]  # generic for the type checker only
else:
    AnyAdmin = admin.ModelAdmin


class ReadOnlyAdmin(AnyAdmin):
    """An admin of rows that only services write. The rows can be searched and never edited."""

    list_per_page = 50
    show_full_result_count = False
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def apply(self, request: HttpRequest, rows: QuerySet[Any], verb: Callable[[Any], None], done: str) -> None:
        """Call `verb` for every row, and show the moderator each refusal of the rules. `done` is the word for
        success."""
        succeeded = 0
        for row in rows:
            try:
                verb(row)
                succeeded += 1
            except ProductError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
        if succeeded:
            self.message_user(request, f"{done}: {succeeded}", messages.SUCCESS)


class RowsOfASpace(ReadOnlyAdmin):
    """An admin of rows with a `space`. A search finds them by a Space's id or by a username, each in full. A search for
    parts of words would read the whole of a table with a million rows."""

    people: tuple[str, ...] = ("user",)
    space_field = "space"
    search_fields = ("space",)  # shows the search field; `get_search_results` does the search
    search_help_text = "The id of a Space, or a username."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().removeprefix("@")
        if not term:
            return queryset, False
        if space_id := Space.objects.filter(public_id=term).values_list("pk", flat=True).first():
            return queryset.filter(**{self.space_field: space_id}), False
        person = User.objects.with_username(term).values_list("pk", flat=True).first()
        if person is None:
            return queryset.none(), False
        named = Q()
        for field in self.people:
            named |= Q(**{field: person})
        return queryset.filter(named), False


class ModeratorsAdmin(ReadOnlyAdmin):
    """An admin that moderators may see by their power to look, whatever Django's own permissions say."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return powers.may(Power.LOOK, user=acting(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and self.has_view_permission(request)


class WordListAdmin(ModeratorsAdmin):
    """An admin of a list of words. Every moderator may read it; `KEEP_WORDS` is the power to change it."""

    list_display = ("text", "added_by", "created_at")
    list_select_related = ("added_by",)
    search_fields = ("text",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return powers.may(Power.KEEP_WORDS, user=acting(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return powers.may(Power.KEEP_WORDS, user=acting(request))


def acting(request: HttpRequest) -> User:
    """Return the member of the staff who sent the request. The admin site admits no other user."""
    if not isinstance(request.user, User):
        raise TypeError("the admin site was reached without a user")
    return request.user
