"""The pages and files of captions: each view calls one selector and answers."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_safe

from accounts.http import reader_of
from captions import documents, replay, transcript
from captions.asked import Asked
from captions.files import NOTICE
from spaces_project.common.addresses import address_of_request
from spaces_project.common.http import translates_errors
from spaces_project.common.ids import parse_id


@require_safe
@never_cache
@translates_errors
def transcript_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the transcript: a page of it, the page with one line (`line`), or the hits of a search (`q`)."""
    user = reader_of(request)
    asked = Asked(public_id, user, address_of_request(request))
    if query := request.GET.get("q", ""):
        page = transcript.search(asked, query=query)
    elif "line" in request.GET:
        page = transcript.page_with(asked, line_id=parse_id(request.GET["line"]) or 0)
    else:
        page = transcript.page(asked, number=parse_id(request.GET.get("page", "1")) or 0)
    numbers = range(1, page.pages + 1)
    return render(request, "captions/transcript.html", {"page": page, "numbers": numbers, "notice": NOTICE})


@require_safe
# Asked for each time, so that what a moderator took away is gone at once; what is the same is not sent again.
@cache_control(private=True, no_cache=True)
@conditional_page
@translates_errors
def captions_file(request: HttpRequest, public_id: str, ending: str) -> HttpResponse:
    """Download everything that was said up to now, or all of it once the Space is over."""
    user = reader_of(request)
    asker = address_of_request(request)
    found = documents.captions_file(public_id=public_id, user=user, ending=ending, asker=asker)
    name = get_valid_filename(found.name)
    return HttpResponse(
        found.text,
        content_type=found.content_type,
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""},
    )


@require_safe
@never_cache
@translates_errors
def replay_data(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return what the player of a replay shows, as JSON."""
    user = reader_of(request)
    found = replay.replay(Asked(public_id, user, address_of_request(request)))
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")


@require_safe
@never_cache
@translates_errors
def so_far_data(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return what was said and who talked in a recording that goes on, as JSON. `from` is a time of its sound, in
    milliseconds: what came before it is left out."""
    asked = Asked(public_id, reader_of(request), address_of_request(request))
    found = replay.so_far(asked, from_ms=parse_id(request.GET.get("from", "0")) or 0)
    return HttpResponse(msgspec.json.encode(found), content_type="application/json")
