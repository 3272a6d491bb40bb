"""Downloads of replays. Whether the reader may have one is asked for each request."""

from datetime import timedelta
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from accounts.http import PersonRequest, reader_of
from spaces.models import Export
from spaces.recordings import downloads
from spaces.recordings.exports import made_file
from spaces.recordings.files import location
from spaces_project.common.addresses import address_of_request
from spaces_project.common.errors import NotFound
from spaces_project.common.http import translates_errors
from spaces_project.common.limits import spend
from spaces_project.common.ranged import Ranged
from spaces_project.media.serving import media_response

MOST, WINDOW = 60, timedelta(minutes=1)
_ARCHIVES: Final = 10
_CHAPTERS_TYPE: Final = "application/json+chapters"


@require_safe
@translates_errors
def sound(request: HttpRequest, public_id: str, version: int, kind: str) -> HttpResponseBase:
    """Serve the trimmed sound as a file, whole or in parts. An old version leads to the one that there is."""
    export = downloads.export_for(public_id=public_id, user=reader_of(request))
    if version != export.made_version:
        return redirect("replay_file", public_id=public_id, version=export.made_version, kind=kind)
    return _file(request, export, *made_file(export, kind), ending=kind)


@require_safe
@login_required
@translates_errors
def archive(request: PersonRequest, public_id: str) -> HttpResponseBase:
    """Serve everything in one file, to the host."""
    spend(what="replay-archive", user_id=request.user.pk, limit=_ARCHIVES, window=WINDOW)
    export, name = downloads.archive_for(public_id=public_id, user=request.user)
    return _file(request, export, name, "application/zip", ending="zip")


@require_safe
@cache_control(private=True, no_cache=True)
@conditional_page
@translates_errors
def captions(request: HttpRequest, public_id: str, ending: str) -> HttpResponse:
    """Serve the captions on the replay's clock. Podcast players of other sites may read them."""
    _spend(request)
    text = downloads.captions_for(public_id=public_id, user=reader_of(request), ending=ending)
    return _for_all(HttpResponse(text, content_type=downloads.CAPTIONS[ending]))


@require_safe
@cache_control(private=True, no_cache=True)
@conditional_page
@translates_errors
def chapters(request: HttpRequest, public_id: str) -> HttpResponse:
    """Serve the chapters in the format of Podcasting 2.0."""
    _spend(request)
    text = downloads.chapters_for(public_id=public_id, user=reader_of(request))
    return _for_all(HttpResponse(text, content_type=_CHAPTERS_TYPE))


def _file(request: HttpRequest, export: Export, name: str, content_type: str, *, ending: str) -> HttpResponseBase:
    recording = export.recording
    title = get_valid_filename(recording.display_title) or "replay"
    shown = content_disposition_header(as_attachment="download" in request.GET, filename=f"{title}.{ending}")
    file = Ranged(recording.home / name, content_type, location(recording, name), shown or "inline")
    try:
        return media_response(request, file)
    except FileNotFoundError as error:
        raise NotFound("not_found", _("This file is gone.")) from error


def _spend(request: HttpRequest) -> None:
    asker = reader_of(request)
    spend(
        what="replay-text",
        user_id=asker.pk if asker else address_of_request(request),
        limit=MOST,
        window=WINDOW,
    )


def _for_all(response: HttpResponse) -> HttpResponse:
    """Let pages of other sites read a public file. Their requests carry no cookies of ours."""
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Content-Type-Options"] = "nosniff"
    return response
