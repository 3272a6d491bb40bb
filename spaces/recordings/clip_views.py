"""Pages, sound and captions of clips. Whether the reader may have them is asked for each request."""

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_POST, require_safe

from accounts.http import PersonRequest, reader_of
from accounts.paging import cut_page, parse_cursor
from spaces.models import Clip
from spaces.recordings.clips import CONTENT_TYPE, Shown
from spaces.recordings.files import location_of
from spaces.recordings.forms import ClipForm
from spaces.rules import clips as rules
from spaces.selectors.replays import clip_for, clips_kept_by
from spaces.services import clips as verbs
from spaces_project.common.addresses import address_of_request
from spaces_project.common.clock import clock_text
from spaces_project.common.errors import NotFound
from spaces_project.common.http import translates_errors, wants_json
from spaces_project.common.limits import spend
from spaces_project.common.ranged import Ranged
from spaces_project.media.serving import media_response

MOST, WINDOW = 60, timedelta(minutes=1)
_PAGE: Final = 20


@require_safe
@never_cache
@translates_errors
def clip(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the page of a clip, also to visitors without an account: the link is shared with everyone."""
    reader = reader_of(request)
    found = clip_for(public_id=public_id, user=reader)
    context = {
        "clip": found,
        "shown": Shown(found, reader),
        "length": clock_text(found.length_ms),
        "may_delete": reader is not None and rules.may_delete(found, reader),
    }
    return render(request, "recordings/clip.html", context)


@require_safe
@translates_errors
def sound(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Serve the sound, whole or in parts. `download` names the file by its title."""
    found = _ready(public_id, request)
    name = f"{get_valid_filename(found.display_title) or 'clip'}.m4a"
    shown = content_disposition_header(as_attachment="download" in request.GET, filename=name)
    try:
        return media_response(request, Ranged(found.path, CONTENT_TYPE, location_of(found.path), shown or "inline"))
    except FileNotFoundError as error:
        raise NotFound("not_found", _("The sound of this clip is gone.")) from error


@require_safe
@cache_control(private=True, no_cache=True)
@conditional_page
@translates_errors
def captions(request: HttpRequest, public_id: str) -> HttpResponse:
    """Serve the captions as WebVTT on the clip's clock: what may be read now, without what was taken away."""
    reader = reader_of(request)
    spend(what="clip-text", user_id=reader.pk if reader else address_of_request(request), limit=MOST, window=WINDOW)
    text = Shown(_ready(public_id, request), reader).webvtt
    return HttpResponse(text, content_type="text/vtt; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})


@require_safe
@login_required
@never_cache
@translates_errors
def clips(request: PersonRequest) -> HttpResponse:
    """List the clips that the user can delete, latest first: their own, and those of their Spaces."""
    rows = clips_kept_by(request.user)
    if cursor := request.GET.get("before"):
        rows = rows.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(rows, _PAGE, lambda row: (row.pk,))
    lines = [(row, clock_text(row.length_ms)) for row in page.items]
    return render(request, "recordings/clips.html", {"lines": lines, "next_cursor": page.next_cursor})


@require_POST
@login_required
@translates_errors
def make(request: PersonRequest, public_id: str) -> HttpResponse:
    """Make a clip of a replay. Answer the script with 201 and `{"id", "url"}`, and redirect a plain form to the clip
    (303)."""
    start_ms, end_ms = ClipForm(request.POST).stretch()
    title = request.POST.get("title", "")
    made = verbs.make_clip(public_id=public_id, user=request.user, start_ms=start_ms, end_ms=end_ms, title=title)
    url = made.get_absolute_url()
    if wants_json(request):
        return JsonResponse({"id": made.public_id, "url": url}, status=201)
    response = redirect(url)
    response.status_code = 303
    return response


@require_POST
@login_required
@translates_errors
def delete(request: PersonRequest, public_id: str) -> HttpResponse:
    """Delete a clip, and show the list of those that there are."""
    verbs.delete_clip(public_id=public_id, user=request.user)
    messages.success(request, _("The clip is deleted."))
    response = redirect("clips")
    response.status_code = 303
    return response


def _ready(public_id: str, request: HttpRequest) -> Clip:
    found = clip_for(public_id=public_id, user=reader_of(request))
    if not found.is_ready:
        raise NotFound("not_ready", _("The clip is not ready yet."))
    return found
