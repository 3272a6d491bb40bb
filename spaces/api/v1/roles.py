"""Sharing the work of running a Space."""

from accounts.api.views import ApiRequest, ApiView
from spaces import services
from spaces.api.v1.objects import NewHost, PersonPath, SpacePath
from spaces.api.v1.people import MODERATE, REFUSALS, TAG, WRITE
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation


class Cohost(ApiView):
    @operation("inviteCohost", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def put(self, request: ApiRequest, path: PersonPath) -> None:
        """Offer somebody a co-host's place, theirs to accept."""
        services.appoint_cohost(public_id=path.id, user=request.user, invitee_id=number(path.user_id))

    @operation("withdrawCohost", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: PersonPath) -> None:
        """Take that offer back."""
        services.withdraw_cohost(public_id=path.id, user=request.user, invitee_id=number(path.user_id))


class OwnCohost(ApiView):
    @operation("acceptCohost", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Take the co-host's place one was offered."""
        services.accept_cohost(public_id=path.id, user=request.user)

    @operation("declineCohost", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Not take it."""
        services.decline_cohost(public_id=path.id, user=request.user)


class Host(ApiView):
    @operation("handOver", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def put(self, request: ApiRequest, path: SpacePath, body: NewHost) -> None:
        """Make a co-host the host, for good; the host becomes a co-host."""
        services.hand_over(public_id=path.id, user=request.user, target_id=number(body.user_id))
