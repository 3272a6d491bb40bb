"""The page on which hosts look after their recordings. Each form answers htmx with the one card that it changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from accounts.models import User
from accounts.paging import cut_page, parse_cursor
from spaces.models import Export, Podcast, Recording
from spaces.recordings.forms import CutForm, KeepForm
from spaces.recordings.room import MEGABYTE, bytes_of
from spaces.recordings.selectors import recordings_of
from spaces.recordings.waveform import suggested_cut
from spaces.rules import replays as rules
from spaces.services import replays
from spaces.states import RecordingState
from spaces_project.common.clock import exact_clock_text
from spaces_project.common.http import translates_errors, wants_partial

_PAGE: Final = 20
_DAYS: Final = (1, 7, 30, 90, 365)
_STATES: Final = {
    RecordingState.RECORDING: gettext_lazy("Recording now"),
    RecordingState.PAUSED: gettext_lazy("Stopped for now"),
    RecordingState.FINISHING: gettext_lazy("Being prepared"),
    RecordingState.READY: gettext_lazy("Ready"),
    RecordingState.FAILED: gettext_lazy("Failed"),
}

Verb = Callable[[str, PersonRequest], None]


@dataclass(frozen=True, slots=True)
class Card:
    """One recording as its host sees it."""

    recording: Recording

    @property
    def state(self) -> str:
        return str(_STATES[RecordingState(self.recording.state)])

    @property
    def reason(self) -> str:
        """Return why the recording stopped, if it was not its host."""
        return self.recording.get_stop_reason_display() if self.recording.stop_reason not in ("host", "ended") else ""

    @property
    def megabytes(self) -> float:
        return self.recording.bytes / MEGABYTE

    @property
    def duration(self) -> str:
        """Return the length of the replay: what is left by the cut."""
        return exact_clock_text((self.recording.end_ms - self.recording.cut_start_ms) // 1000 * 1000)

    @property
    def start(self) -> str:
        return exact_clock_text(self.recording.cut_start_ms)

    @property
    def end(self) -> str:
        return exact_clock_text(self.recording.end_ms)

    @property
    def whole(self) -> str:
        return exact_clock_text(self.recording.duration_ms)

    @property
    def suggestion(self) -> tuple[str, str] | None:
        """Return the start and the end without silence."""
        cut = suggested_cut(self.recording) if self.recording.is_ready else None
        return (exact_clock_text(cut.starts_ms), exact_clock_text(cut.ends_ms)) if cut else None

    @property
    def export(self) -> Export | None:
        """Return the files for download, also while they are being made."""
        return getattr(self.recording, "export", None) if self.recording.is_ready else None

    @property
    def days(self) -> list[int]:
        """Return for how many days the host may keep it."""
        longest = settings.RECORDINGS_KEEP.days
        return [days for days in _DAYS if not longest or days < longest] + ([longest] if longest else [])


@require_safe
@login_required
@never_cache
@translates_errors
def recordings(request: PersonRequest) -> HttpResponse:
    """List the recordings of the user's Spaces, latest first, with what one can do about each."""
    rows = recordings_of(request.user).order_by("-pk")
    if cursor := request.GET.get("before"):
        rows = rows.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(rows, _PAGE, lambda row: (row.pk,))
    context: dict[str, Any] = {"cards": [Card(row) for row in page.items], "next_cursor": page.next_cursor}
    context |= _used(request.user) | _podcast(request.user)
    return render(request, "recordings/list.html", context)


@require_safe
@login_required
@never_cache
@translates_errors
def files(request: PersonRequest, public_id: str) -> HttpResponse:
    """Show the line with the files of one recording, as far as they are made."""
    recording = recordings_of(request.user).filter(space__public_id=public_id).first()
    if recording is None:
        raise rules.no_recording()
    context = {"space": recording.space, "export": Card(recording).export}
    return render(request, "recordings/_files.html", context)


def _podcast(user: User) -> dict[str, Any]:
    found = Podcast.objects.filter(user=user).first()
    address = f"{settings.PUBLIC_ORIGIN}{found.get_absolute_url()}" if found else ""
    return {"podcast": found, "podcast_address": address}


def _used(user: User) -> dict[str, Any]:
    return {"used_mb": bytes_of(user) / MEGABYTE, "quota_mb": settings.RECORDINGS_QUOTA_MB}


def _changes(verb: Verb) -> Callable[..., HttpResponseBase]:
    """Make a view of a verb. It answers htmx with the card as it is now, and a plain form with the page."""

    @require_POST
    @login_required
    @translates_errors
    def view(request: PersonRequest, /, public_id: str) -> HttpResponse:
        verb(public_id, request)
        if not wants_partial(request):
            return redirect("recordings")
        recording = recordings_of(request.user).filter(space__public_id=public_id).first()
        if recording is None:
            return HttpResponse()  # htmx takes the card away
        return render(request, "recordings/_card.html", {"card": Card(recording), "said": _("Saved.")})

    return view


@_changes
def cut(public_id: str, request: PersonRequest) -> None:
    """Cut the start and the end of a replay."""
    start_ms, end_ms = CutForm(request.POST).cut()
    replays.cut_recording(public_id=public_id, user=request.user, start_ms=start_ms, end_ms=end_ms)


@_changes
def rename(public_id: str, request: PersonRequest) -> None:
    """Give a replay another title."""
    replays.rename_recording(public_id=public_id, user=request.user, title=request.POST.get("title", ""))


@_changes
def show(public_id: str, request: PersonRequest) -> None:
    """Show a replay to others, or hide it."""
    replays.show_recording(public_id=public_id, user=request.user, visible=request.POST.get("visible") == "on")


@_changes
def list_in_podcast(public_id: str, request: PersonRequest) -> None:
    """Put a replay into the host's podcast, or take it out."""
    replays.list_recording(public_id=public_id, user=request.user, in_podcast=request.POST.get("in_podcast") == "on")


@_changes
def allow_clips(public_id: str, request: PersonRequest) -> None:
    """Let others make clips of a replay, or no longer."""
    replays.allow_clips(public_id=public_id, user=request.user, allowed=request.POST.get("clips_allowed") == "on")


@_changes
def keep(public_id: str, request: PersonRequest) -> None:
    """Keep a recording for so many days from now."""
    replays.keep_recording(public_id=public_id, user=request.user, days=KeepForm(request.POST).chosen())


@_changes
def delete(public_id: str, request: PersonRequest) -> None:
    """Delete a recording."""
    replays.delete_recording(public_id=public_id, user=request.user)
