"""Serve the moderators' view of Spaces. Rows that services own are read-only here. The actions call the services, so
they reach the live Space too."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path

from spaces import services
from spaces.doors.admin.base import ReadOnlyAdmin, RowsOfASpace, acting
from spaces.models import Invitation, LogEntry, Participant, Reminder, Space, SpeakRequest
from spaces.moderation import exports
from spaces.states import EndReason


@admin.register(Space)
class SpaceAdmin(ReadOnlyAdmin):
    list_display = ("public_id", "display_title", "creator", "state", "started_at", "ended_at", "end_reason")
    list_filter = ("state", "end_reason")
    list_select_related = ("creator",)
    search_fields = ("public_id", "title", "host__username", "host__display_name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    exclude = ("room",)
    actions = ("end_space",)
    change_form_template = "admin/spaces/space/page.html"

    def get_urls(self) -> list[URLPattern]:
        log = path("<id:space_id>/log.jsonl", self.admin_site.admin_view(self.log), name="spaces_space_log")
        return [log, *super().get_urls()]

    def log(self, request: HttpRequest, space_id: int) -> HttpResponse | StreamingHttpResponse:
        """Return the whole log as JSON Lines."""
        space = self.get_object(request, str(space_id))
        if space is None or not self.has_view_permission(request, space):
            return HttpResponse(status=404)
        answer = StreamingHttpResponse(exports.stream_log(space_id), content_type="application/jsonl")
        answer["Content-Disposition"] = f'attachment; filename="{space.public_id}-log.jsonl"'
        return answer

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("spaces.change_space")

    @admin.action(description="End Space", permissions=["operate"])
    def end_space(self, request: HttpRequest, spaces: QuerySet[Space]) -> None:
        def end(space: Space) -> None:
            services.end_space(
                public_id=space.public_id, user=acting(request), reason=EndReason.OPERATOR, as_operator=True
            )

        self.apply(request, spaces.select_related("creator", "host"), end, "Ended")


@admin.register(Participant)
class ParticipantAdmin(RowsOfASpace):
    list_display = ("user", "space", "role", "muted", "joined_at", "left_at", "removed_at")
    list_filter = ("role", "muted", ("left_at", admin.EmptyFieldListFilter), ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "space__creator")
    ordering = ("-id",)
    exclude = ("connection", "mixer_id", "broadcast")
    actions = ("remove_participant", "mute_participant")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("spaces.change_participant")

    @admin.action(description="Remove participant", permissions=["operate"])
    def remove_participant(self, request: HttpRequest, participants: QuerySet[Participant]) -> None:
        def remove(participant: Participant) -> None:
            services.remove_participant(
                public_id=participant.space.public_id,
                user=acting(request),
                target_id=participant.user_id,
                as_operator=True,
            )

        self.apply(request, participants.select_related("space"), remove, "Removed")

    @admin.action(description="Mute participant", permissions=["operate"])
    def mute_participant(self, request: HttpRequest, participants: QuerySet[Participant]) -> None:
        def mute(participant: Participant) -> None:
            services.mute_other(
                public_id=participant.space.public_id,
                user=acting(request),
                target_id=participant.user_id,
                as_operator=True,
            )

        self.apply(request, participants.select_related("space"), mute, "Muted")


@admin.register(SpeakRequest)
class SpeakRequestAdmin(RowsOfASpace):
    list_display = ("user", "space", "state", "created_at", "decided_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("user", "space__creator", "decided_by")
    ordering = ("-id",)


@admin.register(Invitation)
class InvitationAdmin(RowsOfASpace):
    list_display = ("invitee", "space", "inviter", "to_speak", "created_at")
    list_filter = ("to_speak",)
    list_select_related = ("invitee", "inviter", "space__creator")
    people = ("invitee", "inviter")
    ordering = ("-id",)


@admin.register(Reminder)
class ReminderAdmin(RowsOfASpace):
    list_display = ("user", "space", "created_at")
    list_select_related = ("user", "space__creator")
    ordering = ("-id",)


@admin.register(LogEntry)
class LogEntryAdmin(RowsOfASpace):
    list_display = ("at", "space", "kind", "actor", "target", "reason")
    list_filter = ("kind",)
    list_select_related = ("space__creator", "actor", "target")
    people = ("actor", "target")
    ordering = ("-id",)
