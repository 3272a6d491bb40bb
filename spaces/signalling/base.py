"""What both sockets share: the handshake, the limits, one reply to each command, and a close that says why."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from spaces import events
from spaces.events import Close
from spaces.fanout import Socket
from spaces.hub import hub
from spaces.signalling.limits import Allowance, TokenBucket, allowances
from spaces.signalling.messages import MAX_FRAME_BYTES, Command, CommandParser, error_frame, reply_frame, tag_of
from spaces.signalling.registry import COSTLY
from spaces.signalling.sessions import Visitor, visitor
from spaces_project.common import logs, security_log
from spaces_project.common.addresses import address_of
from spaces_project.common.errors import AWAY, BadInput, ProductError, Refused, TryAgain
from spaces_project.common.limits import acting_from, too_many
from spaces_project.common.prepared import writer
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MESSAGES_PER_SECOND, MESSAGE_BURST = 20.0, 80.0
BAD_FRAMES_PER_SECOND, BAD_FRAME_BURST = 20 / 60, 20.0
TURNED_AWAY_PER_SECOND, TURNED_AWAY_BURST = 1.0, 20.0
"""How often a socket may go on although its person, or its address, has said too much, before it is closed."""
LANE_LENGTH = 64
RECOGNISE_EVERY_SECONDS = 300.0

_PEER_GONE = (OSError, RuntimeError)
"""What a server raises before it has told the application: the first by the ASGI specification, the second is uvicorn's
when it closed the socket itself, after an unanswered ping or a frame that was too large."""


class Disconnect(Exception):
    """The socket is over; `close` says why, or is None when the other side closed it."""

    def __init__(self, close: Close | None = None) -> None:
        self.close = close


class CommandSocket:
    """One WebSocket as an ASGI application instance.

    Commands run one after the other in lanes. A lane waits for nobody but itself, so a slow gateway does not hold up a
    mute. Subclasses name their parser and handle commands.
    """

    visitor: Visitor
    socket: Socket
    kind = ""
    """Sockets of one kind are counted together: whoever has many pages open still comes into a Space."""
    lanes: tuple[str, ...] = ("main", "audio")
    farewells: tuple[type[Command], ...] = ()
    """Commands that end the socket they came by."""
    silent_after = Socket.silent_after

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._messages = TokenBucket(MESSAGES_PER_SECOND, MESSAGE_BURST)
        self._bad_frames = TokenBucket(BAD_FRAMES_PER_SECOND, BAD_FRAME_BURST)
        self._turned_away = TokenBucket(TURNED_AWAY_PER_SECOND, TURNED_AWAY_BURST)
        self._lanes: dict[str, asyncio.Queue[Command]] = {}
        self._is_open = True
        self.name = secrets.token_hex(6)
        """For the log: its requests are `<name>-<id of the command>`."""

    @classmethod
    def as_asgi(cls) -> Any:
        """An ASGI application; untyped, because Django types routes as taking views only."""

        async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            await cls(scope, receive, send).run()

        return application

    # --- for subclasses ---

    @property
    def parser(self) -> CommandParser:
        raise NotImplementedError

    def stranger(self) -> Visitor:
        """Somebody without a session. Raises Disconnect where one is needed."""
        raise Disconnect(events.CLOSE_UNAUTHENTICATED)

    def subject(self) -> dict[str, str]:
        """What log lines of this socket are about."""
        return {}

    async def opened(self) -> None:
        """After the handshake; may raise Disconnect."""

    async def closed(self) -> None:
        """The socket is gone, whoever closed it."""

    async def handle(self, command: Command) -> Any:
        raise NotImplementedError

    def lane(self, command: Command) -> str:
        return "main"

    def spend(self, command: Command) -> None:
        """Raise `too_many` before anything is asked of the database. What is costly counts for the person, or for the
        address, and not for this socket alone."""
        if type(command) in COSTLY and not self.allowance.costly.take():
            raise too_many(1)

    @property
    def allowance(self) -> Allowance:
        """What is left to all sockets of this person together, or to all of this address without an account."""
        if self.visitor.user is not None:
            return allowances().of_person(self.visitor.user_id)
        return allowances().of_address(address_of(self.scope), sockets=settings.SPACES_PUBLIC_CONNECTIONS)

    # --- running ---

    async def run(self) -> None:
        if (await self._receive())["type"] != "websocket.connect":
            return
        # Accepted first: a refusal before the handshake reaches a browser as a bare 1006.
        await self._send({"type": "websocket.accept"})
        with logs.about(socket=self.name, **self.subject()), acting_from(address_of(self.scope)):
            await self._live()

    async def _live(self) -> None:
        try:
            if hub().is_leaving:
                raise Disconnect(events.CLOSE_RESTART)
            self.visitor = await self._recognise() or self.stranger()
            self.socket = self._socket()
            self._require_room()
            with hub().watching(self.socket):
                await self._serve()
        except Disconnect as end:
            await self._say_bye(end.close)
        except AWAY as error:
            logger.warning("a socket cannot go on: %s", error)
            await self._say_bye(events.CLOSE_RESTART)
        finally:
            self._is_open = False
            await self.closed()

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
        """Raise Disconnect for one socket too many, or opened too often. Costs nothing: nothing is asked for it."""
        if not self.allowance.openings.take():
            raise Disconnect(events.CLOSE_FLOOD)
        if self.visitor.user is not None and hub().has_too_many_like(self.socket):
            raise Disconnect(events.CLOSE_TOO_MANY_TABS)

    async def _recognise(self) -> Visitor | None:
        self._recognised_at = time.monotonic()
        return await in_thread(visitor, self.scope)

    async def _serve(self) -> None:
        await self.opened()
        lanes = [asyncio.create_task(self._drive(name)) for name in self.lanes]
        try:
            await self._listen()
        finally:
            for lane in lanes:
                lane.cancel()

    async def send_message(self, message: dict[str, Any]) -> None:
        """To the server. After the close nothing is sent, because servers take that for an error."""
        if not self._is_open:
            return
        if message["type"] == "websocket.close":
            self._is_open = False
        try:
            await self._send(message)
        except _PEER_GONE:
            self._is_open = False

    async def send_frame(self, frame: str) -> None:
        await self.send_message({"type": "websocket.send", "text": frame})

    async def _listen(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                raise Disconnect
            if not self._messages.take():
                raise Disconnect(events.CLOSE_FLOOD)
            self.socket.heard_at = time.monotonic()
            if self.socket.heard_at - self._recognised_at > RECOGNISE_EVERY_SECONDS:
                await self._recognise_again()
            await (self._read if self.allowance.messages.take() else self._turn_away)(message.get("text"))

    async def _recognise_again(self) -> None:
        """Nobody tells of a session that ran out, or of a row that was changed by hand."""
        found = await self._recognise()
        if self.visitor.user is None:  # and remains so: a page that logs in opens a socket of its own
            return
        if found is not None:
            self.visitor, self.socket.proof = found, found.proof
        else:
            socket = self.socket
            ending = events.revoke(socket.user_id, events.CLOSE_UNAUTHENTICATED, session_key=socket.session_key)
            hub().revoke(ending)

    async def _read(self, text: str | None) -> None:
        try:
            command = self.parser(self._checked(text))
        except BadInput as error:
            await self._refuse(text, error)
        else:
            self.enqueue(command)

    async def _turn_away(self, text: str | None) -> None:
        """Refuse a message unread: the sockets of this person, or of this address, say too much together. Only one that
        goes on is closed, for others of the address may be innocent."""
        request_id = self.parser.request_id(text) if text and len(text) <= MAX_FRAME_BYTES else None
        await self.send_frame(error_frame(request_id, too_many(1)))
        if not self._turned_away.take():
            raise Disconnect(events.CLOSE_FLOOD)

    def _checked(self, text: str | None) -> str:
        if text is None:
            raise BadInput("bad_request", "Only text frames are accepted.")
        if len(text) > MAX_FRAME_BYTES or len(text.encode(errors="surrogatepass")) > MAX_FRAME_BYTES:
            raise BadInput("too_large", f"A message has at most {MAX_FRAME_BYTES} bytes.", limit=MAX_FRAME_BYTES)
        return text

    async def _refuse(self, text: str | None, error: BadInput) -> None:
        request_id = self.parser.request_id(text) if text and error.code != "too_large" else None
        await self.send_frame(error_frame(request_id, error))
        if not self._bad_frames.take():
            raise Disconnect(events.CLOSE_BAD_FRAMES)

    def _queue(self, name: str) -> "asyncio.Queue[Command]":
        return self._lanes.setdefault(name, asyncio.Queue(LANE_LENGTH))

    def enqueue(self, command: Command) -> None:
        try:
            self._queue(self.lane(command)).put_nowait(command)
        except asyncio.QueueFull:
            raise Disconnect(events.CLOSE_FLOOD) from None

    async def _drive(self, name: str) -> None:
        queue = self._queue(name)
        while True:
            command = await queue.get()
            with logs.about(request=f"{self.name}-{command.id}"), self._answer_first(command):
                await self.send_frame(await self._answer(command))

    def _answer_first(self, command: Command) -> contextlib.AbstractContextManager[None]:
        """What a command ends, it ends after its answer."""
        return self.socket.held() if isinstance(command, self.farewells) else contextlib.nullcontext()

    def _note_refusal(self, command: Command, error: ProductError) -> None:
        if isinstance(error, Refused):
            user, address = self.visitor.user_id or None, address_of(self.scope)
            security_log.note("refused", code=error.code, command=tag_of(type(command)), user=user, address=address)

    async def _answer(self, command: Command) -> str:
        try:
            return reply_frame(command.id, await self.handle(command))
        except ProductError as error:
            self._note_refusal(command, error)
            return error_frame(command.id, error)
        except AWAY as error:
            logger.warning("%s not done: %s", type(command).__name__, error)
            return error_frame(command.id, TryAgain("try_again", "That did not work. Try again.", retry_after=1))
        except Exception:
            logger.exception("%s failed", type(command).__name__)
            return error_frame(command.id, TryAgain("internal_error", "Something went wrong on our side."))

    async def _say_bye(self, close: Close | None) -> None:
        if close is not None:
            await self.send_frame(events.bye(close))
            await self.send_message({"type": "websocket.close", "code": close.code})
