"""The operations `/api/v1/spaces/<id>/caption…`."""

from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from captions import comments, documents, selectors, services
from captions.api.v1.objects import (
    CaptionPage,
    CaptionsQuery,
    CommentPage,
    CommentPath,
    CommentsQuery,
    CommentsSwitch,
    ConsentAnswer,
    FilePath,
    NewComment,
    NewConsent,
    NewLanguage,
    SpacePath,
)
from captions.comments import CommentLine
from captions.files import FORMATS
from spaces_project.common.api.operations import Text, operation
from spaces_project.common.api.problems import BadRequest
from spaces_project.common.api.scopes import Scope

TAG = "Captions"
READ, WRITE, MODERATE = (Scope.SPACE_READ,), (Scope.SPACE_WRITE,), (Scope.SPACE_MODERATE,)


class Captions(ApiView):
    @operation("listCaptions", tag=TAG, scopes=READ, errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath, query: CaptionsQuery) -> CaptionPage:
        """List the captions of a Space, oldest of the page first.

        The latest fifty lines, or with `before` those before them. With `since` the lines that became final or were
        changed since then: ask again with the new `live` as long as the Space lasts. A line may come more than once;
        that with the largest `revision` is the one that holds.
        """
        info = selectors.captions_info(path.id, request.user.pk)
        if query.since is not UNSET:
            if query.before is not UNSET:
                raise BadRequest("Send `before` or `since`, not both.", {"before": [query.before]})
            news = selectors.news(public_id=path.id, user=request.user, since=query.since)
            return CaptionPage(data=news.lines, live=news.live, captions=info)
        live = selectors.live_marker(path.id)  # first: what becomes final meanwhile comes twice rather than never
        before = None if query.before is UNSET else query.before
        page = selectors.lines(public_id=path.id, user=request.user, before=before)
        return CaptionPage(data=page.lines, live=live, previous=page.previous, captions=info)


class CaptionsFile(ApiView):
    @operation(
        "getCaptionsFile",
        tag=TAG,
        scopes=READ,
        errors=(404,),
        media_types=tuple(kind.content_type.split(";")[0] for kind in FORMATS.values()),
    )
    def get(self, request: ApiRequest, path: FilePath) -> Text:
        """Download all captions as WebVTT (`vtt`), SubRip (`srt`) or plain text (`txt`), up to now or to the end."""
        found = documents.captions_file(public_id=path.id, user=request.user, ending=path.format, asker="")
        return Text(found.text, found.content_type)


class Comments(ApiView):
    @operation("listComments", tag=TAG, scopes=READ, errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath, query: CommentsQuery) -> CommentPage:
        """List the latest fifty comments in a Space, or with `before` those before them; oldest of the page first."""
        before = None if query.before is UNSET else query.before
        found = comments.comments(public_id=path.id, user=request.user, before=before)
        return CommentPage(data=found.comments, previous=found.previous)

    @operation("createComment", tag=TAG, scopes=WRITE, status=201, creates=True, errors=(404, 409))
    def post(self, request: ApiRequest, path: SpacePath, body: NewComment) -> CommentLine:
        """Write a comment in a live Space that you are in."""
        return services.write_comment(public_id=path.id, user=request.user, text=body.text)


class OneComment(ApiView):
    @operation("deleteComment", tag=TAG, scopes=WRITE, status=204, errors=(404, 409))
    def delete(self, request: ApiRequest, path: CommentPath) -> None:
        """Remove your own comment, or any comment in a live Space that you run."""
        services.remove_comment(public_id=path.id, user=request.user, comment_id=int(path.comment_id))


class CommentsAllowed(ApiView):
    @operation("allowComments", tag=TAG, scopes=MODERATE, status=204, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath, body: CommentsSwitch) -> None:
        """Set whether people in the Space may write comments."""
        services.allow_comments(public_id=path.id, user=request.user, allowed=body.allowed)


class OwnConsent(ApiView):
    @operation("setCaptionConsent", tag=TAG, scopes=WRITE, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath, body: NewConsent) -> ConsentAnswer:
        """Allow or refuse captions of your own words in a Space."""
        return ConsentAnswer(services.set_consent(public_id=path.id, user=request.user, given=body.given))


class Language(ApiView):
    @operation("setCaptionLanguage", tag=TAG, scopes=MODERATE, status=204, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath, body: NewLanguage) -> None:
        """Set the spoken language from now on: one of `captions.languages`."""
        services.set_language(public_id=path.id, user=request.user, language=body.language)
