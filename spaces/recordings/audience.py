"""Pack the sound of live Spaces for listeners over HTTP, who are a few seconds late and need no gateway.

It reads what the gateway writes of the mix that all listeners get. If the Space is not recorded, what was read is freed
at once, and nothing is left after the end. It runs beside the recorder. Each Space has one packager, by a lease.
"""

import asyncio
import logging
import shutil
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings
from django.utils import timezone

from spaces import events, placement, selectors
from spaces.events import Envelope, wire
from spaces.live.space_holder import AWAY, SpaceHolder
from spaces.models import Space
from spaces.models.space import CAPTURED, SERVED
from spaces.recordings.encoder import RATE, SEGMENT
from spaces.recordings.files import is_older
from spaces.recordings.streams import PACKET, RUN_UP, Streams
from spaces.recordings.window import STATE, Window, replace
from spaces.states import SpaceState
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)

TICK_SECONDS: Final = 0.25
IDLE_TICK_SECONDS: Final = 1.0
"""How often it is asked whether a Space needs a packager, while none does."""
LATE: Final = RATE
"""Samples after which a packet counts as lost. Files of the gateway are 412 ms behind at most."""
BACK: Final = 5 * SEGMENT
"""How far back a new packager begins, if the gateway wrote so much: players begin with three whole segments."""
STATE_EVERY_SECONDS: Final = 2.0
REMOVED_AFTER_SECONDS: Final = 15.0
"""Players see in this time that the Space is over."""
SWEEP_EVERY_SECONDS: Final = 30.0
_SETTLED_SECONDS: Final = 60
_TALKED, _SAID = 40, 20


class Talk(msgspec.Struct, frozen=True):
    """Who talks from this moment on. Times are milliseconds since the epoch, as those of the playlist are."""

    at: int
    user_ids: list[str]


class Said(msgspec.Struct, frozen=True):
    """One caption, from the moment at which it was begun."""

    at: int
    user_id: str
    name: str
    text: str


class CrowdState(msgspec.Struct, frozen=True, kw_only=True):
    """What a page without a socket shows: it lies beside the playlist, and caches carry it, too."""

    title: str
    host: wire.Person
    stage: list[wire.StagePerson]
    count: int
    talking: list[Talk]
    captions: list[Said]


class _CaptionLine(msgspec.Struct):
    id: str
    user_id: str
    name: str
    start_ms: int
    text: str
    final: bool


class _Caption(msgspec.Struct):
    line: _CaptionLine


_caption = msgspec.json.Decoder(_Caption)


class Held:
    """A Space that is packed here."""

    def __init__(self, space: Space) -> None:
        self.public_id, self.space = space.public_id, space
        self.started_at = space.started_at or timezone.now()
        self.home = space.audience_home
        self.window: Window | None = None
        self.streams = Streams(space.audience_capture)
        self.talking: deque[Talk] = deque(maxlen=_TALKED)
        self.said: dict[str, Said] = {}
        self.state_at = 0.0

    def advance(self) -> None:
        """Write what the gateway wrote since the last call. Raise `OSError` if the disk does not take it."""
        self.streams.leave_out_missing()
        now = self.space.clock_ms(timezone.now()) * RATE // 1000
        for stream, packet in self.streams.fresh():
            at = stream.clock(packet, self.started_at)
            stream.heard(packet)
            window = self._window(at, now)
            if at + PACKET + RUN_UP > window.encoder.head:
                window.encoder.write(at, stream.decode(packet))
        if self.window is not None:
            self.window.encoder.pad(now - LATE)
        for stream in self.streams.in_order():
            if stream.capture.path.is_relative_to(self.space.audience_capture):
                stream.capture.forget()

    def _window(self, at: int, now: int) -> Window:
        """Return the window. It begins with the first whole segment of what there is, and not long ago."""
        if self.window is None:
            begins = -(-max(at, now - BACK, 0) // SEGMENT) * SEGMENT
            self.window = Window(self.home, started_at=self.started_at, begins=begins)
        return self.window

    def follow(self) -> None:
        """Go over to the Space's present path, and to the directories that the gateway writes into. Users who knew the
        path before hear nothing more."""
        if self.home != self.space.audience_home:
            self._move(self.space.audience_home)
        recording = getattr(self.space, "recording", None)
        if recording is not None and recording.capture_home not in self.streams.homes:
            self.streams.homes.append(recording.capture_home)

    def _move(self, home: Path) -> None:
        if self.home.exists():
            self.home.rename(home)
        self.home = home
        if self.window is not None:
            self.window.home = home

    def write_state(self) -> None:
        """Write what pages without a socket show, if it is time."""
        if self.window is None or time.monotonic() - self.state_at < STATE_EVERY_SECONDS:
            return
        self.state_at = time.monotonic()
        space = selectors.get_space(self.public_id)
        stage = selectors.stage(space)
        state = CrowdState(
            title=space.display_title,
            host=wire.person(space.host),
            stage=stage,
            count=selectors.audience(space, on_stage={int(person.id) for person in stage} or None, faces=0).count,
            talking=list(self.talking),
            captions=sorted(self.said.values(), key=lambda line: line.at)[-_SAID:],
        )
        replace(self.home / STATE, msgspec.json.encode(state))

    def hear(self, frame: str, at: float) -> None:
        """Take over who talks and what is said."""
        if (user_ids := events.talkers_in(frame)) is not None:
            self.talking.append(Talk(round(at * 1000), user_ids))
        elif frame.startswith('{"type":"caption"'):
            line = _caption.decode(frame).line
            self.said.pop(line.id, None)
            if line.final and line.text:
                began = round(self.started_at.timestamp() * 1000) + line.start_ms
                self.said[line.id] = Said(began, line.user_id, line.name, line.text)
            for old in list(self.said)[: -2 * _SAID]:
                del self.said[old]


class AudiencePackager(SpaceHolder[Space, Held]):
    """Packs what listeners over HTTP need."""

    kind = "recordings:audience"

    def __init__(self) -> None:
        super().__init__()
        self._gone: list[tuple[float, Path]] = []
        self._swept = 0.0

    async def _after_tick(self) -> None:
        for held in list(self._held.values()):
            await self._advance(held)
        await in_thread(self._tidy)
        await asyncio.sleep(TICK_SECONDS if self._held else IDLE_TICK_SECONDS)

    def _wanted(self) -> Mapping[str, Space]:
        live = Space.objects.filter(placement.taken_here(), state=SpaceState.LIVE).exclude(audience_path="")
        return {space.public_id: space for space in live.select_related("recording")}

    def _update(self, held: Held, wanted: Space) -> None:
        held.space = wanted

    async def _take(self, wanted: Space) -> None:
        self._held[wanted.public_id] = Held(wanted)
        await self._subscribe(wanted.public_id)
        logger.info("Space %s is packed for listeners over HTTP", wanted.public_id)

    async def _let_go(self, held: Held, why: str) -> None:
        logger.info("Space %s is not packed for listeners over HTTP any more: %s", held.public_id, why)

    async def _finish(self, held: Held) -> None:
        """Tell players that the Space is over. A moment later all is gone. A Space that moved to a gateway of another
        machine goes on there."""
        if await in_thread(_goes_on, held):
            return
        await in_thread(_end, held)
        self._gone.append((time.monotonic() + REMOVED_AFTER_SECONDS, held.home))

    async def _advance(self, held: Held) -> None:
        try:
            await in_thread(_pack, held)
        except (OSError, *AWAY) as error:
            logger.warning("listeners over HTTP of Space %s wait: %s", held.public_id, error)
        except Exception:  # one broken Space must not end those of all others
            logger.exception("listeners over HTTP of Space %s wait", held.public_id)

    async def _hear(self, held: Held, envelope: Envelope) -> None:
        if envelope.frame is not None and envelope.to is None:
            held.hear(envelope.frame, envelope.at or datetime.now(UTC).timestamp())

    async def _hear_again(self) -> None:
        """Do nothing: events that were missed while Redis was away show late captions, and nothing else."""

    def _tidy(self) -> None:
        now = time.monotonic()
        for home in [home for at, home in self._gone if at <= now]:
            shutil.rmtree(home, ignore_errors=True)
        self._gone = [(at, home) for at, home in self._gone if at > now]
        if now - self._swept >= SWEEP_EVERY_SECONDS:
            self._swept = now
            sweep()


def sweep() -> int:
    """Remove what packagers that died left behind. Return how many directories there were."""
    root = Path(settings.AUDIENCE_DIR)
    found = [
        path for name in (SERVED, CAPTURED) for path in (root / name).glob("*") if is_older(path, _SETTLED_SECONDS)
    ]
    if not found:
        return 0
    live = Space.objects.filter(state=SpaceState.LIVE).exclude(audience_path="")
    known = {name for pair in live.values_list("audience_path", "room") for name in pair}
    left = [path for path in found if path.name not in known]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _pack(held: Held) -> None:
    held.follow()
    held.advance()
    held.write_state()


def _goes_on(held: Held) -> bool:
    return Space.objects.filter(pk=held.space.pk, state=SpaceState.LIVE, audience_path=held.home.name).exists()


def _end(held: Held) -> None:
    try:
        if held.window is not None:
            held.window.end()
    except OSError as error:
        logger.warning("the end of Space %s is not in its playlist: %s", held.public_id, error)
    shutil.rmtree(held.space.audience_capture, ignore_errors=True)
