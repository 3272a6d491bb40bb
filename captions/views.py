"""Doors: one call into a selector, then an answer."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from captions import documents
from spaces_project.common.addresses import address_of_request
from spaces_project.common.http import translates_errors


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
