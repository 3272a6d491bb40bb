"""Serve the moderators' queue, and one page for each case: the report, its evidence, and the possible decisions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from spaces.doors.admin.base import ModeratorsAdmin, acting
from spaces.doors.admin.case import case_of
from spaces.doors.admin.evidence_sound import evidence_sound
from spaces.doors.admin.forms import DecisionForm
from spaces.doors.admin.listen_in import listen_in
from spaces.doors.admin.live import live
from spaces.models import Report
from spaces.moderation import services as moderation
from spaces.states import ReportState
from spaces_project.common.errors import NotFound, ProductError
from spaces_project.common.ids import parse_id


class StateFilter(admin.SimpleListFilter):
    """A filter that shows open reports by default, because the page is a queue."""

    title = "state"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "Mine"), ("unclaimed", "Nobody's"), ("decided", "Decided"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        everything, *others = super().choices(changelist)
        return [everything | {"display": "Open"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        is_open = queryset.filter(state=ReportState.OPEN)
        wanted = {
            "mine": is_open.filter(claimed_by=acting(request)),
            "unclaimed": is_open.filter(claimed_by=None),
            "decided": queryset.filter(state=ReportState.DECIDED),
            "all": queryset,
        }
        return wanted.get(self.value() or "", is_open)


class AgeFilter(admin.SimpleListFilter):
    title = "age"
    parameter_name = "age"
    hours = {"hour": 1, "day": 24, "week": 168}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("hour", "Under an hour"), ("day", "Under a day"), ("week", "Under a week"), ("older", "Over a week")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        age = self.value()
        if age == "older":
            return queryset.filter(created_at__lt=timezone.now() - timedelta(weeks=1))
        if age in self.hours:
            return queryset.filter(created_at__gte=timezone.now() - timedelta(hours=self.hours[age]))
        return queryset


@admin.register(Report)
class ReportAdmin(ModeratorsAdmin):
    list_display = ("id", "subject", "reason", "person", "where", "created_at", "claimed_by", "state")
    list_filter = (StateFilter, "reason", AgeFilter, "source", "subject")
    list_select_related = ("person", "space__creator", "claimed_by")
    search_fields = ("space__public_id__exact", "person__username__iexact")
    search_help_text = "The id of a Space, or a username."
    ordering = ("-id",)
    change_list_template = "admin/spaces/report/queue.html"

    @admin.display(description="space")
    def where(self, report: Report) -> str:
        return report.space.display_title if report.space else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("live/", view(live), name="spaces_live"),
            path("<int:report_id>/sound/", view(evidence_sound), name="spaces_report_sound"),
            path("listen/<slug:public_id>/", view(listen_in), name="spaces_listen_in"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        report_id = parse_id(object_id or "") or 0
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return self._act(request, report_id) if request.method == "POST" else self._page(request, report_id)
        except NotFound as error:
            self.message_user(request, error.message, messages.ERROR)
            return redirect(reverse("admin:spaces_report_changelist"))

    def _page(self, request: HttpRequest, report_id: int, form: DecisionForm | None = None) -> HttpResponse:
        case = case_of(report_id)
        user = acting(request)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": f"{case.report} · {case.report.get_reason_display()}",
            "case": case,
            "form": form or DecisionForm(user=user, report=case.report),
            "is_mine": case.report.claimed_by_id == user.pk,
        }
        return TemplateResponse(request, "admin/spaces/report/case.html", context)

    def _act(self, request: HttpRequest, report_id: int) -> HttpResponse:
        if request.POST.get("act") == "decide":
            return self._decide(request, report_id)
        verb = moderation.release_report if request.POST.get("act") == "release" else moderation.claim_report
        self._told(request, lambda: verb(report_id=report_id, user=acting(request)), done=None)
        return self._back(report_id)

    def _decide(self, request: HttpRequest, report_id: int) -> HttpResponse:
        report = moderation.get_report(report_id)
        form = DecisionForm(request.POST, user=acting(request), report=report)
        if not form.is_valid():
            return self._page(request, report_id, form)

        def decide() -> None:
            moderation.decide_report(report_id=report_id, user=acting(request), **form.decision())

        is_done = self._told(request, decide, done="Decided.")
        return self._back(report_id) if is_done else self._page(request, report_id, form)

    def _told(self, request: HttpRequest, verb: Callable[[], None], *, done: str | None) -> bool:
        try:
            verb()
        except ProductError as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        if done:
            self.message_user(request, done, messages.SUCCESS)
        return True

    def _back(self, report_id: int) -> HttpResponse:
        return redirect(reverse("admin:spaces_report_change", args=[report_id]))
