"""The moderators' view of captions. What services own is read-only here; the actions call the services."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from captions import services
from captions.models import Consent, Redaction, Track, Utterance
from spaces.admin import ReadOnlyAdmin, acting
from spaces_project import heartbeat

REDACTED_HERE = "redacted in the admin"
NO_ENGINE = (
    "Captions have no engine: run manage.py check on the machine of the speech workers, which says what is missing."
)


@admin.register(Track)
class TrackAdmin(ReadOnlyAdmin):
    list_display = ("space", "language", "epoch", "created_at")
    list_filter = ("language",)
    list_select_related = ("space__creator",)
    search_fields = ("space__public_id", "space__title")
    ordering = ("-created_at",)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("user", "space", "state", "source", "at")
    list_filter = ("state", "source")
    list_select_related = ("user", "space__creator")
    search_fields = ("space__public_id", "user__username", "user__display_name")
    exclude = ("source_connection",)
    ordering = ("-id",)


@admin.register(Utterance)
class UtteranceAdmin(ReadOnlyAdmin):
    list_display = ("id", "space", "speaker", "start_ms", "state", "text", "attempts", "engine", "engine_ms", "error")
    list_filter = ("state", "engine", "language", "source")
    list_select_related = ("space__creator", "speaker")
    search_fields = ("space__public_id", "speaker__username", "speaker__display_name", "text")
    ordering = ("-id",)
    actions = ("rerun", "redact")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if heartbeat.is_known_to_have_no_engine():
            messages.warning(request, NO_ENGINE)
        return super().changelist_view(request, extra_context)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("captions.change_utterance")

    @admin.action(description="Transcribe again", permissions=["operate"])
    def rerun(self, request: HttpRequest, utterances: QuerySet[Utterance]) -> None:
        user = acting(request)
        self.apply(request, utterances, lambda row: services.rerun(utterance_id=row.pk, user=user), "Sent again")

    @admin.action(description="Redact", permissions=["operate"])
    def redact(self, request: HttpRequest, utterances: QuerySet[Utterance]) -> None:
        user = acting(request)

        def redact(row: Utterance) -> None:
            services.redact(utterance_id=row.pk, user=user, reason=REDACTED_HERE)

        self.apply(request, utterances, redact, "Redacted")


@admin.register(Redaction)
class RedactionAdmin(ReadOnlyAdmin):
    list_display = ("utterance", "by", "at", "reason", "original")
    list_select_related = ("utterance", "by")
    search_fields = ("utterance__space__public_id", "by__username", "original")
    ordering = ("-at",)
