"""What listeners of a replay ask for."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import reader_of
from spaces.recordings.files import REPLAY, TYPES, location
from spaces.recordings.heard import heard_by, prepared
from spaces.recordings.selectors import going_on_for, replay_for
from spaces_project.common.errors import NotFound
from spaces_project.common.http import translates_errors
from spaces_project.common.ranged import Ranged, ranged_response
from spaces_project.media.serving import media_response


@require_safe
@translates_errors
def sound(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Serve the sound of a replay, whole or in parts. Whether the reader may have it is asked for each part. What the
    host cut off is in the host's own file alone."""
    reader = reader_of(request)
    recording = replay_for(public_id=public_id, user=reader)
    heard = heard_by(recording, reader)
    try:
        file = Ranged(prepared(recording, heard), TYPES[REPLAY], location(recording, heard.name))
        return media_response(request, file)
    except FileNotFoundError as error:
        raise NotFound("not_found", _("The sound of this replay is gone.")) from error


@require_safe
@translates_errors
def so_far(request: HttpRequest, public_id: str, name: str) -> HttpResponseBase:
    """Serve the sound of a recording that goes on: the playlist, which grows, or the bytes that it names. Whether the
    reader may have it is asked for each part, so a listener who is removed gets nothing more."""
    recording = going_on_for(public_id=public_id, user=reader_of(request))
    try:
        return ranged_response(request, Ranged(recording.home / name, TYPES[name], location(recording, name)))
    except FileNotFoundError as error:
        raise NotFound("not_found", _("Nothing is recorded yet.")) from error
