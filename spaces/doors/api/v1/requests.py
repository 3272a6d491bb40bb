"""Decide requests to speak, one or many at once."""

from collections.abc import Sequence

from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from spaces import services
from spaces.doors.api.v1.objects import Chosen, PersonPath, SpacePath
from spaces.doors.api.v1.people import MODERATE, REFUSALS, TAG
from spaces.services import Decided
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation


class Approve(ApiView):
    @operation("approveRequest", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: PersonPath) -> None:
        """Approve the request of a listener."""
        services.approve_request(public_id=path.id, user=request.user, target_id=number(path.user_id))


class Decline(ApiView):
    @operation("declineRequest", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: PersonPath) -> None:
        """Decline the request of a listener."""
        services.decline_request(public_id=path.id, user=request.user, target_id=number(path.user_id))


class ApproveMany(ApiView):
    @operation("approveRequests", tag=TAG, scopes=MODERATE, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath, body: Chosen) -> Decided:
        """Approve many requests, in the order in which they were made, while there are free seats."""
        return services.approve_requests(public_id=path.id, user=request.user, target_ids=_ids(body))


class DeclineMany(ApiView):
    @operation("declineRequests", tag=TAG, scopes=MODERATE, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath, body: Chosen) -> Decided:
        """Decline many requests."""
        return services.decline_requests(public_id=path.id, user=request.user, target_ids=_ids(body))


def _ids(body: Chosen) -> Sequence[int] | None:
    return None if body.user_ids is UNSET else [number(user_id) for user_id in body.user_ids]
