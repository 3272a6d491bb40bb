"""Doors: one call into a selector, then an answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_safe

from captions import documents, transcript
from captions.files import NOTICE
from spaces_project.common.addresses import address_of_request
from spaces_project.common.http import translates_errors
from spaces_project.common.ids import parse_id


@require_safe
@never_cache
@translates_errors
def transcript_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was said, to be read: a page of it, the page with one line (`line`), or what a search (`q`) finds."""
    user = request.user if request.user.is_authenticated else None
    asked = transcript.Asked(public_id, user, address_of_request(request))
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
    """What was said up to now, or all of it once the Space is over."""
    user = request.user if request.user.is_authenticated else None
    asker = address_of_request(request)
    found = documents.captions_file(public_id=public_id, user=user, ending=ending, asker=asker)
    name = get_valid_filename(found.name)
    return HttpResponse(
        found.text,
        content_type=found.content_type,
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""},
    )
