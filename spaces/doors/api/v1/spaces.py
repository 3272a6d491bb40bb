"""Find, create, run and end Spaces."""

import msgspec
from django.conf import settings
from msgspec import UNSET

from accounts.api.views import ApiRequest, ApiView
from accounts.paging import Page
from spaces import selectors, services
from spaces.doors.api.v1 import objects
from spaces.doors.api.v1.objects import (
    CancelQuery,
    Card,
    CardPage,
    HostedSpace,
    ListQuery,
    LogLine,
    LogPage,
    LogQuery,
    NewSpace,
    Policy,
    SpaceChange,
    SpacePath,
    SpaceView,
    TopicLine,
    TopicList,
)
from spaces.events import wire
from spaces.models import LogEntry
from spaces.selectors import discovery
from spaces.selectors.log import space_log
from spaces.services import SpaceOptions
from spaces.states import LogKind
from spaces_project.common.api.operations import operation
from spaces_project.common.api.problems import BadRequest
from spaces_project.common.api.scopes import Scope

TAG = "Live Spaces"
READ, WRITE, MODERATE = (Scope.SPACE_READ,), (Scope.SPACE_WRITE,), (Scope.SPACE_MODERATE,)


class Spaces(ApiView):
    @operation("listSpaces", tag=TAG, scopes=READ)
    def get(self, request: ApiRequest, query: ListQuery) -> CardPage:
        """List live or scheduled Spaces. With `q`, search both by title, host and topic."""
        return _cards(_found(request, query))

    @operation("createSpace", tag=TAG, scopes=WRITE, status=201, creates=True, errors=(409,))
    def post(self, request: ApiRequest, body: NewSpace) -> HostedSpace:
        """Start or schedule a Space. The host enters with the microphone off.

        A live Space ends when its host is gone: open the socket, or PUT to `place` again within `lease_seconds`. With
        `start` `when_joined`, the Space is live from the first of these on.
        """
        options = SpaceOptions(
            speak_policy=body.speak_policy,
            captions_allowed=body.captions_allowed,
            accounts_only=body.accounts_only,
            recording_wanted=body.recording_wanted,
            topics=body.topics,
        )
        return hosted(request, _created(request, body, options))


class OneSpace(ApiView):
    @operation("getSpace", tag=TAG, scopes=READ, errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath) -> SpaceView:
        """Get a Space with its stage, its audience and your own place in it."""
        return view(request, path.id)

    @operation("updateSpace", tag=TAG, scopes=WRITE, errors=(404, 409))
    def patch(self, request: ApiRequest, path: SpacePath, body: SpaceChange) -> SpaceView:
        """Rename or reschedule your own scheduled Space, or let it repeat every week. Rename a live Space that you
        run."""
        services.update_space(
            public_id=path.id,
            user=request.user,
            title=None if body.title is UNSET else body.title,
            when=None if body.scheduled_start is UNSET else body.scheduled_start,
            repeats_weekly=None if body.repeats_weekly is UNSET else body.repeats_weekly,
            time_zone="" if body.time_zone is UNSET else body.time_zone,
        )
        return view(request, path.id)


class Start(ApiView):
    @operation("startSpace", tag=TAG, scopes=WRITE, errors=(404, 409))
    def post(self, request: ApiRequest, path: SpacePath) -> HostedSpace:
        """Start a scheduled Space."""
        services.start_space(public_id=path.id, user=request.user)
        return hosted(request, path.id)


class End(ApiView):
    @operation("endSpace", tag=TAG, scopes=WRITE, errors=(404, 409))
    def post(self, request: ApiRequest, path: SpacePath) -> SpaceView:
        """End a Space for everyone in it."""
        services.end_space(public_id=path.id, user=request.user)
        return view(request, path.id)


class Cancel(ApiView):
    @operation("cancelSpace", tag=TAG, scopes=WRITE, errors=(404, 409))
    def post(self, request: ApiRequest, path: SpacePath, query: CancelQuery) -> SpaceView:
        """Cancel a scheduled Space. Of a Space that repeats, this one alone, or with `following` all that follow."""
        services.cancel_space(public_id=path.id, user=request.user, following=query.following)
        return view(request, path.id)


class SpeakPolicy(ApiView):
    @operation("setSpeakPolicy", tag=TAG, scopes=MODERATE, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath, body: Policy) -> SpaceView:
        """Set who may ask to speak. Waiting requests that the new policy refuses are declined."""
        services.set_policy(public_id=path.id, user=request.user, policy=body.policy)
        return view(request, path.id)


class Lock(ApiView):
    @operation("lockSpace", tag=TAG, scopes=MODERATE, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath, body: objects.Lock) -> SpaceView:
        """Lock or unlock a Space. Only invited people can join a locked Space."""
        services.set_lock(public_id=path.id, user=request.user, locked=body.locked)
        return view(request, path.id)


class AccountsOnly(ApiView):
    @operation("setAccountsOnly", tag=TAG, scopes=MODERATE, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath, body: objects.AccountsOnly) -> SpaceView:
        """Set whether listeners need an account. If they do, listeners without one are removed."""
        services.set_accounts_only(public_id=path.id, user=request.user, accounts_only=body.accounts_only)
        return view(request, path.id)


class Reminder(ApiView):
    @operation("setReminder", tag=TAG, scopes=WRITE, status=204, errors=(404, 409))
    def put(self, request: ApiRequest, path: SpacePath) -> None:
        """Set a reminder for a scheduled Space."""
        services.set_reminder(public_id=path.id, user=request.user)

    @operation("clearReminder", tag=TAG, scopes=WRITE, status=204, errors=(404,))
    def delete(self, request: ApiRequest, path: SpacePath) -> None:
        """Cancel the reminder."""
        services.clear_reminder(public_id=selectors.get_space(path.id).public_id, user=request.user)


class Log(ApiView):
    @operation("getSpaceLog", tag=TAG, scopes=MODERATE, errors=(404,))
    def get(self, request: ApiRequest, path: SpacePath, query: LogQuery) -> LogPage:
        """List the log of a Space, oldest first. Only its host and the staff may read it."""
        cursor = None if query.cursor is UNSET else query.cursor
        page = space_log(public_id=path.id, user=request.user, cursor=cursor)
        return LogPage([_line(entry) for entry in page.items], page.next_cursor)


class Topics(ApiView):
    @operation("listTopics", tag=TAG, scopes=READ)
    def get(self, request: ApiRequest) -> TopicList:
        """List the topics, parents before their children."""
        return TopicList([TopicLine(t.pk, t.name, t.parent_id) for t in discovery.topics()])


def view(request: ApiRequest, public_id: str) -> SpaceView:
    """Return the Space as this caller sees it."""
    found = selectors.snapshot(public_id=public_id, user_id=request.user.pk)
    return SpaceView(
        seq=found.seq, space=found.space, you=found.you, stage=found.stage, audience=found.audience, queue=found.queue
    )


def hosted(request: ApiRequest, public_id: str) -> HostedSpace:
    """Return the Space with what its host needs to keep it live."""
    found = view(request, public_id)
    return HostedSpace(
        **{name: getattr(found, name) for name in found.__struct_fields__},
        place=f"/api/v1/spaces/{public_id}/place",
        lease_seconds=int(settings.SPACES_PRESENCE_LEASE.total_seconds()),
        grace_seconds=int(settings.SPACES_HOST_GRACE.total_seconds()),
    )


def _created(request: ApiRequest, body: NewSpace, options: SpaceOptions) -> str:
    waits = body.start == "when_joined"
    if body.scheduled_start is UNSET:
        if body.repeats_weekly:
            raise BadRequest("A Space that repeats has a time.", {"repeats_weekly": ["true"]})
        made = services.create_space(
            user=request.user, title=body.title, options=options, start=not waits, starts_when_joined=waits
        )
        return made.public_id
    if waits:
        raise BadRequest("A Space has a time or waits for its host, not both.", {"start": [body.start]})
    return services.schedule_space(
        user=request.user,
        title=body.title,
        when=body.scheduled_start,
        options=options,
        repeats_weekly=body.repeats_weekly,
        time_zone=body.time_zone,
    ).public_id


def _found(request: ApiRequest, query: ListQuery) -> Page[discovery.SpaceCard]:
    cursor = None if query.cursor is UNSET else query.cursor
    wanted = discovery.Wanted(
        topic=None if query.topic is UNSET else query.topic,
        language="" if query.language is UNSET else query.language,
        friends=query.followed,
    )
    if len(query.q.strip()) >= discovery.SHORTEST_QUERY:
        return discovery.search(user=request.user, query=query.q, page=cursor)
    if query.state == "live":
        return discovery.live(user=request.user, page=cursor, wanted=wanted)
    return discovery.scheduled(user=request.user, cursor=cursor, wanted=wanted)


def _cards(page: Page[discovery.SpaceCard]) -> CardPage:
    return CardPage([msgspec.convert(card, Card, from_attributes=True) for card in page.items], page.next_cursor)


def _line(entry: LogEntry) -> LogLine:
    return LogLine(
        id=str(entry.pk),
        kind=LogKind(entry.kind),
        at=entry.at,
        clock_ms=entry.clock_ms,
        actor=wire.person(entry.actor) if entry.actor else None,
        target=wire.person(entry.target) if entry.target else None,
        reason=entry.reason,
    )
