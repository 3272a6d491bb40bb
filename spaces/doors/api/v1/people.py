"""Serve the participants of a Space: joining and leaving, microphones, and the decisions about both."""

from django.conf import settings
from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from spaces import selectors, services
from spaces.doors.api.v1.objects import (
    Invite,
    Microphone,
    Participants,
    ParticipantsQuery,
    PersonPath,
    Place,
    Reaction,
    SpacePath,
)
from spaces.models.tokens import new_token
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope

TAG = "People in a Space"
READ, WRITE, MODERATE = (Scope.SPACE_READ,), (Scope.SPACE_WRITE,), (Scope.SPACE_MODERATE,)
REFUSALS = (404, 409)


class OwnPlace(ApiView):
    @operation("joinSpace", tag=TAG, scopes=READ, errors=REFUSALS)
    def put(self, request: ApiRequest, path: SpacePath) -> Place:
        """Join a Space as a listener. Without a socket, call this again in time to keep the place."""
        connection = selectors.connection_of(public_id=path.id, user=request.user) or new_token()
        services.join_space(public_id=path.id, user=request.user, connection=connection)
        found = selectors.snapshot(public_id=path.id, user_id=request.user.pk)
        lease = int(settings.SPACES_PRESENCE_LEASE.total_seconds())
        return Place(you=found.you, connection=connection, lease_seconds=lease)

    @operation("leaveSpace", tag=TAG, scopes=READ, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Leave a Space. A host ends the Space instead."""
        services.leave_space(public_id=path.id, user=request.user)


class OwnMicrophone(ApiView):
    @operation("setOwnMicrophone", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def put(self, request: ApiRequest, path: SpacePath, body: Microphone) -> None:
        """Mute or unmute yourself."""
        verb = services.mute_self if body.muted else services.unmute_self
        verb(public_id=path.id, user=request.user)

    @operation("acceptMicrophone", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Accept an invitation to speak. The microphone starts muted."""
        services.accept_mic(public_id=path.id, user=request.user)

    @operation("stepDown", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Give up your microphone and become a listener."""
        services.step_down(public_id=path.id, user=request.user)


class OwnRequest(ApiView):
    @operation("requestToSpeak", tag=TAG, scopes=WRITE, status=204, creates=True, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Request to speak."""
        services.request_to_speak(public_id=path.id, user=request.user)

    @operation("cancelRequest", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Cancel your request to speak."""
        services.cancel_request(public_id=path.id, user=request.user)


class People(ApiView):
    @operation("listParticipants", tag=TAG, scopes=READ, errors=REFUSALS)
    def get(self, request: ApiRequest, path: SpacePath, query: ParticipantsQuery) -> Participants:
        """List everyone in the Space, 50 a page. Only participants may read it."""
        page = selectors.people(
            public_id=path.id,
            user=request.user,
            role=None if query.role is UNSET else query.role,
            query=query.q,
            cursor=None if query.cursor is UNSET else query.cursor,
        )
        return Participants(page.people, page.counts, page.next)


class OnePerson(ApiView):
    @operation("removeParticipant", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: PersonPath) -> None:
        """Remove a user from the Space permanently."""
        services.remove_participant(public_id=path.id, user=request.user, target_id=number(path.user_id))


class Mute(ApiView):
    @operation("muteParticipant", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: PersonPath) -> None:
        """Mute a user, who may unmute again."""
        services.mute_other(public_id=path.id, user=request.user, target_id=number(path.user_id))


class TheirMicrophone(ApiView):
    @operation("takeMicrophone", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: PersonPath) -> None:
        """Make a speaker a listener."""
        services.take_mic(public_id=path.id, user=request.user, target_id=number(path.user_id))


class MuteAll(ApiView):
    @operation("muteAll", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Mute all speakers except the host and the co-hosts."""
        services.mute_all(public_id=path.id, user=request.user)


class Invitations(ApiView):
    @operation("invite", tag=TAG, scopes=WRITE, status=204, creates=True, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath, body: Invite) -> None:
        """Invite a user; with `to_speak`, invite the user to speak."""
        services.invite_person(
            public_id=path.id, user=request.user, target_id=number(body.user_id), to_speak=body.to_speak
        )


class Reactions(ApiView):
    @operation("react", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath, body: Reaction) -> None:
        """Send a reaction."""
        services.react(public_id=path.id, user=request.user, emoji=body.emoji)
