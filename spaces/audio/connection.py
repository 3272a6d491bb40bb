"""The audio of one browser connection: at most one peer connection to listen and one to speak.

A new peer connection takes the place of an old one only once the gateway reports it up, so that a rebuilt connection
has no gap. All methods are called on the web server's loop; the gateway's own loop does the talking to the gateway.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from spaces.audio import talking
from spaces.audio.follow import follow
from spaces.audio.gateways import mountpoint_credentials, pool, room_credentials
from spaces.audio.lanes import IDLE, group_of
from spaces.audio.rooms import open_room, voice_volume
from spaces.audio.switchboard import Party, switchboard
from spaces.events import AudioLost, AudioReady, Event, carried, publish, space_channel
from spaces.gateway import sdp as descriptions
from spaces.gateway.errors import GatewayError, InvalidSdp, NoSuchMountpoint, NoSuchRoom
from spaces.gateway.handle import Handle
from spaces.gateway.pool import Call, Gateway
from spaces.ids import new_listener_id
from spaces.selectors import Mix, lane_of
from spaces_project.common import metrics
from spaces_project.common.errors import BadInput, Conflict, TryAgain
from spaces_project.common.threads import in_thread

T = TypeVar("T")
V = TypeVar("V")
R = TypeVar("R")
Target = Literal["listen", "speak"]
TARGETS: Final[tuple[Target, ...]] = ("listen", "speak")

DOUBT_SECONDS = 3.5
"""Longer than the gateway needs to say that packets cease: 2.6 s were seen."""
_OPENING_TRIES = 20
_OPENING_PAUSE_SECONDS = 0.1


@dataclass
class Line:
    """The peer connections of one target: the one that carries the audio, and the one that is to replace it."""

    current: Handle | None = None
    coming: Handle | None = None

    @property
    def newest(self) -> Handle | None:
        return self.coming or self.current

    def holds(self, opaque_id: str) -> bool:
        return any(handle.opaque_id == opaque_id for handle in self.handles())

    def handles(self) -> list[Handle]:
        return [handle for handle in (self.current, self.coming) if handle is not None]


@dataclass
class ConnectionAudio(Party):
    """`on_event` is called on the loop that made this object."""

    public_id: str
    user_id: int
    connection: str
    on_event: Callable[[Event], None]
    _lines: dict[Target, Line] = field(default_factory=lambda: {target: Line() for target in TARGETS})
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _closed: bool = False
    _space_id: int | None = None
    """Known with the first microphone."""
    _lane_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lane_asked: bool = False
    _carried: dict[str, int | None] = field(default_factory=dict)
    """Which lane each handle is in, by its opaque id; not there: none."""
    _trickled: dict[str, int] = field(default_factory=dict)
    """How many candidates came one by one for each handle, by its opaque id."""
    _asked_at: dict[str, float] = field(default_factory=dict)
    """When the audio of each handle that is not up yet was asked for, by its opaque id."""

    @property
    def speaks(self) -> bool:
        return self._lines["speak"].newest is not None

    async def page_is_gone(self) -> None:
        """Its socket is closed: nobody is heard to talk until it is known whether the voice is gone, too."""
        handle = self._lines["speak"].newest
        if handle is not None:
            await in_thread(switchboard.doubt, handle.opaque_id)
            await asyncio.sleep(DOUBT_SECONDS)
            await in_thread(switchboard.trust_again, handle.opaque_id)

    def holds(self, target: Target) -> int:
        """How many peer connections: two while one takes the place of another."""
        return len(self._lines[target].handles())

    async def listen(self, mix: Mix) -> str:
        """The gateway's offer. Raises `try_again` while the gateway is away."""
        asked_at = time.monotonic()
        handle, offer = await self._ask(mix.gateway, lambda gateway: _watch(gateway, mix, new_listener_id()))
        await self._keep("listen", handle, asked_at)
        return offer

    async def answer(self, sdp: str) -> None:
        """The browser's answer to the newest offer. Errors: `bad_sdp`, `no_offer`."""
        sdp = _checked(descriptions.check_answer, sdp)
        handle = self._lines["listen"].newest
        if handle is None:
            raise Conflict("no_offer", "Ask for an offer with audio.listen first.")
        await self._ask(None, lambda gateway: gateway.streaming.start(handle, answer=sdp))

    async def speak(self, mix: Mix, *, mixer_id: str, muted: bool, sdp: str) -> str:
        """The gateway's answer. The database already knows `mixer_id`. Errors: `bad_sdp`, `try_again`."""
        sdp = _checked(descriptions.check_offer, sdp)
        asked_at = time.monotonic()
        self._space_id = mix.space_id
        volume = voice_volume(mix.open_microphones)
        handle, answer = await self._ask(
            mix.gateway, lambda gateway: _enter(gateway, mix, mixer_id, sdp, muted=muted, volume=volume)
        )
        await self._keep("speak", handle, asked_at)
        return descriptions.prefer_voice(answer)

    async def candidate(self, target: Target, candidate: dict[str, object] | None) -> None:
        """Pass one on, or leave it out where the gateway should not send to it. Errors: `bad_sdp`, `no_connection`."""
        checked = None if candidate is None else _checked(descriptions.check_candidate, candidate)
        handle = self._lines[target].newest
        if handle is None:
            raise Conflict("no_connection", "There is no such audio connection.")
        self._count_candidate(handle)
        if checked != {}:
            await self._ask(None, lambda gateway: handle.trickle(checked))

    def _count_candidate(self, handle: Handle) -> None:
        """The gateway sends packets to each: a connection may name as many one by one as in its description."""
        self._trickled[handle.opaque_id] = number = self._trickled.get(handle.opaque_id, 0) + 1
        if number > descriptions.MAX_CANDIDATES:
            raise BadInput("bad_sdp", "There are too many candidates.", reason="too_many_candidates")

    async def close(self, target: Target) -> None:
        """Give this target's peer connections up. May be called again."""
        line = self._lines[target]
        handles, line.current, line.coming = line.handles(), None, None
        for handle in handles:
            await self._drop(handle)
        if target == "speak" and handles:
            await self._fall_silent()

    async def _fall_silent(self) -> None:
        """The mixer says no word of it when somebody who talks is taken out of it."""
        await in_thread(talking.heard, self.public_id, self.user_id, talking=False)

    async def close_all(self) -> None:
        self._closed = True
        for target in TARGETS:
            await self.close(target)

    async def retune(self, open_microphones: int) -> None:
        """As many voices as may talk at once must fit into the mix. A line that is on its way out needs no volume, and
        one that is made anew has it from the start: not being able to is no failure."""
        handle = self._lines["speak"].newest
        if handle is not None:
            volume = voice_volume(open_microphones)
            with contextlib.suppress(TryAgain):
                await self._ask(None, lambda gateway: gateway.bridge.configure(handle, volume=volume))

    async def follow_lane(self) -> None:
        """Bring the voice to the lane that the database names, and tell where it is. What is asked meanwhile is seen by
        whoever is at it; a lane that cannot be told to the gateway now is told with the next change, or roll call."""
        self._lane_asked = True
        async with self._lane_lock:
            while self._lane_asked:
                self._lane_asked = False
                for handle in self._lines["speak"].handles():
                    with contextlib.suppress(TryAgain):
                        await self._carry(handle)

    async def _carry(self, handle: Handle) -> None:
        """At most one call. An older handle of the same microphone is not in the database any more: it goes idle."""
        lane = await in_thread(lane_of, public_id=self.public_id, mixer_id=handle.opaque_id)
        if self._carried.get(handle.opaque_id) != lane:
            group = group_of(lane)
            await self._ask(None, lambda gateway: gateway.bridge.configure(handle, group=group))
            self._carried[handle.opaque_id] = lane
        await in_thread(publish, space_channel(self.public_id), carried(handle.opaque_id, lane))

    # --- what the gateway says, on its relay thread ---

    def went_up(self, opaque_id: str) -> None:
        self._loop.call_soon_threadsafe(self._up, opaque_id)

    def went_down(self, opaque_id: str) -> None:
        self._loop.call_soon_threadsafe(self._down, opaque_id)

    # --- the same, on our loop ---

    def _up(self, opaque_id: str) -> None:
        for target, line in self._lines.items():
            if line.coming is not None and line.coming.opaque_id == opaque_id:
                old, line.current, line.coming = line.current, line.coming, None
                if old is not None:
                    self._loop.create_task(self._drop(old))
                    if target == "speak":  # the new one is heard anew
                        self._loop.create_task(self._fall_silent())
            if line.holds(opaque_id):
                if asked_at := self._asked_at.pop(opaque_id, None):
                    metrics.FIRST_SOUND.labels(target).observe(time.monotonic() - asked_at)
                self.on_event(AudioReady(target=target))
                if target == "speak" and self._space_id is not None:
                    follow(self._space_id)  # puts out the connection, of another process, whose place this one takes

    def _down(self, opaque_id: str) -> None:
        for target, line in self._lines.items():
            newest = line.newest
            if newest is None or not line.holds(opaque_id):
                continue
            if newest.opaque_id == opaque_id:
                self._loop.create_task(self.close(target))
                self.on_event(AudioLost(targets=[target]))

    async def _keep(self, target: Target, handle: Handle, asked_at: float) -> None:
        if self._closed:  # the person left, or was put out, while the gateway was asked
            await self._drop(handle)
            raise Conflict("replaced", "This connection has no audio any more.")
        line = self._lines[target]
        superseded, line.coming = line.coming, handle
        self._asked_at[handle.opaque_id] = asked_at
        switchboard.register(handle.opaque_id, self)
        if superseded is not None:
            await self._drop(superseded)

    async def _drop(self, handle: Handle) -> None:
        switchboard.forget(handle.opaque_id)
        self._carried.pop(handle.opaque_id, None)
        self._asked_at.pop(handle.opaque_id, None)
        self._trickled.pop(handle.opaque_id, None)
        await pool().run_async("default", lambda gateway: handle.detach())

    async def _ask(self, gateway: str | None, call: Call[T]) -> T:
        try:
            return await pool().run_async(gateway or "default", call)
        except InvalidSdp as error:
            raise BadInput("bad_sdp", "The gateway cannot use this description.") from error
        except GatewayError as error:
            raise TryAgain("gateway_away", "Audio is temporarily unavailable. Try again.", retry_after=1) from error


async def _watch(gateway: Gateway, mix: Mix, listener: str) -> tuple[Handle, str]:
    """A Space that has just started, or a gateway that has, may not have its mountpoint yet: open it, and wait."""
    pin = mountpoint_credentials(mix.room).pin
    handle = await gateway.streaming.attach(listener=listener)
    try:
        for _ in range(_OPENING_TRIES):
            try:
                return handle, await gateway.streaming.watch(handle, mountpoint=mix.room, pin=pin)
            except NoSuchMountpoint:
                await open_room(gateway, mix.room, lanes=mix.captions)
                await asyncio.sleep(_OPENING_PAUSE_SECONDS)
        raise TryAgain("gateway_away", "Audio is temporarily unavailable. Try again.", retry_after=1)
    except BaseException:
        await handle.detach()
        raise


async def _enter(
    gateway: Gateway, mix: Mix, mixer_id: str, offer: str, *, muted: bool, volume: int
) -> tuple[Handle, str]:
    """With a new handle for the second try: a refused one is of no further use, see `AudioBridge.join`."""
    try:
        return await _join(gateway, mix, mixer_id, offer, muted=muted, volume=volume)
    except NoSuchRoom:
        await open_room(gateway, mix.room, lanes=mix.captions)
        return await _join(gateway, mix, mixer_id, offer, muted=muted, volume=volume)


async def _join(
    gateway: Gateway, mix: Mix, mixer_id: str, offer: str, *, muted: bool, volume: int
) -> tuple[Handle, str]:
    handle = await gateway.bridge.attach(participant=mixer_id)
    pin = room_credentials(mix.room).pin
    group = IDLE if mix.captions else None
    try:
        answer = await gateway.bridge.join(
            handle,
            room=mix.room,
            pin=pin,
            participant=mixer_id,
            offer=offer,
            muted=muted,
            volume=volume,
            group=group,
        )
    except BaseException:
        await handle.detach()
        raise
    return handle, answer


def _checked(check: Callable[[V], R], value: V) -> R:
    try:
        return check(value)
    except descriptions.BadSdp as error:
        raise BadInput("bad_sdp", error.message, reason=error.code) from error
