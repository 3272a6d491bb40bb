"""Fan-out inside one web process.

The process subscribes once per Space and writes one ready-made frame to all its sockets. Nothing is decoded, encoded or
queued for each socket. The hub also keeps what belongs to a socket but must outlive it for a moment: the audio of a
connection stays for `PARKED_SECONDS` after its socket is lost, so that listeners do not hear a change of network.

There is one hub per event loop; all methods are called on that loop.
"""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import chain
from weakref import WeakKeyDictionary

import redis
from django.conf import settings
from django.db import Error as DatabaseError

from spaces import doors, events, presence, roll_call, selectors, wire
from spaces.applause import GATHER_SECONDS
from spaces.audio import TARGETS, switchboard
from spaces.events import Envelope, Signal
from spaces.fanout import Socket, broadcast
from spaces.feed import Feed
from spaces.homes import Homes
from spaces.members import Member, Room
from spaces_project.common import metrics
from spaces_project.common.errors import NotFound
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

PARKED_SECONDS = 30.0
TICK_SECONDS = 1.0
COUNT_EVERY_TICKS = 2
SEQUENCE_SECONDS = 1.0
RENEW_EVERY_TICKS = 5
ROLL_CALL_SECONDS = 60.0
_GONE_FOR_GOOD = (events.CLOSE_LEFT.code, events.CLOSE_REMOVED.code, events.CLOSE_SUSPENDED.code)
SPREAD_SECONDS_PER_SOCKET = 0.02
"""Two processes let in about fifty people a second (docs/measurements/presence.md)."""
FLUSH_SECONDS = 0.2
RESYNC_MS_PER_SOCKET = 5
RESYNC_MS = (500, 15_000)


class Hub:
    """The sockets of one web process, the Spaces that they are in, and the audio of their connections."""

    def __init__(self) -> None:
        self.is_leaving = False
        self._rooms: dict[str, Room] = {}
        self.homes = Homes(self.spawn)
        self._sockets: dict[int, set[Socket]] = defaultdict(set)
        self._strangers: dict[str, set[str]] = defaultdict(set)
        """The names of the sockets of anonymous listeners, by address."""
        self._feed = Feed(on_envelope=self._receive, on_gap=self._resync)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticks = 0
        self._roll_is_due_at = time.monotonic() + ROLL_CALL_SECONDS
        self._sequences: dict[str, tuple[float, asyncio.Future[tuple[int, int]]]] = {}
        """By public id: when the numbers were asked for, and the answer. Sockets that have not joined use it, too."""

    def start(self) -> None:
        """Start the subscription to Redis and the tick. Both run until the process ends."""
        switchboard.start()
        self.spawn(self._for_ever(self._feed.run))
        self.spawn(self._for_ever(self._tick_forever))

    # --- sockets, whatever they are for ---

    @contextlib.contextmanager
    def watching(self, socket: Socket) -> Iterator[None]:
        """Close the socket if its session ends inside the block."""
        sockets = self._sockets[socket.user_id]
        sockets.add(socket)
        metrics.SOCKETS.inc()
        try:
            yield
        finally:
            metrics.SOCKETS.dec()
            sockets.discard(socket)
            if not sockets:
                self._sockets.pop(socket.user_id, None)

    def has_too_many_like(self, socket: Socket) -> bool:
        """Tell whether the user has as many sockets of this kind here as one user may have."""
        same = sum(other.kind == socket.kind for other in self._sockets.get(socket.user_id, ()))
        return same >= int(settings.SPACES_CONNECTIONS_PER_PERSON)

    @contextlib.asynccontextmanager
    async def door(self, address: str, name: str, *, limit: int) -> AsyncIterator[bool]:
        """Tell whether an anonymous listener may come in from this address, and count the listener inside the block."""
        if not await in_thread(doors.admit, address, name, limit=limit):
            yield False
            return
        names = self._strangers[address]
        names.add(name)
        try:
            yield True
        finally:
            names.discard(name)
            if not names:
                self._strangers.pop(address, None)
            with contextlib.suppress(redis.RedisError):  # The lease then expires by itself.
                await in_thread(doors.let_go, address, name)

    def revoke(self, envelope: Envelope) -> None:
        """Close what `events.revoke` names. Audio that waits for a socket has no session: it ends only if all sessions
        end."""
        user_ids, session_key = envelope.to or (), envelope.data
        sockets = {socket for user_id in user_ids for socket in self._sockets.get(user_id, ())}
        over = {socket for socket in sockets if session_key in ("", socket.session_key)}
        for member in [m for room in self._rooms.values() for m in room.members.values() if m.user_id in user_ids]:
            if member.socket in over or (member.socket is None and not session_key):
                self._end(member, envelope.frame, envelope.code)
        for socket in over:
            _say_bye(socket, envelope.frame, envelope.code)

    # --- members of Spaces ---

    async def add(self, member: Member) -> None:
        """Add the member. After the return the member misses no event. Raise redis.ConnectionError while Redis is
        away."""
        room = self._rooms.setdefault(member.public_id, Room(member.public_id))
        room.members[member.connection] = member
        await self._feed.subscribe(events.space_channel(member.public_id))

    def resume(self, *, public_id: str, connection: str, user_id: int) -> Member | None:
        """Return the member that lost its socket, if its audio is still here and belongs to the same user. None
        otherwise."""
        room = self._rooms.get(public_id)
        member = room.members.get(connection) if room else None
        if member is None or member.user_id != user_id:
            return None
        member.parked_at = time.monotonic()  # The member is not dropped while it is being resumed.
        return member

    def park(self, member: Member) -> None:
        """Keep the audio of a member that lost its socket, until the page comes back."""
        member.socket, member.parked_at = None, time.monotonic()
        if member.audio.speaks:
            self.spawn(member.audio.page_is_gone())

    async def drop(self, member: Member) -> None:
        """Take the member out of the hub, and close its audio."""
        room = self._rooms.get(member.public_id)
        if room and room.members.get(member.connection) is member:
            del room.members[member.connection]
            if not room.members:
                del self._rooms[member.public_id]
                await self._feed.unsubscribe(events.space_channel(member.public_id))
        await member.audio.close_all()

    async def sequence(self, public_id: str) -> tuple[int, int]:
        """Return `(seq, queue_seq)`, at most a second old. Sockets that ask within that second share one query. Raise
        `NotFound`."""
        asked_at, answer = self._sequences.get(public_id, (0.0, None))
        if answer is None or time.monotonic() - asked_at > SEQUENCE_SECONDS:
            answer = asyncio.ensure_future(in_thread(selectors.sequence, public_id=public_id))
            self._sequences[public_id] = time.monotonic(), answer
        return await asyncio.shield(answer)

    def _forget_sequences(self) -> None:
        due = time.monotonic() - SEQUENCE_SECONDS
        self._sequences = {key: asked for key, asked in self._sequences.items() if asked[0] > due}

    async def hear_for_all(self) -> None:
        """Subscribe to the channel of every process. After the return no event of it is missed. Raise
        redis.ConnectionError."""
        await self._feed.subscribe(events.EVERY_PROCESS)

    # --- what comes from other processes, and from this one ---

    async def _receive(self, channel: str, envelope: Envelope) -> None:
        if channel == events.EVERY_PROCESS:
            self._receive_for_all(envelope)
        elif room := self._rooms.get(channel.removeprefix(events.space_channel(""))):
            await self._receive_for_room(room, envelope)

    async def _receive_for_room(self, room: Room, envelope: Envelope) -> None:
        if envelope.signal == Signal.CLOSE:
            return self._close(room, envelope)
        if envelope.signal == Signal.REACTION and room.applause.take(envelope):
            self.spawn(self._show_applause(room))
        if envelope.frame is not None:
            await broadcast(self._addressed(room, envelope), envelope.frame)
            metrics.FANOUT_LAG.observe(max(0.0, time.time() - envelope.at))
        if envelope.signal == Signal.AUDIENCE:
            room.dirty = True
        elif envelope.signal == Signal.STAGE:
            room.dirty = True
            self._retune(room, int(envelope.data))
        elif envelope.signal == Signal.LANES:
            self._follow_lanes(room)
        elif envelope.signal == Signal.ROLL:
            self.spawn(self._call_the_roll_of(room))
        return None

    def _receive_for_all(self, envelope: Envelope) -> None:
        if envelope.signal == Signal.REVOKE:
            self.revoke(envelope)
        else:
            self.homes.take(envelope)

    def _addressed(self, room: Room, envelope: Envelope) -> list[Socket]:
        if envelope.to is not None:
            members_to = set(envelope.to)
            return [m.socket for m in room.members.values() if m.user_id in members_to and m.socket]
        return room.sockets()

    def _close(self, room: Room, envelope: Envelope) -> None:
        people = None if envelope.to is None else set(envelope.to)
        leaving = [
            member
            for member in room.members.values()
            if (people is None or member.user_id in people) and member.connection != envelope.spare
        ]
        for member in [member for member in leaving if not self._is_moving(member, envelope.code)]:
            self._end(member, envelope.frame, envelope.code)

    def _end(self, member: Member, frame: str | None, code: int) -> None:
        socket, member.socket = member.socket, None
        if socket is not None:
            _say_bye(socket, frame, code)
        if code in _GONE_FOR_GOOD:
            self.spawn(in_thread(presence.forget, member.public_id, member.user_id))
        self.spawn(self.drop(member))

    async def _show_applause(self, room: Room) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        await broadcast(room.sockets(), events.frame(room.applause.hand_out()))

    def _retune(self, room: Room, open_microphones: int) -> None:
        for member in room.members.values():
            if member.audio.speaks:
                self.spawn(member.audio.retune(open_microphones))

    def _follow_lanes(self, room: Room) -> None:
        for member in room.members.values():
            if member.audio.speaks:
                self.spawn(member.audio.follow_lane())

    async def _resync(self) -> None:
        """Recover after events were missed while Redis was away: pages ask for a snapshot, and the hub asks the
        database who may still be here."""
        self._roll_is_due_at = 0.0
        for room in list(self._rooms.values()):
            least, most = RESYNC_MS
            within = min(max(least, RESYNC_MS_PER_SOCKET * len(room.members)), most)
            await broadcast(room.sockets(), events.frame(events.Resync(within_ms=within)))
            room.dirty = True
            self._follow_lanes(room)
        self.homes.start_over()

    # --- the end of this process ---

    async def leave(self, *, within: float) -> None:
        """Send everyone to another process. Return when no audio is left here, or after `within` seconds. With 0 return
        as soon as every socket was told.

        1. No new socket is let in.
        2. Sockets are closed one after the other; otherwise all clients would reconnect at once.
        3. The audio goes on meanwhile: a page gives up its old connection when the new one, in another process, carries
           the sound.

        While draining, a "replaced" event must therefore not close the old audio.
        """
        self.is_leaving = True
        metrics.DRAINING.set(1)
        until = time.monotonic() + within
        sockets = list(chain.from_iterable(self._sockets.values()))
        pause = min(SPREAD_SECONDS_PER_SOCKET, within / 2 / max(1, len(sockets)))
        for socket in sockets:
            _say_bye(socket, events.bye(events.CLOSE_RESTART), events.CLOSE_RESTART.code)
            await asyncio.sleep(pause)
        await asyncio.sleep(FLUSH_SECONDS)
        while self._has_audio() and time.monotonic() < until:
            await asyncio.sleep(FLUSH_SECONDS)

    def _has_audio(self) -> bool:
        return any(member.has_audio for room in self._rooms.values() for member in room.members.values())

    # --- time ---

    async def _tick_forever(self) -> None:
        while True:
            due = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self._ticks += 1
            self._measure(late=time.monotonic() - due)
            try:
                await self._tick()
            except (redis.RedisError, DatabaseError) as error:
                logger.warning("the hub could not look after its rooms: %s", error)

    def _measure(self, *, late: float) -> None:
        metrics.LOOP_LAG.observe(max(0.0, late))
        for target in TARGETS:
            lines = (member.audio.holds(target) for room in self._rooms.values() for member in room.members.values())
            metrics.HANDLES.labels(target).set(sum(lines))

    async def _tick(self) -> None:
        self._end_silent()
        self._forget_sequences()
        if time.monotonic() >= self._roll_is_due_at:
            await self._call_the_roll()
        await self.homes.tick()
        if self._ticks % RENEW_EVERY_TICKS == 0:
            await self._renew_leases()
        if self._ticks % COUNT_EVERY_TICKS == 0:
            await self._count()
        for room in [room for room in self._rooms.values() if room.dirty]:
            room.dirty = False
            await self._tell_audience(room)

    def _end_silent(self) -> None:
        now = time.monotonic()
        lease = settings.SPACES_PRESENCE_LEASE.total_seconds()
        for member in [m for room in self._rooms.values() for m in room.members.values()]:
            if member.socket is None:
                if now - member.parked_at > PARKED_SECONDS:
                    self.spawn(self.drop(member))
            elif now - member.socket.heard_at > lease:
                self._end(member, events.bye(events.CLOSE_SILENT), events.CLOSE_SILENT.code)
        for socket in list(chain.from_iterable(self._sockets.values())):
            if now - socket.heard_at > socket.silent_after:
                _say_bye(socket, events.bye(events.CLOSE_SILENT), events.CLOSE_SILENT.code)

    # --- what the database says ---

    async def _call_the_roll(self) -> None:
        """Close all connections that may not be here any more, whether or not an event said so. Raise DatabaseError;
        the next tick then tries again."""
        for room in list(self._rooms.values()):
            await self._call_the_roll_of(room)
        signs = roll_call.signs_of(list(chain.from_iterable(self._sockets.values())))
        for sign, close in (await in_thread(roll_call.are_over, signs)).items():
            self.revoke(events.revoke(sign.user_id, close, session_key=sign.session_key))
        self._roll_is_due_at = time.monotonic() + ROLL_CALL_SECONDS

    async def _call_the_roll_of(self, room: Room) -> None:
        members = dict(room.members)
        here = {connection: member.user_id for connection, member in members.items()}
        for connection, close in (await in_thread(roll_call.must_go, room.public_id, here)).items():
            member = members[connection]
            if room.members.get(connection) is member and not self._is_moving(member, close.code):
                self._end(member, events.bye(close), close.code)

    def _is_moving(self, member: Member, code: int) -> bool:
        """Tell whether the member moves away from this process, which is about to end. Its page hears the audio here
        until the new connection carries the sound."""
        return self.is_leaving and code == events.CLOSE_REPLACED.code and member.socket is None

    async def _renew_leases(self) -> None:
        now = time.monotonic()
        silences = {
            room.public_id: {m.user_id: now - m.socket.heard_at for m in room.members.values() if m.socket}
            for room in self._rooms.values()
        }
        silences = {public_id: found for public_id, found in silences.items() if found}
        if silences:
            await in_thread(presence.keep, silences)
        if self._strangers:
            await in_thread(doors.renew, {address: set(names) for address, names in self._strangers.items()})

    async def _count(self) -> None:
        """Mark Spaces whose count changed. The count must be compared, because a lease that ends causes no event."""
        counts = await in_thread(presence.counts, list(self._rooms)) if self._rooms else {}
        for public_id, count in counts.items():
            room = self._rooms.get(public_id)
            if room and room.count != count:
                room.count, room.dirty = count, True

    async def _tell_audience(self, room: Room) -> None:
        try:
            space = await in_thread(selectors.get_space, room.public_id)
        except NotFound:
            return
        audience = await in_thread(selectors.audience, space)
        if audience != room.audience:
            room.audience = audience
            await broadcast(room.sockets_of(nameless=False), events.frame(events.AudienceChanged(audience=audience)))
            # The names of listeners are shown only to people who can be seen themselves.
            if strangers := room.sockets_of(nameless=True):
                number = wire.Audience(count=audience.count, listeners=[])
                await broadcast(strangers, events.frame(events.AudienceChanged(audience=number)))

    def spawn(self, work: Awaitable[None]) -> None:
        """Run work that must not delay the caller. Its errors are logged."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def _for_ever(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` again whenever it ends. Otherwise one unexpected error would leave the process without events, and
        nothing would show why."""
        while True:
            running = asyncio.ensure_future(work())
            await asyncio.wait([running])
            logger.error("the hub starts %s again", work.__name__, exc_info=running.exception())
            await asyncio.sleep(TICK_SECONDS)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("the hub dropped a piece of work", exc_info=error)


def _say_bye(socket: Socket, frame: str | None, code: int) -> None:
    """Write the frame and close the socket. A socket that is already closed is sent nothing."""
    if frame is not None:
        socket.write(frame)
    socket.close(code)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop, and start it on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        _hubs[loop].start()
    return _hubs[loop]
