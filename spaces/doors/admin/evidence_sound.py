"""Serve the recorded sound around the moment of a report, to moderators only. Each time goes into the security log."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from spaces.doors.admin.base import acting
from spaces.models import Recording, Report
from spaces.moderation import services as moderation
from spaces.recordings import excerpt
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces_project.common import security_log
from spaces_project.common.errors import NotFound
from spaces_project.common.http import translates_errors


@require_safe
@never_cache
@translates_errors
def evidence_sound(request: HttpRequest, report_id: int) -> HttpResponse:
    """Return the sound, at most four minutes, as M4A. A recording that its host deleted is heard while it is held."""
    user = acting(request)
    if not powers.may(Power.LOOK, user=user):
        raise PermissionDenied
    try:
        sound = _sound(moderation.get_report(report_id))
    except NotFound as error:
        raise Http404(error.message) from error
    security_log.note("evidence_heard", request, user=user.pk, report=report_id)
    return HttpResponse(sound, content_type=excerpt.CONTENT_TYPE)


def _sound(report: Report) -> bytes:
    """Raise `NotFound` if there is no sound of the moment."""
    recording = Recording.objects.filter(space=report.space_id, files_gone_at=None).first()
    sound = recording and excerpt.around(recording, report.clock_ms or 0)
    if not sound:
        raise NotFound("not_found", "There is no recorded sound of this moment.")
    return sound
