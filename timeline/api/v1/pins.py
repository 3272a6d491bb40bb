"""The `/api/v1` views for posts pinned to a Space."""

from accounts.api.views import ApiRequest, ApiView
from spaces.events import wire
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope
from timeline import services
from timeline.api.v1.objects import NewPin, PinLine, PinPath, Pins, SpacePath
from timeline.selectors.pins import Pin, pins

TAG = "Live Spaces"


class PinsOfSpace(ApiView):
    @operation("listPins", tag=TAG, scopes=(Scope.SPACE_READ, Scope.TWEET_READ), errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath) -> Pins:
        """List the ten latest pinned posts, newest first."""
        return _listed(path.id, request)

    @operation("pinPost", tag=TAG, scopes=(Scope.SPACE_WRITE,), status=201, creates=True, errors=(404,))
    def post(self, request: ApiRequest, path: SpacePath, body: NewPin) -> Pins:
        """Pin a post for everyone in the Space."""
        services.pin_post(public_id=path.id, user=request.user, post_id=number(body.post_id))
        return _listed(path.id, request)


class OnePin(ApiView):
    @operation("unpinPost", tag=TAG, scopes=(Scope.SPACE_WRITE,), status=204, errors=(404, 409))
    def delete(self, request: ApiRequest, path: PinPath) -> None:
        """Unpin a post that you pinned. People who run the Space may unpin any post."""
        services.unpin_post(public_id=path.id, user=request.user, post_id=number(path.post_id))


def _listed(public_id: str, request: ApiRequest) -> Pins:
    return Pins([_line(pin) for pin in pins(public_id=public_id, viewer_id=request.user.pk)])


def _line(pin: Pin) -> PinLine:
    post = pin.row.post
    return PinLine(
        post_id=str(post.pk),
        author=wire.person(post.author),
        text=post.text,
        pinned_by=wire.person(pin.pinned_by),
        may_unpin=pin.may_unpin,
    )
