"""Show appeals to moderators. A senior moderator who had no part in the decision decides."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from spaces.doors.admin.base import ModeratorsAdmin, acting
from spaces.doors.admin.case import case_of
from spaces.doors.admin.forms import AppealForm
from spaces.models import Appeal
from spaces.moderation import services as moderation
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces.states import AppealState
from spaces_project.common.errors import ProductError
from spaces_project.common.ids import parse_id


@admin.register(Appeal)
class AppealAdmin(ModeratorsAdmin):
    list_display = ("id", "user", "decision", "state", "created_at", "decided_at")
    list_filter = ("state",)
    list_select_related = ("user", "decision")
    search_fields = ("user__username__iexact",)
    search_help_text = "A username."
    ordering = ("-id",)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        appeal = self._found(object_id)
        form = AppealForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._decide(request, appeal, form):
            return redirect(reverse("admin:spaces_appeal_changelist"))
        report_id = appeal.decision.report_id
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": f"Appeal by @{appeal.user.username}",
            "appeal": appeal,
            "case": case_of(report_id) if report_id else None,
            "form": form,
            "is_open": appeal.state == AppealState.OPEN,
            "may_hear": powers.may(Power.HEAR_APPEAL, user=acting(request)),
        }
        return TemplateResponse(request, "admin/spaces/appeal/page.html", context)

    def _found(self, object_id: str | None) -> Appeal:
        found = Appeal.objects.select_related("user", "decision__actor", "decision__target", "decision__space__creator")
        appeal = found.filter(pk=parse_id(object_id or "") or 0).first()
        if appeal is None:
            raise Http404("There is no such appeal.")
        return appeal

    def _decide(self, request: HttpRequest, appeal: Appeal, form: AppealForm) -> bool:
        try:
            moderation.decide_appeal(
                appeal_id=appeal.pk,
                user=acting(request),
                granted=request.POST.get("act") == "grant",
                **form.cleaned_data,
            )
        except ProductError as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        self.message_user(request, "Decided.", messages.SUCCESS)
        return True
