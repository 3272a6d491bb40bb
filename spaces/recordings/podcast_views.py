"""Serve podcasts to programs that have no account here: feed and picture."""

import hashlib
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from spaces.recordings import feeds
from spaces.recordings.artwork import artwork
from spaces.services import podcasts
from spaces_project.common.addresses import address_of_request
from spaces_project.common.http import translates_errors
from spaces_project.common.limits import spend

MOST, WINDOW = 120, timedelta(minutes=1)
_TYPE: Final = "application/rss+xml; charset=utf-8"
_PICTURES: Final = 30
"""In a minute, for one address: a picture takes a tenth of a second of CPU."""
_A_DAY: Final = 86_400


@require_safe
@translates_errors
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve a feed. Caches ask each time, so that what a host takes back is gone at once."""
    spend(what="podcast-feed", user_id=address_of_request(request), limit=MOST, window=WINDOW)
    found = feeds.feed(token)
    body = found.text.encode()
    etag, modified = f'"{hashlib.sha256(body).hexdigest()[:32]}"', int(found.changed_at.timestamp())
    response = get_conditional_response(request, etag, modified) or HttpResponse(body, content_type=_TYPE)
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, no_cache=True)
    return response


@require_safe
@translates_errors
def art(request: HttpRequest, token: str, mark: str) -> HttpResponse:
    """Serve the picture of a podcast. `mark` changes with the picture."""
    spend(what="podcast-art", user_id=address_of_request(request), limit=_PICTURES, window=WINDOW)
    response = HttpResponse(artwork(feeds.podcast_of(token).user), content_type="image/jpeg")
    patch_cache_control(response, public=True, max_age=_A_DAY)
    return response


@require_POST
@login_required
@translates_errors
def change(request: PersonRequest) -> HttpResponse:
    """Turn the user's podcast on or off."""
    is_on = request.POST.get("is_on") == "on"
    podcasts.set_podcast(user=request.user, is_on=is_on, is_explicit=request.POST.get("is_explicit") == "on")
    messages.success(request, _("Your podcast is on.") if is_on else _("Your podcast is off."))
    return redirect("recordings")
