"""Serve the sound for listeners over HTTP where no server in front does. The path cannot be guessed, and is all that is
asked.

Every answer may be kept by shared caches: segments as long as players ask for them, playlists for half a segment.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import reader_of
from spaces import selectors, services
from spaces.models.space import SERVED
from spaces.recordings.window import LIST, MAIN, STATE
from spaces.selectors.sight import require_reader
from spaces_project.common.addresses import address_of_request
from spaces_project.common.http import translates_errors
from spaces_project.common.limits import spend

MOST, WINDOW = 60, timedelta(minutes=1)

_NAME: Final = re.compile(r"index\.m3u8|live\.m3u8|state\.json|init\.mp4|[0-9]{1,9}\.m4s", re.ASCII)
_TYPES: Final = {".m3u8": "application/vnd.apple.mpegurl", ".mp4": "audio/mp4", ".m4s": "audio/mp4"}
_MOVES: Final = {LIST, STATE, MAIN}
FOR_A_MOMENT: Final = "public, max-age=1"
FOR_A_WHILE: Final = "public, max-age=60, immutable"
"""A segment is listed for twelve seconds. A minute later no cache needs it."""


@require_safe
@never_cache
@translates_errors
def listen(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead a player that knows only this link, such as a podcast player, to the sound of a live Space. Raise what the
    rules say to a reader who may not join."""
    reader = reader_of(request)
    spend(what="listen-link", user_id=reader.pk if reader else address_of_request(request), limit=MOST, window=WINDOW)
    space = selectors.get_shown_space(public_id)
    require_reader(space=space, user=reader)
    path = services.open_audience(public_id=public_id)
    return HttpResponseRedirect(f"{settings.AUDIENCE_URL}/{path}/{MAIN}")


@require_safe
def audience(request: HttpRequest, path: str, name: str) -> HttpResponse:
    """Serve one file: a playlist, a segment, or the state of the Space."""
    response = _file(path, name)
    is_kept = response.status_code == 200 and name not in _MOVES
    response["Cache-Control"] = FOR_A_WHILE if is_kept else FOR_A_MOMENT
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _file(path: str, name: str) -> HttpResponse:
    if not _NAME.fullmatch(name):
        return HttpResponse(status=404)
    file = Path(settings.AUDIENCE_DIR) / SERVED / path / name
    try:
        return HttpResponse(file.read_bytes(), content_type=_TYPES.get(file.suffix, "application/json"))
    except OSError:
        return HttpResponse(status=404)
