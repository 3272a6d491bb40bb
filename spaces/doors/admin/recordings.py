"""Serve the moderators' view of recordings and clips: state, size, expiry and files. They can delete one, and have
files of a recording made anew."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from spaces import services
from spaces.doors.admin.base import RowsOfASpace, acting
from spaces.models import Clip, Export, Recording
from spaces.services import clips, replays
from spaces_project.common.errors import Conflict


@admin.register(Recording)
class RecordingAdmin(RowsOfASpace):
    list_display = ("space", "host", "state", "stop_reason", "length", "size", "visible", "expires_at", "files")
    list_filter = ("state", "stop_reason", "visible", ("files_gone_at", admin.EmptyFieldListFilter))
    list_select_related = ("space__creator", "space__host", "export")
    people = ("space__host",)
    ordering = ("-id",)
    exclude = ("directory",)
    actions = ("delete_recording", "make_files")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("spaces.change_recording")

    @admin.display(description="host")
    def host(self, recording: Recording) -> str:
        return recording.space.host.username

    @admin.display(description="length")
    def length(self, recording: Recording) -> str:
        minutes, seconds = divmod(recording.duration_ms // 1000, 60)
        return f"{minutes}:{seconds:02}"

    @admin.display(description="size", ordering="bytes")
    def size(self, recording: Recording) -> str:
        return filesizeformat(recording.bytes)

    @admin.display(description="files")
    def files(self, recording: Recording) -> str:
        """Return how far the files for download are, and why they failed."""
        try:
            export = recording.export
        except Export.DoesNotExist:
            return "-"
        return f"{export.state}: {export.error}" if export.error else f"{export.state} {export.percent} %"

    @admin.action(description="Delete recording", permissions=["operate"])
    def delete_recording(self, request: HttpRequest, recordings: QuerySet[Recording]) -> None:
        def delete(recording: Recording) -> None:
            replays.delete_recording(public_id=recording.space.public_id, user=acting(request), as_operator=True)

        self.apply(request, recordings.select_related("space"), delete, "Deleted")

    @admin.action(description="Make the files for download again", permissions=["operate"])
    def make_files(self, request: HttpRequest, recordings: QuerySet[Recording]) -> None:
        self.apply(request, recordings, _make, "Asked for")


@admin.register(Clip)
class ClipAdmin(RowsOfASpace):
    list_display = (
        "public_id",
        "display_title",
        "maker",
        "space",
        "length",
        "state",
        "taken_down",
        "created_at",
        "sound",
    )
    list_filter = ("state", "taken_down")
    list_select_related = ("maker", "recording__space__creator")
    people = ("maker", "recording__space__host")
    space_field = "recording__space"
    ordering = ("-id",)
    actions = ("delete_clip",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("spaces.change_clip")

    @admin.display(description="space")
    def space(self, clip: Clip) -> str:
        return clip.recording.space.display_title

    @admin.display(description="seconds")
    def length(self, clip: Clip) -> int:
        return clip.length_ms // 1000

    @admin.display(description="sound")
    def sound(self, clip: Clip) -> str:
        """Return a link to the page of the clip, or why it could not be made."""
        return format_html('<a href="{}">Listen</a>', clip.get_absolute_url()) if clip.is_ready else clip.error or "-"

    @admin.action(description="Delete clip", permissions=["operate"])
    def delete_clip(self, request: HttpRequest, chosen: QuerySet[Clip]) -> None:
        def delete(clip: Clip) -> None:
            clips.delete_clip(public_id=clip.public_id, user=acting(request), as_operator=True)

        self.apply(request, chosen, delete, "Deleted")


def _make(recording: Recording) -> None:
    if services.request_export(recording_id=recording.pk) is None:
        raise Conflict("not_ready", "There is no replay to make files of.")
