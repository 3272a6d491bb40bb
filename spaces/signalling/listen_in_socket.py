"""Serve `/ws/listen-in/<id>`, by which a moderator hears a live Space without being in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from spaces import events, rules, services, wire
from spaces.audio import ConnectionAudio
from spaces.events import Close, Event
from spaces.ids import new_token
from spaces.selectors import Mix
from spaces.signalling.base import CommandSocket, Disconnect
from spaces.signalling.commands import Commands, Queue
from spaces.signalling.messages import AudioAnswer, AudioCandidate, AudioClose, AudioListen, ListenInPing
from spaces_project.common.errors import Conflict, NotFound, ProductError
from spaces_project.common.threads import in_thread

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")

LISTEN_IN_COMMANDS = Commands()
"""Their scope is None: tokens have no scope for the work of the staff."""
AUDIO = Queue.AUDIO


class ListenInSocket(CommandSocket):
    """The connection of one moderator to one Space."""

    commands = LISTEN_IN_COMMANDS
    kind = "space"
    silent_after = float(settings.SPACES_PRESENCE_LEASE.total_seconds())
    _audio: ConnectionAudio | None = None

    @property
    def public_id(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["public_id"])

    @property
    def user(self) -> "User":
        """Return the moderator. Raise `login_required` for a visitor without an account."""
        if self.visitor.user is None:
            raise rules.login_required()
        return self.visitor.user

    async def opened(self) -> None:
        """Check the right to listen in. Raise `Disconnect` for a token, and for a refusal of the rules."""
        if self.visitor.scopes is not None:
            raise Disconnect(events.CLOSE_UNAUTHENTICATED)
        try:
            await self._call(services.listen_in)
        except ProductError as error:
            raise Disconnect(_close_of(error)) from None
        self._audio = ConnectionAudio(self.public_id, self.user.pk, new_token(), self._on_event)

    async def closed(self) -> None:
        if self._audio is not None:
            await self._audio.close_all()

    @property
    def audio(self) -> ConnectionAudio:
        """Return the one peer connection of this moderator."""
        if self._audio is None:
            raise rules.not_in_space()
        return self._audio

    async def mix(self) -> Mix:
        """Return what to play, and check the right to listen again. Every command asks this, pings too: the socket
        closes when the Space is over or the right was taken away."""
        try:
            return await self._call(services.mix_to_listen_in)
        except ProductError as error:
            close = _close_of(error)
            self.socket.write(events.bye(close))
            self.socket.close(close.code)
            raise

    async def _call(self, function: Callable[..., T]) -> T:
        return await in_thread(function, public_id=self.public_id, user=self.user)

    def _on_event(self, event: Event) -> None:
        self.socket.write(events.frame(event))


@LISTEN_IN_COMMANDS.handles(ListenInPing, scope=None)
async def ping(socket: ListenInSocket, command: ListenInPing) -> Any:
    await socket.mix()
    return {"now": wire.clock()}


@LISTEN_IN_COMMANDS.handles(AudioListen, scope=None, queue=AUDIO, costly=True)
async def listen(socket: ListenInSocket, command: AudioListen) -> Any:
    return {"sdp": await socket.audio.listen(await socket.mix())}


@LISTEN_IN_COMMANDS.handles(AudioAnswer, scope=None, queue=AUDIO)
async def answer(socket: ListenInSocket, command: AudioAnswer) -> None:
    await socket.mix()
    await socket.audio.answer(command.sdp)


@LISTEN_IN_COMMANDS.handles(AudioCandidate, scope=None, queue=AUDIO)
async def candidate(socket: ListenInSocket, command: AudioCandidate) -> None:
    await socket.mix()
    await socket.audio.candidate("listen", command.candidate)


@LISTEN_IN_COMMANDS.handles(AudioClose, scope=None, queue=AUDIO)
async def close(socket: ListenInSocket, command: AudioClose) -> None:
    await socket.mix()
    await socket.audio.close("listen")


def _close_of(error: ProductError) -> Close:
    if isinstance(error, NotFound):
        return events.CLOSE_NOT_FOUND
    return events.CLOSE_ENDED if isinstance(error, Conflict) else events.CLOSE_REMOVED
