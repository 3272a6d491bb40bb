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
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import redis
from django.conf import settings
from django.db import Error as DatabaseError

from spaces import events, presence, selectors
from spaces.audio import LOOK_EVERY_SECONDS, TARGETS, GatewayWatch, capacity, switchboard
from spaces.events import Envelope, Signal, wire
from spaces.live import roll_call
from spaces.live.home_sockets import HomeSockets
from spaces.live.members import Broadcast, LocalSpace, Member, Reading
from spaces.live.open_sockets import OpenSockets
from spaces.live.reaction_batch import GATHER_SECONDS
from spaces.live.sequences import Sequences
from spaces.live.sockets import Socket, broadcast
from spaces.live.subscription import RedisSubscription
from spaces_project.common import metrics
from spaces_project.common.errors import NotFound, ProductError
from spaces_project.common.threads import in_thread, with_database

logger = logging.getLogger(__name__)

T = TypeVar("T")

PARKED_SECONDS = 30.0
TICK_SECONDS = 1.0
COUNT_EVERY_TICKS = 2
RENEW_EVERY_TICKS = 5
ROLL_CALL_SECONDS = 60.0
_GONE_FOR_GOOD = (events.CLOSE_LEFT.code, events.CLOSE_REMOVED.code, events.CLOSE_SUSPENDED.code)
_NO_CHANGES = (Signal.AUDIENCE, Signal.REACTION)
READ_FOR_SECONDS, READ_FOR_SECONDS_PER_MEMBER = 0.5, 0.002
"""In a small Space a newcomer looks for their own face, so hardly any reading is shared. In a large one many come at
once, and are told the new count within a second."""
SPREAD_SECONDS_PER_SOCKET = 0.02
"""Two processes let in about fifty people a second (docs/measurements/presence.md)."""
FLUSH_SECONDS = 0.2
RESYNC_MS_PER_SOCKET = 5
RESYNC_MS = (500, 15_000)


class Hub:
    """The sockets of one web process, the Spaces that they are in, and the audio of their connections."""

    def __init__(self) -> None:
        self.is_leaving = False
        self._rooms: dict[str, LocalSpace] = {}
        self.homes = HomeSockets(self.spawn)
        self.sockets = OpenSockets()
        self.sequences = Sequences()
        self._feed = RedisSubscription(on_envelope=self._receive, on_gap=self._resync)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticks = 0
        self._roll_is_due_at = time.monotonic() + ROLL_CALL_SECONDS

    def start(self) -> None:
        """Start the subscription to Redis and the tick. Both run until the process ends."""
        switchboard.start()
        self.spawn(self._for_ever(self._feed.run))
        self.spawn(self._for_ever(self._tick_forever))
        if len(settings.GATEWAYS) > 1:
            self.spawn(self._for_ever(self._watch_gateways))

    # --- accounts and sessions ---

    def revoke(self, envelope: Envelope) -> None:
        """Close what `events.revoke` names. Audio that waits for a socket has no session: it ends only if all sessions
        end."""
        user_ids, session_key = envelope.to or (), envelope.data
        over = {socket for socket in self.sockets.of(user_ids) if session_key in ("", socket.session_key)}
        for member in [m for room in self._rooms.values() for m in room.members.values() if m.user_id in user_ids]:
            if member.socket in over or (member.socket is None and session_key in ("", member.session_key)):
                self._end(member, envelope.frame, envelope.code)
        for socket in over:
            socket.end(envelope.frame, envelope.code)

    # --- members of Spaces ---

    async def add(self, member: Member) -> None:
        """Add the member. After the return the member misses no event. Raise redis.ConnectionError while Redis is
        away."""
        room = self._rooms.setdefault(member.public_id, LocalSpace(member.public_id))
        room.members[member.connection] = member
        await self._feed.subscribe(events.space_channel(member.public_id))

    def heard(self, public_id: str) -> int | None:
        """Return how many changes of the Space this process has heard of, or None while it does not listen. If the
        number is the same later, each change since then is still to come, and reaches the members of that time."""
        room = self._rooms.get(public_id)
        return room.heard if room else None

    def already_read(self, public_id: str) -> Any:
        """Return what `read_once` read last, if it still holds as far as this process has heard. None otherwise."""
        room = self._rooms.get(public_id)
        reading = room.reading if room else None
        if room is None or reading is None or not self._holds(room, reading) or not reading.found.done():
            return None
        return None if reading.found.cancelled() or reading.found.exception() else reading.found.result()

    async def read_once(self, public_id: str, read: Callable[[str], T]) -> T:
        """Call `read` on a database thread for all members of the Space who ask at the same time. Call it as a member.

        What was read is good for at most `READ_FOR_SECONDS`, and until the next change is heard. A change that is heard
        afterwards reaches the member, as it reaches all others.
        """
        room = self._rooms.get(public_id)
        if room is None:
            return await in_thread(read, public_id)
        if room.reading is None or not self._holds(room, room.reading):
            room.reading = Reading(time.monotonic(), room.heard, asyncio.ensure_future(in_thread(read, public_id)))
        found: T = await asyncio.shield(room.reading.found)
        return found

    def _holds(self, room: LocalSpace, reading: Reading) -> bool:
        good_for = min(READ_FOR_SECONDS, READ_FOR_SECONDS_PER_MEMBER * len(room.members))
        return reading.heard == room.heard and time.monotonic() - reading.at < good_for

    def resume(self, *, public_id: str, connection: str, user_id: int) -> Member | None:
        """Return the member that lost its socket, if its audio is still here and belongs to the same user. None
        otherwise."""
        room = self._rooms.get(public_id)
        member = room.members.get(connection) if room else None
        if member is None or member.user_id != user_id or isinstance(member, Broadcast):
            return None
        member.parked_at = time.monotonic()  # The member is not dropped while it is being resumed.
        return member

    def park(self, member: Member) -> None:
        """Keep the audio of a member that lost its socket, until the page comes back."""
        member.socket, member.parked_at = None, time.monotonic()
        if member.audio.speaks:
            self.spawn(member.audio.page_is_gone())

    def broadcast(self, *, public_id: str, connection: str, user_id: int, session_key: str) -> Broadcast:
        """Return a stream of broadcasting software, to be added. It is dropped when the gateway loses it."""
        return Broadcast(
            public_id=public_id,
            connection=connection,
            user_id=user_id,
            session_key=session_key,
            on_lost=lambda stream: self.spawn(self.drop(stream)),
        )

    async def drop(self, member: Member) -> None:
        """Take the member out of the hub, and close its audio."""
        room = self._rooms.get(member.public_id)
        if room and room.members.get(member.connection) is member:
            del room.members[member.connection]
            if not room.members:
                del self._rooms[member.public_id]
                await self._feed.unsubscribe(events.space_channel(member.public_id))
        await member.audio.close_all()

    async def hear_all_processes(self) -> None:
        """Wait until the subscription to `EVERY_PROCESS` is confirmed. After the return no event of it is missed. Raise
        redis.ConnectionError."""
        await self._feed.subscribe(events.EVERY_PROCESS)

    # --- what comes from other processes, and from this one ---

    async def _receive(self, channel: str, envelope: Envelope) -> None:
        if channel == events.EVERY_PROCESS:
            self._receive_for_all(envelope)
        elif room := self._rooms.get(channel.removeprefix(events.space_channel(""))):
            await self._receive_for_room(room, envelope)

    async def _receive_for_room(self, room: LocalSpace, envelope: Envelope) -> None:
        if envelope.signal not in _NO_CHANGES:
            room.heard += 1
        if envelope.signal == Signal.CLOSE:
            return self._close(room, envelope)
        if envelope.signal == Signal.REACTION and room.applause.take(envelope):
            self.spawn(self._show_applause(room))
        if envelope.frame is not None:
            await broadcast(self._addressed(room, envelope), envelope.frame)
            metrics.FANOUT_LAG.observe(max(0.0, time.time() - envelope.at))
        self._follow_signal(room, envelope)
        return None

    def _follow_signal(self, room: LocalSpace, envelope: Envelope) -> None:
        """Do what the signal of an envelope asks for, beside its frame."""
        if envelope.signal in (Signal.AUDIENCE, Signal.STAGE):
            room.dirty = True
        if envelope.signal == Signal.STAGE:
            self._retune(room, int(envelope.data))
        elif envelope.signal == Signal.LANES:
            self._follow_lanes(room)
        elif envelope.signal == Signal.ROLL:
            self.spawn(self._call_the_roll_of(room))
        elif envelope.signal == Signal.PLACES:
            _tell_places(room, envelope)
        elif envelope.signal == Signal.MOVED:
            self._follow_gateway(room, envelope.data)
        elif envelope.signal == Signal.CANDIDATES and (member := room.members.get(envelope.spare)):
            self.spawn(_pass_on_candidates(member, envelope.data.split("\n")))

    def _receive_for_all(self, envelope: Envelope) -> None:
        if envelope.signal == Signal.REVOKE:
            self.revoke(envelope)
        else:
            self.homes.take(envelope)

    def _addressed(self, room: LocalSpace, envelope: Envelope) -> list[Socket]:
        if envelope.to is not None:
            members_to = set(envelope.to)
            return [m.socket for m in room.members.values() if m.user_id in members_to and m.socket]
        if envelope.but:
            left_out = set(envelope.but)
            return [m.socket for m in room.members.values() if m.user_id not in left_out and m.socket]
        return room.sockets()

    def _close(self, room: LocalSpace, envelope: Envelope) -> None:
        people = None if envelope.to is None else set(envelope.to)
        leaving = [
            member
            for member in room.members.values()
            if (people is None or member.user_id in people)
            and member.connection != envelope.spare
            and not (isinstance(member, Broadcast) and envelope.code == events.CLOSE_REPLACED.code)
        ]
        for member in [member for member in leaving if not self._is_moving(member, envelope.code)]:
            self._end(member, envelope.frame, envelope.code)

    def _end(self, member: Member, frame: str | None, code: int) -> None:
        socket, member.socket = member.socket, None
        if socket is not None:
            socket.end(frame, code)
        if code in _GONE_FOR_GOOD:
            self.spawn(in_thread(presence.forget, member.public_id, member.user_id))
        self.spawn(self.drop(member))

    async def _show_applause(self, room: LocalSpace) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        await broadcast(room.sockets(), events.frame(room.applause.hand_out()))

    def _retune(self, room: LocalSpace, open_microphones: int) -> None:
        for member in room.members.values():
            if member.audio.speaks:
                self.spawn(member.audio.retune(open_microphones))

    def _follow_lanes(self, room: LocalSpace) -> None:
        for member in room.members.values():
            if member.audio.speaks:
                self.spawn(member.audio.follow_lane())

    def _follow_gateway(self, room: LocalSpace, gateway: str) -> None:
        """Leave the gateways that the Space is not on, once for each move."""
        if room.gateway != gateway:
            room.gateway = gateway
            for member in room.members.values():
                member.audio.keep_to(gateway)

    async def _resync(self) -> None:
        """Recover after events were missed while Redis was away: pages ask for a snapshot, and the hub asks the
        database who may still be here."""
        self._roll_is_due_at = 0.0
        for room in list(self._rooms.values()):
            least, most = RESYNC_MS
            within = min(max(least, RESYNC_MS_PER_SOCKET * len(room.members)), most)
            await broadcast(room.sockets(), events.frame(events.Resync(within_ms=within)))
            room.dirty = True
            room.heard += 1
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
        for stream in self._broadcasts():  # the software connects again, to another process
            await self.drop(stream)
        until = time.monotonic() + within
        sockets = self.sockets.all()
        pause = min(SPREAD_SECONDS_PER_SOCKET, within / 2 / max(1, len(sockets)))
        for socket in sockets:
            socket.end_for(events.CLOSE_RESTART)
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

    async def _watch_gateways(self) -> None:
        """Move the Spaces of gateways that die. Every process looks, and the first one to see it moves them."""
        watch = GatewayWatch()
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                await asyncio.to_thread(with_database, watch.look)  # it may wait: not on a thread that commands need
            except (redis.RedisError, DatabaseError) as error:
                logger.warning("the gateways are not watched: %s", error)

    async def _tick(self) -> None:
        self._end_silent()
        self.sequences.forget()
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
                if not isinstance(member, Broadcast) and now - member.parked_at > PARKED_SECONDS:
                    self.spawn(self.drop(member))
            elif now - member.socket.heard_at > lease:
                self._end(member, events.bye(events.CLOSE_SILENT), events.CLOSE_SILENT.code)
        for stream in [stream for stream in self._broadcasts() if stream.is_overdue(now)]:
            self.spawn(self.drop(stream))
        for socket in self.sockets.all():
            if now - socket.heard_at > socket.silent_after:
                socket.end_for(events.CLOSE_SILENT)

    # --- what the database says ---

    async def _call_the_roll(self) -> None:
        """Close all connections that may not be here any more, whether or not an event said so. Raise DatabaseError;
        the next tick then tries again."""
        for room in list(self._rooms.values()):
            await self._call_the_roll_of(room)
        signs = roll_call.signs_of(self.sockets.all(), self._broadcasts())
        for sign, close in (await in_thread(roll_call.are_over, signs)).items():
            self.revoke(events.revoke(sign.user_id, close, session_key=sign.session_key))
        await in_thread(capacity.renew)
        self._roll_is_due_at = time.monotonic() + ROLL_CALL_SECONDS

    async def _call_the_roll_of(self, room: LocalSpace) -> None:
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
        streams = [stream for stream in self._broadcasts() if stream.is_up]
        for stream in streams:  # a person who is heard is here, with or without a page
            silences[stream.public_id][stream.user_id] = 0.0
        if streams:
            await in_thread(presence.renew_broadcasts, [stream.connection for stream in streams])
        silences = {public_id: found for public_id, found in silences.items() if found}
        if silences:
            await in_thread(presence.renew_since, silences)
        await self.sockets.renew_anonymous()

    def _broadcasts(self) -> list[Broadcast]:
        return [stream for room in self._rooms.values() for stream in room.broadcasts()]

    async def _count(self) -> None:
        """Mark Spaces whose count changed. The count must be compared, because a lease that ends causes no event."""
        counts = await in_thread(presence.counts, list(self._rooms)) if self._rooms else {}
        for public_id, count in counts.items():
            room = self._rooms.get(public_id)
            if room and room.count != count:
                room.count, room.dirty = count, True

    async def _tell_audience(self, room: LocalSpace) -> None:
        known = room.gateway
        try:
            space = await in_thread(selectors.get_space, room.public_id)
        except NotFound:
            return
        if room.gateway == known:  # the message of a move was perhaps missed; if it came meanwhile, the row is older
            self._follow_gateway(room, space.gateway)
        audience = await in_thread(selectors.audience, space)
        if audience != room.audience:
            room.audience = audience
            room.reading = None  # A member who gets an older count would never be told the new one.
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


async def _pass_on_candidates(member: Member, candidates: list[str]) -> None:
    """Tell the gateway of ICE candidates that were checked. What the gateway refuses costs this stream alone."""
    with contextlib.suppress(ProductError):
        for candidate in candidates:
            await member.audio.candidate("speak", {"candidate": candidate, "sdpMLineIndex": 0})


def _tell_places(room: LocalSpace, envelope: Envelope) -> None:
    """Tell each person who waits their own place in the queue."""
    places = {user_id: place for place, user_id in enumerate(envelope.to or (), start=1)}
    for member in room.members.values():
        if member.socket is not None and member.user_id in places:
            place = events.QueuePlace(queue_seq=envelope.code, place=places[member.user_id])
            member.socket.write(events.frame(place))


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """Return the hub of the running event loop, and start it on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        _hubs[loop].start()
    return _hubs[loop]
