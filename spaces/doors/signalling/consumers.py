"""The consumers: handshake in `connect`, one frame in `receive`, the end in `disconnect`.

What a client may send, and what runs it, is declared in `handlers.py`. `base.py` has what the three share.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import msgspec
import redis
from django.conf import settings

from spaces import audio, events, presence, rules, selectors
from spaces.audio import ConnectionAudio
from spaces.doors.signalling.base import CommandConsumer, Disconnect
from spaces.doors.signalling.commands import Declaration, Queue
from spaces.doors.signalling.handlers import CONNECTION_COMMANDS, HOME_COMMANDS, LISTEN_IN_COMMANDS
from spaces.doors.signalling.limits import Gate, TokenBucket
from spaces.doors.signalling.messages import Command, End, Join, Leave, React, Sync
from spaces.doors.signalling.origins import bearer_key
from spaces.doors.signalling.places import Entered, NamelessPlace, PersonsPlace, Place
from spaces.doors.signalling.registry import SPACE_COMMANDS, read_parts, show_parts
from spaces.doors.signalling.sessions import STRANGER, Visitor
from spaces.events import Close, Event, wire
from spaces.live.home_sockets import HomeMember
from spaces.live.hub import hub
from spaces.live.members import Member
from spaces.models.tokens import new_token
from spaces.moderation import services as moderation
from spaces.selectors import Mix, Scene
from spaces_project.common import metrics
from spaces_project.common.addresses import address_of
from spaces_project.common.api.scopes import Scope
from spaces_project.common.errors import Conflict, NotFound, ProductError
from spaces_project.common.limits import too_many
from spaces_project.common.threads import ahead_of_the_line, in_thread

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")

ENTERED_WITHIN_SECONDS = 5.0
"""Let a command wait this long for a `join` that was sent before it."""
TEST_LASTS_SECONDS = 90.0
"""End a socket that tests a connection after this time. A test takes half a minute where nothing answers."""
REACTIONS_PER_SECOND, REACTION_BURST = 5.0, 5.0
SYNCS_PER_SECOND, SYNC_BURST = 1.0, 2.0

JOINS_AT_ONCE, JOINS_IN_LINE = 3, 120
"""One of a process's four database threads is left to all other commands. A line of 120 is served before the last page
in it gives up."""

_gates: "WeakKeyDictionary[asyncio.AbstractEventLoop, Gate]" = WeakKeyDictionary()


def _gate() -> Gate:
    return _gates.setdefault(asyncio.get_running_loop(), Gate(at_once=JOINS_AT_ONCE, line=JOINS_IN_LINE))


@dataclass(frozen=True, slots=True)
class Shared:
    """All of a snapshot that is the same for everyone in the Space."""

    scene: Scene
    talking: list[str]
    parts: dict[str, Any]


def _read_shared(public_id: str) -> Shared:
    return Shared(selectors.scene(public_id), audio.now_talking(public_id), read_parts(public_id))


class _OneSpaceConsumer(CommandConsumer):
    """A socket about the Space that its address names."""

    kind = "space"

    @property
    def public_id(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["public_id"])

    @property
    def user(self) -> "User":
        """Return the user. Raise `login_required` for a visitor without an account."""
        if self.visitor.user is None:
            raise rules.login_required()
        return self.visitor.user


class SpaceConsumer(_OneSpaceConsumer):
    """`/ws/spaces/<id>`: the connection of one visitor, with or without an account, to one Space."""

    commands = SPACE_COMMANDS
    farewells = (End, Leave)
    place: Place
    _member: Member | None = None

    def __init__(self) -> None:
        super().__init__()
        self._no_join_waits = asyncio.Event()
        self._no_join_waits.set()
        self._reactions = TokenBucket(REACTIONS_PER_SECOND, REACTION_BURST)
        self._syncs = TokenBucket(SYNCS_PER_SECOND, SYNC_BURST)
        self._held = contextlib.AsyncExitStack()

    def subject(self) -> dict[str, str]:
        return {"space": self.public_id}

    def stranger(self) -> Visitor:
        """Return an anonymous visitor if this server admits them. A request with an invalid token is refused; it does
        not fall back to anonymous listening."""
        is_page = bearer_key(self.scope) is None
        return STRANGER if is_page and rules.admits_anonymous() else super().stranger()

    async def connect(self) -> None:
        """Take the visitor's place, and close the socket if there is no such Space. The visitor is not inside before
        `join`."""
        await super().connect()
        self.place = await self._place()
        try:
            await self.sequence()
        except NotFound:
            raise Disconnect(events.CLOSE_NOT_FOUND) from None

    async def _place(self) -> Place:
        if self.visitor.user is not None:
            return PersonsPlace(self.public_id, self.visitor.user)
        address = address_of(self.scope)
        door = hub().sockets.admit_anonymous(address, self.name, limit=settings.SPACES_PUBLIC_CONNECTIONS)
        if not await self._held.enter_async_context(door):
            raise Disconnect(events.CLOSE_CROWDED)
        return NamelessPlace(self.public_id, address)

    async def disconnect(self, code: int) -> None:
        """Keep the connection for a page that comes back, and let its lease end soon. A socket whose connection another
        socket has taken over must do neither."""
        await self._held.aclose()
        member, self._member = self._member, None
        if member is None or member.socket is not self.socket:
            return
        hub().park(member)
        with contextlib.suppress(redis.RedisError):  # the lease then ends by itself, a little later
            await in_thread(presence.start_closing, self.public_id, member.user_id)

    def enqueue(self, command: Command) -> None:
        """Put a command into its queue. From a `join` on, the other queues wait until the join is done."""
        if isinstance(command, Join):
            self._no_join_waits.clear()
        super().enqueue(command)

    async def _handle(self, command: Command) -> Any:
        try:
            return await super()._handle(command)
        finally:
            if isinstance(command, Join):
                self._no_join_waits.set()

    async def perform(self, declared: Declaration, command: Command) -> Any:
        """Run one command. A page sends `join` and asks for audio, or acts, in one go. The other queues therefore wait
        for the join to finish, and for nothing else."""
        if declared.queue != Queue.MAIN:
            await self._wait_for_join()
        with ahead_of_the_line() if declared.urgent else contextlib.nullcontext():
            return await super().perform(declared, command)

    async def _wait_for_join(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENTERED_WITHIN_SECONDS):
                await self._no_join_waits.wait()

    def spend(self, declared: Declaration) -> None:
        """Raise `too_many` for too many reactions or snapshots of this socket, and for what every socket limits."""
        bucket = {React: self._reactions, Sync: self._syncs}.get(declared.command)
        if bucket is not None and not bucket.take():
            raise too_many(1)
        super().spend(declared)

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        return await self.place.call(function, **arguments)

    async def join(self, *, resume: str | None) -> Any:
        """Enter the Space through the process's gate. Return the welcome: a snapshot, and the id of this connection."""
        started = time.monotonic()
        try:
            async with _gate().passage():
                welcome = await self._join(resume)
        except ProductError as error:
            metrics.JOINS.labels(error.code).inc()
            raise
        metrics.JOINS.labels("resumed" if welcome["resumed"] else "entered").inc()
        metrics.JOIN_SECONDS.observe(time.monotonic() - started)
        return welcome

    async def _join(self, resume: str | None) -> dict[str, Any]:
        """Enter, subscribe, then read, in this order.

        1. Enter. The rules raise if the visitor may not.
        2. Subscribe to the Space's events, so that none is missed from now on.
        3. Only then read the snapshot. The visitor may have been removed, or have come by another tab, before this
           socket could hear of it. If this process listened all the time and heard of no change since 1, then there
           is nothing of the visitor's own to be read again.
        """
        resumed = self._member or self._resume(resume or "")
        connection = resumed.connection if resumed else self.place.begin(resume)
        heard, known = hub().heard(self.public_id), hub().already_read(self.public_id)
        entered = await self.place.enter(connection, known.scene if known else None)
        self._member = resumed or self._new_member(connection)
        self._member.attach(self.socket)
        await hub().add(self._member)
        is_same = heard is not None and heard == hub().heard(self.public_id)
        extra = {
            "connection": connection,
            "resumed": resumed is not None,
            "heartbeat_seconds": presence.HEARTBEAT_SECONDS,
        } | ({"reason": entered.reason} if entered.reason else {})
        return await self._welcome(self._member, entered if is_same else Entered()) | extra

    def _resume(self, connection: str) -> Member | None:
        user_id = self.place.presence_id(connection)
        return hub().resume(public_id=self.public_id, connection=connection, user_id=user_id)

    def _new_member(self, connection: str) -> Member:
        user_id = self.place.presence_id(connection)
        return Member(public_id=self.public_id, connection=connection, user_id=user_id, socket=self.socket)

    async def _welcome(self, member: Member, entered: Entered) -> dict[str, Any]:
        try:
            return await self._snapshot(member.connection, entered)
        except ProductError:
            self._member = None
            await hub().drop(member)
            raise

    async def sequence(self) -> tuple[int, int]:
        """Return the Space's `(seq, queue_seq)`, at most one second old. Raise `NotFound`."""
        return await hub().sequences.of(self.public_id)

    async def leave(self) -> None:
        await self.place.leave(self._member.connection if self._member else "")

    async def snapshot(self) -> dict[str, Any]:
        """Return the whole state, for a page that missed events. This passes the gate as a join does, because it costs
        as much."""
        async with _gate().passage():
            return await self._snapshot(self._member.connection if self._member else None, Entered())

    async def _snapshot(self, connection: str | None, entered: Entered) -> dict[str, Any]:
        shared = await hub().read_once(self.public_id, _read_shared)
        snapshot = entered.snapshot(shared.scene)
        if snapshot is None:
            snapshot = await in_thread(self.place.snapshot, connection, shared.scene)
        own = {"talking": shared.talking if snapshot.stage else [], "now": wire.clock()}
        return {**msgspec.to_builtins(snapshot), **own, **show_parts(shared.parts, self.visitor.user_id)}

    def audio(self) -> ConnectionAudio:
        """Return the audio of this connection. Raise `not_in_space` before `join`."""
        if self._member is None:
            raise rules.not_in_space()
        return self._member.audio


class HomeConsumer(CommandConsumer):
    """`/ws/home`: tells an open page of a logged-in user when the bubble of a live Space appears or disappears."""

    commands = HOME_COMMANDS
    kind = "home"
    _home: HomeMember | None = None

    async def connect(self) -> None:
        """Send the bubbles, and from then on each change of them. Raise `Disconnect` for a token that may not read."""
        await super().connect()
        if not self.visitor.may(Scope.SPACE_READ):
            raise Disconnect(events.CLOSE_UNAUTHENTICATED)
        # Register before the bubbles are read. In the other order, a bubble that appears in between would be missed.
        self._home = HomeMember(self.socket)
        hub().homes.add(self._home)
        await hub().hear_all_processes()
        await hub().homes.greet(self._home)

    async def disconnect(self, code: int) -> None:
        if self._home is not None:
            hub().homes.drop(self._home)


class ConnectionConsumer(CommandConsumer):
    """`/ws/connection`: lets a page test its way to this site and to the gateway. It needs no account, reaches no
    Space, and ends after `TEST_LASTS_SECONDS`."""

    commands = CONNECTION_COMMANDS
    kind = "connection"
    _audio: ConnectionAudio | None = None

    def __init__(self) -> None:
        super().__init__()
        self._held = contextlib.AsyncExitStack()

    def stranger(self) -> Visitor:
        return STRANGER if bearer_key(self.scope) is None else super().stranger()

    async def connect(self) -> None:
        """Let in as many at once from one address as listeners without an account."""
        await super().connect()
        door = hub().sockets.admit_anonymous(
            address_of(self.scope), self.name, limit=settings.SPACES_PUBLIC_CONNECTIONS
        )
        if not await self._held.enter_async_context(door):
            raise Disconnect(events.CLOSE_CROWDED)
        self._audio = ConnectionAudio("", 0, new_token(), lambda event: None)
        self._serving.callback(asyncio.get_running_loop().call_later(TEST_LASTS_SECONDS, self._end).cancel)

    async def disconnect(self, code: int) -> None:
        await self._held.aclose()
        if self._audio is not None:
            await self._audio.close_all()

    @property
    def audio(self) -> ConnectionAudio:
        """Return the one peer connection of this test."""
        if self._audio is None:
            raise rules.not_in_space()
        return self._audio

    def _end(self) -> None:
        self.socket.write(events.bye(events.CLOSE_SILENT))
        self.socket.close(events.CLOSE_SILENT.code)


class ListenInConsumer(_OneSpaceConsumer):
    """`/ws/listen-in/<id>`: the connection by which a moderator hears a live Space without being in it."""

    commands = LISTEN_IN_COMMANDS
    silent_after = float(settings.SPACES_PRESENCE_LEASE.total_seconds())
    _audio: ConnectionAudio | None = None

    async def connect(self) -> None:
        """Check the right to listen in. Raise `Disconnect` for a token, and for a refusal of the rules."""
        await super().connect()
        if self.visitor.scopes is not None:
            raise Disconnect(events.CLOSE_UNAUTHENTICATED)
        try:
            await self._call(moderation.listen_in)
        except ProductError as error:
            raise Disconnect(_close_of(error)) from None
        self._audio = ConnectionAudio(self.public_id, self.user.pk, new_token(), self._on_event)

    async def disconnect(self, code: int) -> None:
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
            return await self._call(moderation.mix_to_listen_in)
        except ProductError as error:
            self.socket.end_for(_close_of(error))
            raise

    async def _call(self, function: Callable[..., T]) -> T:
        return await in_thread(function, public_id=self.public_id, user=self.user)

    def _on_event(self, event: Event) -> None:
        self.socket.write(events.frame(event))


def _close_of(error: ProductError) -> Close:
    if isinstance(error, NotFound):
        return events.CLOSE_NOT_FOUND
    return events.CLOSE_ENDED if isinstance(error, Conflict) else events.CLOSE_REMOVED
