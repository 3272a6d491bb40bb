"""Share the work of running a Space: co-hosts, and handing over."""

from accounts.api.views import ApiRequest, ApiView
from spaces import services
from spaces.doors.api.v1.objects import NewHost, PersonPath, SpacePath
from spaces.doors.api.v1.people import MODERATE, REFUSALS, TAG, WRITE
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation


class Cohost(ApiView):
    @operation("inviteCohost", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def put(self, request: ApiRequest, path: PersonPath) -> None:
        """Invite a user to be a co-host."""
        services.appoint_cohost(public_id=path.id, user=request.user, target_id=number(path.user_id))

    @operation("withdrawCohost", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: PersonPath) -> None:
        """Withdraw the invitation to be a co-host."""
        services.withdraw_cohost(public_id=path.id, user=request.user, target_id=number(path.user_id))


class OwnCohost(ApiView):
    @operation("acceptCohost", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Accept the co-host role."""
        services.accept_cohost(public_id=path.id, user=request.user)

    @operation("declineCohost", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Decline the co-host role."""
        services.decline_cohost(public_id=path.id, user=request.user)


class Host(ApiView):
    @operation("handOver", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def put(self, request: ApiRequest, path: SpacePath, body: NewHost) -> None:
        """Hand the Space over to a co-host permanently. The host becomes a co-host."""
        services.hand_over(public_id=path.id, user=request.user, target_id=number(body.user_id))
