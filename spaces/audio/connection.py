"""Manage the audio of one browser connection: at most one peer connection to listen and one to speak.

A new peer connection replaces an old one only once the gateway reports it up, so a rebuilt connection has no gap. All
methods are called on the web server's loop. The gateway's own loop talks to the gateway.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from django.utils.translation import gettext as _

from spaces.audio import talking
from spaces.audio.follow import follow
from spaces.audio.gateways import mountpoint_credentials, pool, room_credentials
from spaces.audio.lanes import IDLE, group_of
from spaces.audio.listeners import capacity
from spaces.audio.rooms import open_room, voice_volume
from spaces.audio.switchboard import Party, switchboard
from spaces.events import AudioLost, AudioReady, Event, carried, publish, space_channel
from spaces.gateway import sdp as descriptions
from spaces.gateway.errors import GatewayError, InvalidSdp, NoSuchMountpoint, NoSuchRoom
from spaces.gateway.handle import Handle
from spaces.gateway.pool import Call, Gateway
from spaces.models.tokens import new_listener_id
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
"""Longer than the gateway needs to report that packets have stopped: up to 2.6 s were measured."""
_OPENING_TRIES = 20
_OPENING_PAUSE_SECONDS = 0.1


@dataclass
class PeerPair:
    """The peer connections of one target: the one that carries the audio, and the one that will replace it."""

    current: Handle | None = None
    coming: Handle | None = None

    @property
    def newest(self) -> Handle | None:
        """Return the handle to ask: the coming one if there is one."""
        return self.coming or self.current

    def holds(self, opaque_id: str) -> bool:
        return any(handle.opaque_id == opaque_id for handle in self.handles())

    def handles(self) -> list[Handle]:
        return [handle for handle in (self.current, self.coming) if handle is not None]


@dataclass
class ConnectionAudio(Party):
    """The audio of one connection of a page. `on_event` is called on the loop that made this object."""

    public_id: str
    user_id: int
    connection: str
    on_event: Callable[[Event], None]
    _lines: dict[Target, PeerPair] = field(default_factory=lambda: {target: PeerPair() for target in TARGETS})
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _closed: bool = False
    _space_id: int | None = None
    """The Space's database id. It is set with the first microphone."""
    _lane_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _lane_asked: bool = False
    _carried: dict[str, int | None] = field(default_factory=dict)
    """The caption lane of each handle, by its opaque id. A handle that is missing here has no lane."""
    _trickled: dict[str, int] = field(default_factory=dict)
    """The number of candidates that came one by one for each handle, by its opaque id."""
    _asked_at: dict[str, float] = field(default_factory=dict)
    """The time at which the audio of each handle was asked for, by its opaque id, until the handle is up."""

    @property
    def speaks(self) -> bool:
        return self._lines["speak"].newest is not None

    async def page_is_gone(self) -> None:
        """Show this voice as silent after its socket has closed, until the gateway had time to report whether the audio
        stopped too. Takes `DOUBT_SECONDS`."""
        handle = self._lines["speak"].newest
        if handle is not None:
            await in_thread(switchboard.doubt, handle.opaque_id)
            await asyncio.sleep(DOUBT_SECONDS)
            await in_thread(switchboard.trust_again, handle.opaque_id)

    def holds(self, target: Target) -> int:
        """Return the number of peer connections of this target: two while one replaces another."""
        return len(self._lines[target].handles())

    async def listen(self, mix: Mix, *, is_preferred: bool = True) -> str:
        """Return the gateway's SDP offer for the room's sound. Raise `try_again` while the gateway is away, and
        `gateway_full` if it has no room for a listener who is not preferred: the sound is there over HTTP."""
        asked_at = time.monotonic()
        if not await in_thread(capacity.take, mix.gateway, self.connection, is_preferred=is_preferred):
            raise Conflict("gateway_full", _("There are too many listeners for this way. Listen over HTTP."))
        try:
            handle, offer = await self._ask(mix.gateway, lambda gateway: _watch(gateway, mix, new_listener_id()))
            await self._keep("listen", handle, asked_at)
        except BaseException:
            if self._lines["listen"].newest is None:
                await in_thread(capacity.give_back, self.connection)
            raise
        return offer

    async def answer(self, sdp: str) -> None:
        """Pass on the browser's SDP answer to the newest offer. Raise `bad_sdp` or `no_offer`."""
        sdp = _checked(descriptions.check_answer, sdp)
        handle = self._lines["listen"].newest
        if handle is None:
            raise Conflict("no_offer", _("Ask for an offer with audio.listen first."))
        await self._ask(handle.gateway, lambda gateway: gateway.streaming.start(handle, answer=sdp))

    async def speak(self, mix: Mix, *, mixer_id: str, muted: bool, sdp: str) -> str:
        """Bring a microphone into the mixer and return the gateway's SDP answer. The database must know `mixer_id`
        already. Raise `bad_sdp` or `try_again`."""
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
        """Pass on one ICE candidate, or leave it out if the gateway should not send packets to it. Raise `bad_sdp` or
        `no_connection`."""
        checked = None if candidate is None else _checked(descriptions.check_candidate, candidate)
        handle = self._lines[target].newest
        if handle is None:
            raise Conflict("no_connection", _("There is no such audio connection."))
        self._count_candidate(handle)
        if checked != {}:
            await self._ask(handle.gateway, lambda gateway: handle.trickle(checked))

    def _count_candidate(self, handle: Handle) -> None:
        """Refuse more candidates, one by one, than a whole description may have. The gateway sends packets to each of
        them."""
        self._trickled[handle.opaque_id] = number = self._trickled.get(handle.opaque_id, 0) + 1
        if number > descriptions.MAX_CANDIDATES:
            raise BadInput("bad_sdp", _("There are too many candidates."), reason="too_many_candidates")

    async def close(self, target: Target) -> None:
        """Close this target's peer connections. May be called again."""
        line = self._lines[target]
        handles, line.current, line.coming = line.handles(), None, None
        if target == "listen":  # before the gateway is told, which may hang: the page may ask for a new place meanwhile
            await in_thread(capacity.give_back, self.connection)
        for handle in handles:
            await self._drop(handle)
        if target == "speak" and handles:
            await self._fall_silent()

    async def _fall_silent(self) -> None:
        """Report this user as silent. The mixer does not report it when a talking participant is taken out."""
        await in_thread(talking.heard, self.public_id, self.user_id, talking=False)

    async def close_all(self) -> None:
        """Close every peer connection, and accept no new one."""
        self._closed = True
        for target in TARGETS:
            await self.close(target)

    def keep_to(self, gateway: str) -> None:
        """Give up what is connected to another gateway, because the Space has moved to this one. The page is told, and
        asks again."""
        for line in self._lines.values():
            if line.newest is not None and line.newest.gateway != gateway:
                self._down(line.newest.opaque_id)

    async def retune(self, open_microphones: int) -> None:
        """Set the volume of this voice so that all voices that may talk at once fit into the mix. If the gateway does
        not answer, ignore it: a closing connection needs no volume, and a new one has it from the start."""
        handle = self._lines["speak"].newest
        if handle is not None:
            volume = voice_volume(open_microphones)
            with contextlib.suppress(TryAgain):
                await self._ask(handle.gateway, lambda gateway: gateway.bridge.configure(handle, volume=volume))

    async def follow_lane(self) -> None:
        """Move the voice to the lane that the database names, and publish where it is. A call that comes while another
        one runs is served by the running one. If the gateway cannot be told now, the next change or roll call tells
        it."""
        self._lane_asked = True
        async with self._lane_lock:
            while self._lane_asked:
                self._lane_asked = False
                for handle in self._lines["speak"].handles():
                    with contextlib.suppress(TryAgain):
                        await self._carry(handle)

    async def _carry(self, handle: Handle) -> None:
        """Move one handle to its lane with at most one call. An older handle of the same microphone is no longer in the
        database, so it goes to the idle group."""
        lane = await in_thread(lane_of, public_id=self.public_id, mixer_id=handle.opaque_id)
        if self._carried.get(handle.opaque_id) != lane:
            group = group_of(lane)
            await self._ask(handle.gateway, lambda gateway: gateway.bridge.configure(handle, group=group))
            self._carried[handle.opaque_id] = lane
        await in_thread(publish, space_channel(self.public_id), carried(handle.opaque_id, lane))

    # --- what the gateway reports, on its relay thread ---

    def went_up(self, opaque_id: str) -> None:
        """Pass a report on to the web server's loop."""
        self._loop.call_soon_threadsafe(self._up, opaque_id)

    def went_down(self, opaque_id: str) -> None:
        """Pass a report on to the web server's loop."""
        self._loop.call_soon_threadsafe(self._down, opaque_id)

    # --- the same reports, on the web server's loop ---

    def _up(self, opaque_id: str) -> None:
        for target, line in self._lines.items():
            if line.coming is not None and line.coming.opaque_id == opaque_id:
                old, line.current, line.coming = line.current, line.coming, None
                if old is not None:
                    self._loop.create_task(self._drop(old))
                    if target == "speak":  # the mixer reports talk again for the new one
                        self._loop.create_task(self._fall_silent())
            if line.holds(opaque_id):
                if asked_at := self._asked_at.pop(opaque_id, None):
                    metrics.FIRST_SOUND.labels(target).observe(time.monotonic() - asked_at)
                self.on_event(AudioReady(target=target))
                if target == "speak" and self._space_id is not None:
                    follow(self._space_id)  # remove the connection of another process that this one replaces

    def _down(self, opaque_id: str) -> None:
        for target, line in self._lines.items():
            newest = line.newest
            if newest is None or not line.holds(opaque_id):
                continue
            if newest.opaque_id == opaque_id:
                self._loop.create_task(self.close(target))
                self.on_event(AudioLost(targets=[target]))

    async def _keep(self, target: Target, handle: Handle, asked_at: float) -> None:
        if self._closed:  # the user left, or was removed, while the gateway answered
            await self._drop(handle)
            raise Conflict("replaced", _("This connection has no audio any more."))
        line = self._lines[target]
        superseded, line.coming = line.coming, handle
        self._asked_at[handle.opaque_id] = asked_at
        switchboard.register(handle.opaque_id, self, gateway=handle.gateway)
        if superseded is not None:
            await self._drop(superseded)

    async def _drop(self, handle: Handle) -> None:
        switchboard.forget(handle.opaque_id)
        self._carried.pop(handle.opaque_id, None)
        self._asked_at.pop(handle.opaque_id, None)
        self._trickled.pop(handle.opaque_id, None)
        await pool().run_async(handle.gateway, lambda gateway: handle.detach())

    async def _ask(self, gateway: str, call: Call[T]) -> T:
        try:
            return await pool().run_async(gateway, call)
        except InvalidSdp as error:
            raise BadInput("bad_sdp", _("The gateway cannot use this description.")) from error
        except GatewayError as error:
            raise TryAgain("gateway_away", _("Audio is temporarily unavailable. Try again."), retry_after=1) from error


async def _watch(gateway: Gateway, mix: Mix, listener: str) -> tuple[Handle, str]:
    """Attach a listener to the mountpoint. Return its handle and the gateway's SDP offer. A Space or a gateway that has
    just started may have no mountpoint yet, so open it and try again."""
    pin = mountpoint_credentials(mix.room).pin
    handle = await gateway.streaming.attach(listener=listener)
    try:
        for _try in range(_OPENING_TRIES):
            try:
                return handle, await gateway.streaming.watch(handle, mountpoint=mix.room, pin=pin)
            except NoSuchMountpoint:
                await open_room(gateway, mix.room, lanes=mix.captions, capture=mix.capture)
                await asyncio.sleep(_OPENING_PAUSE_SECONDS)
        raise TryAgain("gateway_away", _("Audio is temporarily unavailable. Try again."), retry_after=1)
    except BaseException:
        await handle.detach()
        raise


async def _enter(
    gateway: Gateway, mix: Mix, mixer_id: str, offer: str, *, muted: bool, volume: int
) -> tuple[Handle, str]:
    """Join the mixer room, and open the room if it is missing. The second try has a new handle: a refused one is of no
    further use, see `AudioBridge.join`."""
    try:
        return await _join(gateway, mix, mixer_id, offer, muted=muted, volume=volume)
    except NoSuchRoom:
        await open_room(gateway, mix.room, lanes=mix.captions, capture=mix.capture)
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
        raise BadInput("bad_sdp", _(error.text).format(**error.values), reason=error.code) from error
