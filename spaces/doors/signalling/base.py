"""The Channels consumer that all our sockets share: handshake, rate limits, one reply to each command, and a close with
its reason."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import languages
from spaces import events
from spaces.doors.signalling.commands import Commands, Declaration
from spaces.doors.signalling.limits import Allowance, TokenBucket, allowances
from spaces.doors.signalling.messages import MAX_FRAME_BYTES, Command, error_frame, reply_frame, tag_of
from spaces.doors.signalling.sessions import Visitor, visitor
from spaces.events import Close
from spaces.live.hub import hub
from spaces.live.sockets import Socket
from spaces_project.common import logs, security_log
from spaces_project.common.addresses import address_of
from spaces_project.common.errors import BACKEND_AWAY, BadInput, ProductError, Refused, TryAgain
from spaces_project.common.limits import acting_from, too_many
from spaces_project.common.prepared import writer
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MESSAGES_PER_SECOND, MESSAGE_BURST = 20.0, 80.0
BAD_FRAMES_PER_SECOND, BAD_FRAME_BURST = 20 / 60, 20.0
TURNED_AWAY_PER_SECOND, TURNED_AWAY_BURST = 1.0, 20.0
"""Limit how often a socket may send after its user or address is over the message limit. Beyond that it is closed."""
CLOSED_ABNORMALLY = 1006
"""The code of RFC 6455 §7.4.1 for a connection that ended without a close frame."""
QUEUE_LENGTH = 64
"""Hold at most 64 waiting commands in one queue. A socket that sends one more is closed as a flood."""
RECOGNISE_EVERY_SECONDS = 300.0
"""Read the session and the user again at this interval, because no event tells of a session that expired."""

_PEER_GONE = (OSError, RuntimeError)
"""The errors that a server raises on a send before it has told the application of the disconnect. `OSError` is in the
ASGI specification. `RuntimeError` is uvicorn's, after it closed the socket itself: a ping was not answered, or a frame
was too large."""


class Disconnect(Exception):
    """The end of a socket. `close` is the reason to send, or None if the client has closed the socket."""

    def __init__(self, close: Close | None = None) -> None:
        self.close = close


class CommandConsumer(AsyncWebsocketConsumer):
    """One WebSocket as a Channels consumer. A subclass names its table of commands.

    Each queue of the table has a task that runs its commands one after the other.
    """

    channel_layer_alias = "none"
    """The name of no layer, so Channels opens none. Events come through the hub, which subscribes once for all sockets
    of a process."""
    visitor: Visitor
    socket: Socket
    commands: Commands
    kind = ""
    """The group in which a user's sockets are counted. Separate groups let a user with many pages open still enter a
    Space."""
    farewells: tuple[type[Command], ...] = ()
    """The commands that end the socket they came by."""
    silent_after = Socket.silent_after

    def __init__(self) -> None:
        super().__init__()
        self._messages = TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST)
        self._bad_frames = TokenBucket(BAD_FRAMES_PER_SECOND, BAD_FRAME_BURST)
        self._turned_away = TokenBucket(TURNED_AWAY_PER_SECOND, TURNED_AWAY_BURST)
        self._queues = {name: asyncio.Queue[Command](QUEUE_LENGTH) for name in self.commands.queues}
        self._serving = contextlib.ExitStack()
        self._is_open = True
        self._code = CLOSED_ABNORMALLY
        self.name = secrets.token_hex(6)
        """The socket's name in the log. The request of one command is `<name>-<id of the command>`."""

    # --- for subclasses ---

    def stranger(self) -> Visitor:
        """Return the visitor for a socket without a session. Raise `Disconnect` if this socket needs one."""
        raise Disconnect(events.CLOSE_UNAUTHENTICATED)

    def subject(self) -> dict[str, str]:
        """Return the fields that every log line of this socket carries."""
        return {}

    async def perform(self, declared: Declaration, command: Command) -> Any:
        """Run one command that is within its scope and its limits. A `ProductError` becomes an error reply."""
        return await declared.handler(self, command)

    def spend(self, declared: Declaration) -> None:
        """Raise `too_many` before the database is asked for anything. A costly command counts for the user, or for the
        address, and not for this socket alone."""
        if declared.costly and not self.allowance.costly.take():
            raise too_many(1)

    @property
    def allowance(self) -> Allowance:
        """Return what is left to all sockets of this user together. Without an account, return what is left to all
        sockets of this address."""
        if self.visitor.user is not None:
            return allowances().of_person(self.visitor.user_id)
        return allowances().of_address(address_of(self.scope), sockets=settings.SPACES_PUBLIC_CONNECTIONS)

    # --- running ---

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve the socket. `disconnect` runs once at the end, whichever side closed it.

        Channels' own method makes a task for each message, to wait for a channel layer at the same time. That costs
        half as much again as the whole command (docs/measurements/commands.md), so the socket is read directly.
        """
        self.scope, self.base_send = scope, send
        with logs.about(socket=self.name, **self.subject()), acting_from(address_of(scope)):
            try:
                while True:
                    await self.dispatch(await receive())
            except StopConsumer:
                pass
            finally:
                self._is_open = False
                self._serving.close()
                await self.disconnect(self._code)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Run the handler of one message, and end the socket if it raises `Disconnect`.

        Channels' own method also closes old database connections, on another thread, for each message. Here only the
        threads of `in_thread` have any, and they do so themselves.
        """
        try:
            await getattr(self, get_handler_name(message))(message)
        except Disconnect as end:
            self._serving.close()
            await self._say_bye(end.close)
            raise StopConsumer from None
        except BACKEND_AWAY as error:
            logger.warning("a socket cannot go on: %s", error)
            self._serving.close()
            await self._say_bye(events.CLOSE_RESTART)
            raise StopConsumer from None

    async def connect(self) -> None:
        """Accept the handshake and recognise the visitor. May raise `Disconnect`. Commands are read after it."""
        # Accept first: a browser sees a refusal before the handshake only as close code 1006, without a reason.
        await self.accept()
        if hub().is_leaving:
            raise Disconnect(events.CLOSE_RESTART)
        self.visitor = await self._recognise() or self.stranger()
        is_program = self.visitor.scopes is not None
        translation.activate(languages.of_socket(self.scope, self.visitor.user, is_program=is_program))
        self.socket = self._socket()
        self._require_room()
        self._serving.enter_context(hub().sockets.watching(self.socket))
        for queue in self._queues.values():
            self._serving.callback(asyncio.create_task(self._drive(queue)).cancel)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """End the socket, which the client has closed. `__call__` runs `disconnect`."""
        self._code = message.get("code", CLOSED_ABNORMALLY)
        raise Disconnect

    def _socket(self) -> Socket:
        return Socket(
            user_id=self.visitor.user_id,
            session_key=self.visitor.session_key,
            send=self.send_message,
            write_prepared=writer(self.scope),
            kind=self.kind,
            proof=self.visitor.proof,
            silent_after=self.silent_after,
        )

    def _require_room(self) -> None:
        """Raise `Disconnect` if this user has too many sockets, or opens them too often. `handshakes.Paced` has limited
        each session before, and each address without an account."""
        if self.visitor.user is None:
            return
        if not self.allowance.openings.take():
            raise Disconnect(events.CLOSE_FLOOD)
        if hub().sockets.has_too_many_like(self.socket):
            raise Disconnect(events.CLOSE_TOO_MANY_TABS)

    async def _recognise(self) -> Visitor | None:
        self._recognised_at = time.monotonic()
        return await in_thread(visitor, self.scope)

    async def send_message(self, message: dict[str, Any]) -> None:
        """Send an ASGI message to the server. After the close, send nothing, because servers treat that as an error."""
        if not self._is_open:
            return
        if message["type"] == "websocket.close":
            self._is_open = False
        try:
            await self.base_send(message)
        except _PEER_GONE:
            self._is_open = False

    async def send_frame(self, frame: str) -> None:
        """Send one text frame to the client."""
        await self.send_message({"type": "websocket.send", "text": frame})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Read one frame, within the limits of this socket and of its user or address."""
        if not self._messages.take():
            raise Disconnect(events.CLOSE_FLOOD)
        self.socket.heard_at = time.monotonic()
        if self.socket.heard_at - self._recognised_at > RECOGNISE_EVERY_SECONDS:
            await self._recognise_again()
        await (self._read if self.allowance.messages.take() else self._turn_away)(text_data)

    async def _recognise_again(self) -> None:
        """Check that the session still exists and the user is still active. No event is published for a session that
        expired, or for a row that was changed by hand."""
        found = await self._recognise()
        if self.visitor.user is None:  # an anonymous socket stays so: a page that logs in opens a new socket
            return
        if found is not None:
            self.visitor, self.socket.proof = found, found.proof
        else:
            socket = self.socket
            ending = events.revoke(socket.user_id, events.CLOSE_UNAUTHENTICATED, session_key=socket.session_key)
            hub().revoke(ending)

    async def _read(self, text: str | None) -> None:
        try:
            command = self.commands.parser(self._checked(text))
        except BadInput as error:
            await self._refuse(text, error)
        else:
            self.enqueue(command)

    async def _turn_away(self, text: str | None) -> None:
        """Refuse a message unread, because all sockets of this user or address together send too much. Close only a
        socket that goes on sending: others from the same address may be innocent."""
        request_id = self.commands.parser.request_id(text) if text and len(text) <= MAX_FRAME_BYTES else None
        await self.send_frame(error_frame(request_id, too_many(1)))
        if not self._turned_away.take():
            raise Disconnect(events.CLOSE_FLOOD)

    def _checked(self, text: str | None) -> str:
        if text is None:
            raise BadInput("bad_request", _("Only text frames are accepted."))
        if len(text) > MAX_FRAME_BYTES or len(text.encode(errors="surrogatepass")) > MAX_FRAME_BYTES:
            raise BadInput(
                "too_large",
                _("A message has at most {limit} bytes.").format(limit=MAX_FRAME_BYTES),
                limit=MAX_FRAME_BYTES,
            )
        return text

    async def _refuse(self, text: str | None, error: BadInput) -> None:
        request_id = self.commands.parser.request_id(text) if text and error.code != "too_large" else None
        await self.send_frame(error_frame(request_id, error))
        if not self._bad_frames.take():
            raise Disconnect(events.CLOSE_BAD_FRAMES)

    def enqueue(self, command: Command) -> None:
        """Put a command into its queue. Raise `Disconnect` if the queue is full."""
        try:
            self._queues[self.commands[type(command)].queue].put_nowait(command)
        except asyncio.QueueFull:
            raise Disconnect(events.CLOSE_FLOOD) from None

    async def _drive(self, queue: "asyncio.Queue[Command]") -> None:
        while True:
            command = await queue.get()
            with logs.about(request=f"{self.name}-{command.id}"), self._answer_first(command):
                await self.send_frame(await self._answer(command))

    def _answer_first(self, command: Command) -> contextlib.AbstractContextManager[None]:
        """Hold back other messages until the reply is sent, if the command ends this socket. The client then reads the
        reply before the close."""
        return self.socket.held() if isinstance(command, self.farewells) else contextlib.nullcontext()

    def _note_refusal(self, command: Command, error: ProductError) -> None:
        if isinstance(error, Refused):
            user, address = self.visitor.user_id or None, address_of(self.scope)
            security_log.note("refused", code=error.code, command=tag_of(type(command)), user=user, address=address)

    async def _handle(self, command: Command) -> Any:
        """Return the data of the reply. What costs nothing to refuse is refused first."""
        declared = self.commands[type(command)]
        self.visitor.require(declared.scope)
        self.spend(declared)
        return await self.perform(declared, command)

    async def _answer(self, command: Command) -> str:
        try:
            return reply_frame(command.id, await self._handle(command))
        except ProductError as error:
            self._note_refusal(command, error)
            return error_frame(command.id, error)
        except BACKEND_AWAY as error:
            logger.warning("%s not done: %s", type(command).__name__, error)
            return error_frame(command.id, TryAgain("try_again", _("That did not work. Try again."), retry_after=1))
        except Exception:
            logger.exception("%s failed", type(command).__name__)
            return error_frame(command.id, TryAgain("internal_error", _("Something went wrong on our side.")))

    async def _say_bye(self, close: Close | None) -> None:
        if close is not None:
            await self.send_frame(events.bye(close))
            self._code = close.code
            await self.send_message({"type": "websocket.close", "code": close.code})
