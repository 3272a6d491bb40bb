"""The recorder: packs the sound of every Space that is recorded, and makes replays of those that are over.

Several recorders may run. Each recording has one at a time, by a lease in Redis. A recorder must run where it sees the
files of the gateway. A recorder that dies loses nothing: the gateway goes on writing, and the next one starts where the
packed sound ends.
"""

import asyncio
import contextlib
import errno
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils import timezone

from spaces import events, placement, services
from spaces.audio import talking
from spaces.events import Envelope
from spaces.live.space_holder import AWAY, SpaceHolder
from spaces.models import Incarnation, Recording
from spaces.recordings.capture import NotACapture
from spaces.recordings.packer import Packer, Part
from spaces.recordings.room import obstacle_to_recording
from spaces.states import RecordingState, StopReason
from spaces_project.common import heartbeat
from spaces_project.common.errors import ProductError
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.5
FINISHING_TICK_SECONDS: Final = 0.1
QUIET_SECONDS: Final = 0.5
"""A file of the gateway that does not grow for this long after the end is complete: it is 0.41 s behind at most."""
ROOM_EVERY_SECONDS: Final = 5.0
"""How often a recording is asked whether there is still room for it. It grows by 25 kB in that time."""
FINISHED_WITHIN_SECONDS: Final = 10.0
"""A gateway that does not hear of the end writes on. After this time the rest is not waited for."""
TALK_DELAY: Final = timedelta(milliseconds=100)
"""The mixer says 150 ms after the first sound that a person talks, and 200 ms after the last one that they are silent.
A mute is told at once. This keeps both ends of a turn within 100 ms (tests/journeys/test_replay.py)."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


class Held:
    """A recording of this recorder."""

    def __init__(self, recording: Recording, epoch: int) -> None:
        space = recording.space
        self.id, self.epoch, self.public_id = recording.pk, epoch, space.public_id
        self.space = space
        self.packer = Packer(
            home=recording.home, capture_home=recording.capture_home, started_at=space.started_at or timezone.now()
        )
        self.ended_at: float | None = None
        """When this process learnt of the end, on its monotonic clock."""
        self.grew_at = time.monotonic()
        self.room_at = 0.0
        """When it was asked last whether there is room."""

    @property
    def is_complete(self) -> bool:
        """Return whether the Space is over, and the gateway's file has not grown since."""
        if self.ended_at is None:
            return False
        now = time.monotonic()
        is_quiet = now - max(self.grew_at, self.ended_at) >= QUIET_SECONDS
        return is_quiet or now - self.ended_at >= FINISHED_WITHIN_SECONDS


class Recorder(SpaceHolder[Recording, Held]):
    """Packs and finishes recordings."""

    kind = "recordings:recorder"

    def __init__(self) -> None:
        super().__init__()
        self._wake = asyncio.Event()

    async def _after_tick(self) -> None:
        for held in list(self._held.values()):
            await self._advance(held)
        ending = any(held.ended_at is not None for held in self._held.values())
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISHING_TICK_SECONDS if ending else TICK_SECONDS):
                await self._wake.wait()

    # --- which recordings ---

    def _wanted(self) -> Mapping[str, Recording]:
        found = Recording.objects.open().filter(placement.taken_here("space__gateway"))
        return {recording.space.public_id: recording for recording in found.select_related("space")}

    def _mark(self) -> None:
        heartbeat.leave(heartbeat.RECORDER)

    def _update(self, held: Held, wanted: Recording) -> None:
        if wanted.state == RecordingState.FINISHING and held.ended_at is None:
            held.ended_at = time.monotonic()

    async def _take(self, wanted: Recording) -> None:
        public_id = wanted.space.public_id
        try:
            held = await in_thread(_take_over, wanted)
        except OSError as error:
            logger.warning("the recording of Space %s cannot be packed: %s", public_id, error)
            await in_thread(_stop, public_id, error)
            return
        self._update(held, wanted)
        self._held[public_id] = held
        await self._subscribe(public_id)
        await self._talk(held, await in_thread(talking.now_talking, public_id), timezone.now())
        logger.info("the recording of Space %s is packed here", public_id)

    async def _let_go(self, held: Held, why: str) -> None:
        logger.info("the recording of Space %s is not packed here any more: %s", held.public_id, why)

    # --- sound ---

    async def _advance(self, held: Held) -> None:
        try:
            await in_thread(_pack, held)
        except services.RecorderReplaced:
            await self._give_up(held.public_id, why="another recorder took it")
        except OSError as error:
            logger.warning("the recording of Space %s stops: %s", held.public_id, error)
            await in_thread(_stop, held.public_id, error)
        except AWAY as error:
            logger.warning("the recording of Space %s does not follow yet: %s", held.public_id, error)
        except Exception:  # one broken recording must not end those of all others
            logger.exception("the recording of Space %s does not follow", held.public_id)

    # --- who talks ---

    async def _hear(self, held: Held, envelope: Envelope) -> None:
        if envelope.frame is None:
            return
        if (user_ids := events.talkers_in(envelope.frame)) is not None:
            at = datetime.fromtimestamp(envelope.at, UTC) if envelope.at else timezone.now()
            await self._talk(held, user_ids, at - TALK_DELAY)
        elif envelope.frame.startswith('{"type":"space.ended"'):
            self._wake.set()

    async def _hear_again(self) -> None:
        for held in list(self._held.values()):
            await self._talk(held, await in_thread(talking.now_talking, held.public_id), timezone.now())

    async def _talk(self, held: Held, user_ids: list[str], at: datetime) -> None:
        try:
            await in_thread(
                services.follow_talk, held.id, epoch=held.epoch, user_ids=[int(user) for user in user_ids], at=at
            )
        except services.RecorderReplaced:
            pass  # the other one hears it, too
        except AWAY as error:
            logger.warning("who talks in Space %s is not stored: %s", held.public_id, error)


def _take_over(recording: Recording) -> Held:
    return Held(recording, services.take_over(recording))


def _pack(held: Held) -> None:
    """Pack what is new, and finish the recording if it is complete. It runs on a thread."""
    _stop_without_room(held)
    parts = [Part(*times) for times in _stretches(held)]
    before = held.packer.duration_ms
    if held.packer.advance(parts, now_ms=held.space.clock_ms(timezone.now())):
        held.grew_at = time.monotonic()
    if held.is_complete:
        _finish(held, parts)
    elif held.packer.duration_ms != before:
        _store_progress(held)


def _stretches(held: Held) -> list[tuple[int, int | None]]:
    recording = Recording(pk=held.id)
    return list(recording.stretches.order_by("starts_ms").values_list("starts_ms", "ends_ms"))


def _store_progress(held: Held) -> None:
    packer = held.packer
    found = [
        Incarnation(
            name=file.name,
            starts_at=file.began_at,
            duration_ms=file.duration_ms,
            packets=file.packets,
            bytes=file.bytes,
        )
        for file in packer.files
    ]
    services.store_progress(
        held.id, epoch=held.epoch, duration_ms=packer.duration_ms, size=packer.bytes, incarnations=found
    )


def _finish(held: Held, parts: list[Part]) -> None:
    try:
        held.packer.finish(parts)
    except NotACapture as error:
        logger.warning("the recording of Space %s has no sound: %s", held.public_id, error)
        services.fail_recording(held.id, epoch=held.epoch)
        return
    _store_progress(held)
    services.finish_recording(held.id, epoch=held.epoch, duration_ms=held.packer.duration_ms, size=held.packer.bytes)


def _stop_without_room(held: Held) -> None:
    """Stop the recording if the disk or the host's space for recordings is nearly full. The rest is packed."""
    if time.monotonic() - held.room_at < ROOM_EVERY_SECONDS:
        return
    held.room_at = time.monotonic()
    going_on = Recording.objects.filter(pk=held.id, state=RecordingState.RECORDING).select_related("space__host")
    recording = going_on.first()
    reason = recording and obstacle_to_recording(recording)
    if reason:
        _stop_for(held.public_id, reason)


def _stop(public_id: str, error: OSError) -> None:
    """Stop a recording whose files cannot be written."""
    _stop_for(public_id, StopReason.DISK_FULL if error.errno in _NO_ROOM else StopReason.NOT_WRITABLE)


def _stop_for(public_id: str, reason: StopReason) -> None:
    """Stop a recording, and tell the host why. Do nothing if it has stopped."""
    with contextlib.suppress(ProductError):
        services.stop_recording(public_id=public_id, user=None, reason=reason)
