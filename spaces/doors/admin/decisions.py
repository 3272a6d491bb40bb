"""Show the record of decisions. It is append-only and can be searched."""

from django.contrib import admin
from django.http import HttpRequest

from spaces.doors.admin.base import RowsOfASpace
from spaces.models import Decision


@admin.register(Decision)
class DecisionAdmin(RowsOfASpace):
    list_display = ("id", "at", "verdict", "target", "space", "actor", "report")
    list_filter = ("verdict",)
    list_select_related = ("target", "space__creator", "actor", "report")
    people = ("target", "actor")
    ordering = ("-id",)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return tuple(field.name for field in Decision._meta.fields)
