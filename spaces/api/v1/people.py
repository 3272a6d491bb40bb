"""People in a Space: coming and going, the microphone, and who decides about it."""

from django.conf import settings
from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from spaces import presence, selectors, services
from spaces.api.v1.objects import (
    Invite,
    Microphone,
    Participants,
    ParticipantsQuery,
    PersonPath,
    Place,
    Reaction,
    SpacePath,
)
from spaces.ids import new_token
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import ProductError

TAG = "People in a Space"
READ, WRITE, MODERATE = (Scope.SPACE_READ,), (Scope.SPACE_WRITE,), (Scope.SPACE_MODERATE,)
REFUSALS = (404, 409)


class OwnPlace(ApiView):
    @operation("joinSpace", tag=TAG, scopes=READ, errors=REFUSALS)
    def put(self, request: ApiRequest, path: SpacePath) -> Place:
        """Enter as a listener, or stay. Without a socket the place is kept by calling this again in time."""
        connection = selectors.connection_of(public_id=path.id, user=request.user) or new_token()
        presence.enter(path.id, request.user.pk)
        try:
            services.join_space(public_id=path.id, user=request.user, connection=connection)
        except ProductError:
            if not selectors.is_inside(public_id=path.id, user=request.user):
                presence.forget(path.id, request.user.pk)
            raise
        found = selectors.snapshot(public_id=path.id, user_id=request.user.pk)
        lease = int(settings.SPACES_PRESENCE_LEASE.total_seconds())
        return Place(you=found.you, connection=connection, lease_seconds=lease)

    @operation("leaveSpace", tag=TAG, scopes=READ, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Leave quietly. A host ends the Space instead."""
        services.leave_space(public_id=path.id, user=request.user)
        presence.forget(path.id, request.user.pk)


class OwnMicrophone(ApiView):
    @operation("setOwnMicrophone", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def put(self, request: ApiRequest, path: SpacePath, body: Microphone) -> None:
        """Mute or unmute oneself."""
        verb = services.mute_self if body.muted else services.unmute_self
        verb(public_id=path.id, user=request.user)

    @operation("acceptMicrophone", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Take the microphone one was invited to, muted."""
        services.accept_mic(public_id=path.id, user=request.user)

    @operation("stepDown", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Give the own microphone back."""
        services.step_down(public_id=path.id, user=request.user)


class OwnRequest(ApiView):
    @operation("requestToSpeak", tag=TAG, scopes=WRITE, status=204, creates=True, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Ask for the microphone."""
        services.request_to_speak(public_id=path.id, user=request.user)

    @operation("cancelRequest", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Take the request back."""
        services.cancel_request(public_id=path.id, user=request.user)


class People(ApiView):
    @operation("listParticipants", tag=TAG, scopes=READ, errors=REFUSALS)
    def get(self, request: ApiRequest, path: SpacePath, query: ParticipantsQuery) -> Participants:
        """Everybody in the Space, fifty a page, for those who are in."""
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
        """Put somebody out of this Space, for good."""
        services.remove_participant(public_id=path.id, user=request.user, target_id=number(path.user_id))


class Mute(ApiView):
    @operation("muteParticipant", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: PersonPath) -> None:
        """Mute somebody, who may unmute again."""
        services.mute_other(public_id=path.id, user=request.user, target_id=number(path.user_id))


class TheirMicrophone(ApiView):
    @operation("takeMicrophone", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def delete(self, request: ApiRequest, path: PersonPath) -> None:
        """Make a listener of a speaker."""
        services.take_mic(public_id=path.id, user=request.user, target_id=number(path.user_id))


class MuteAll(ApiView):
    @operation("muteAll", tag=TAG, scopes=MODERATE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath) -> None:
        """Mute every speaker; host and co-hosts keep their microphones."""
        services.mute_all(public_id=path.id, user=request.user)


class Invitations(ApiView):
    @operation("invite", tag=TAG, scopes=WRITE, status=204, creates=True, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath, body: Invite) -> None:
        """Ask somebody in, with `to_speak` to a microphone that waits for them."""
        services.invite_person(
            public_id=path.id, user=request.user, invitee_id=number(body.user_id), to_speak=body.to_speak
        )


class Reactions(ApiView):
    @operation("react", tag=TAG, scopes=WRITE, status=204, errors=REFUSALS)
    def post(self, request: ApiRequest, path: SpacePath, body: Reaction) -> None:
        """Show a feeling for a moment."""
        services.react(public_id=path.id, user=request.user, emoji=body.emoji)
