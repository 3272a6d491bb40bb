"""Take reports to the moderators."""

from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from spaces.doors.api.v1.objects import NewReport, ReportLine
from spaces.models import Report
from spaces.moderation import services as moderation
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import BadInput


class Reports(ApiView):
    @operation("createReport", tag="Safety", scopes=(Scope.SPACE_WRITE,), status=201, creates=True, errors=(404,))
    def post(self, request: ApiRequest, body: NewReport) -> ReportLine:
        """Report a Space, a person, a caption, a comment, a clip or a post to the moderators."""
        filed = _filed(request, body)
        return ReportLine(str(filed.pk), filed.subject, filed.reason)


def _filed(request: ApiRequest, body: NewReport) -> Report:
    user, reason, text = request.user, body.reason.value, body.text
    if body.user_id is not UNSET:
        space_id = None if body.space_id is UNSET else body.space_id
        return moderation.report_person(
            user=user, person_id=number(body.user_id), public_id=space_id, reason=reason, text=text
        )
    if body.clip_id is not UNSET:
        return moderation.report_clip(public_id=body.clip_id, user=user, reason=reason, text=text)
    if body.post_id is not UNSET:
        return moderation.report_post(post_id=number(body.post_id), user=user, reason=reason, text=text)
    if body.space_id is UNSET:
        raise BadInput("bad_request", "Say which Space, person, clip or post this is about.")
    if body.comment_id is not UNSET:
        comment = number(body.comment_id)
        return moderation.report_comment(
            public_id=body.space_id, user=user, comment_id=comment, reason=reason, text=text
        )
    if body.caption_id is UNSET:
        return moderation.report_space(public_id=body.space_id, user=user, reason=reason, text=text)
    caption = number(body.caption_id)
    return moderation.report_caption(public_id=body.space_id, user=user, caption_id=caption, reason=reason, text=text)
