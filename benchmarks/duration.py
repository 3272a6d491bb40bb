"""Whether the sound, the captions and the turns of a long recorded Space are as long as the wall clock says.

    python -m benchmarks.duration [--minutes 30]

The whole product runs on this machine with one recorded Space. Ada and grace connect by the socket protocol and send
real sound (`_support/peers.py`): in each round of 30 s each of them says a sentence, made by espeak-ng. In every third
round the speaker is muted in the middle of the sentence. After a third of the time the gateway is killed. After half of
it both connections go for a tenth of the time, and nobody is in the room.

The clock of the packets that were sent is compared with what the product kept:

- length: the replay against the time from the start of the recording to the end of the Space, all on the same clock;
- sound: where each sentence begins and ends in the replay. Gateway and jitter buffer delay it by a constant, so the
  result is how far each place is from the middle one;
- turns and captions: the same for `SpokenTurn` and `Utterance`, by the Space's clock;
- drift: the beginnings in the last third of the run, less those in the first third, middle ones of each.

Goal: 100 ms for the length and the drift. A sentence that the mute cuts ends where the mute was answered.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from benchmarks._support.peers import Identity, Peer, identity
from benchmarks._support.table import markdown, versions
from spaces.gateway.addresses import own_address
from tests.recordings.captures import decoded
from tests.support.environment import isolate
from tests.support.opus import FRAME, RATE, opus_packets
from tests.support.stack import Stack
from tests.support.voice import silence, spoken

ROUND: Final = 30.0
MUTED_EVERY: Final = 3
PACKET: Final = 0.02
STEP_WITHIN: Final = 20.0
SETTLES: Final = 4.0
"""Seconds from a new connection to the first sentence: the mixer's estimate of what is silent needs some sound."""
READY_WITHIN: Final = 120.0
TRANSCRIBED_WITHIN: Final = 300.0
SILENT: Final = 127
LOUD: Final = 0.05
"""Of the loudest sample: what counts as sound."""
GAP: Final = 0.6
"""Seconds of silence that part two sentences. Within one there is less."""
SENTENCES: Final = {
    "ada": "The birch canoe slid on the smooth planks",
    "grace": "Rice is often served in round bowls",
}
ENVIRONMENT: Final = {
    "SPACES_HOST_MIN_FOLLOWERS": "0",
    "SPACES_HOST_GRACE_SECONDS": "86400",
    "SPACES_SPEAKER_GRACE_SECONDS": "86400",
}
_BEGIN: Final = """
import json
from importlib import import_module
from django.conf import settings
from accounts.models import User
from spaces.services import create_space, start_recording
store = import_module(settings.SESSION_ENGINE).SessionStore
told = {}
for user in User.objects.filter(username__in=["ada", "grace"]):
    session = store()
    session["_auth_user_id"], session["_auth_user_hash"] = str(user.pk), user.get_session_auth_hash()
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    told[user.username] = [str(user.pk), f"{settings.SESSION_COOKIE_NAME}={session.session_key}"]
public_id = create_space(user=User.objects.get(username="ada"), title="Duration").public_id
print(json.dumps([public_id, told]))
"""
_CONSENT: Final = """
from captions import services
from spaces.models import Space
for place in Space.objects.get(public_id="{}").participants.with_mic():
    services.set_consent(public_id="{}", user=place.user, given=True)
"""
_TIMES: Final = """
SELECT (julianday(s.started_at) - 2440587.5) * 86400, (julianday(s.ended_at) - 2440587.5) * 86400,
       t.starts_ms, r.state, r.duration_ms, r.directory
FROM spaces_recording r JOIN spaces_space s ON s.id = r.space_id JOIN spaces_stretch t ON t.recording_id = r.id
"""
_TURNS: Final = "SELECT starts_ms, ends_ms FROM spaces_spokenturn ORDER BY starts_ms"
_CAPTIONS: Final = "SELECT start_ms, end_ms, state FROM captions_utterance ORDER BY start_ms"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which there was sound, in seconds. `cut`: the mute ended it."""

    starts: float
    ends: float
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """The packets of one sentence, and where its sound begins and ends in them, in seconds."""

    packets: list[tuple[bytes, int]]
    """Opus, and how far the sound is below the loudest possible, in dB."""
    sound: Stretch


@dataclass
class Speaker:
    """A user with a microphone: the socket, the connection, and when was said what by the wall clock."""

    stack: Stack
    public_id: str
    name: str
    cookie: str
    sentence: Sentence
    own: Identity
    said: list[Stretch] = field(default_factory=list)
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._silent = opus_packets(silence(PACKET))[0]
        self._lost = asyncio.Event()
        self._queue: list[tuple[bytes, int]] = []
        self._sent_at: list[float] = []

    @contextlib.asynccontextmanager
    async def inside(self) -> AsyncIterator[None]:
        """Join the Space, and leave the socket at the end without a word, as a browser that loses its network."""
        address = f"{self.stack.url.replace('http', 'ws', 1)}/ws/spaces/{self.public_id}"
        headers = {"Cookie": self.cookie}
        async with connect(
            address, origin=Origin(self.stack.url), additional_headers=headers, proxy=None, compression=None
        ) as self._socket:
            work = [asyncio.create_task(self._read()), asyncio.create_task(self._beat())]
            try:
                await self.ask("join")
                yield
            finally:
                for task in work:
                    task.cancel()

    async def ask(self, kind: str, **fields: object) -> dict[str, Any]:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"type": kind, "id": number, **fields}))
        async with asyncio.timeout(STEP_WITHIN):
            answer = await self._waiting[number]
        if "error" in answer:
            raise RuntimeError(answer["error"]["code"])
        return dict(answer.get("data") or {})

    async def talk_until(self, until: float) -> None:
        """Send sound, silence or the sentence, and connect anew as often as the connection is lost."""
        while time.time() < until:
            try:
                await self._connected(until)
            except (OSError, RuntimeError, TimeoutError) as error:
                print(f"{self.name}: {error or type(error).__name__}; again", flush=True)
                await asyncio.sleep(1)

    async def say(self, *, mute_after: float | None = None) -> None:
        """Unmute, say the sentence, and mute: after it, or in the middle."""
        await self.ask("unmute")
        await asyncio.sleep(1.5)
        self._sent_at = []
        self._queue = list(self.sentence.packets)
        sound, length = self.sentence.sound, len(self.sentence.packets) * PACKET
        if mute_after is not None:
            await asyncio.sleep(mute_after)
            began = self._sent_at[0]
            await self.ask("mute")
            self.said.append(Stretch(began + sound.starts, time.time(), cut=True))
            return
        await asyncio.sleep(length + 1.5)
        began = self._sent_at[0]
        self.said.append(Stretch(began + sound.starts, began + sound.ends))
        await self.ask("mute")

    async def _connected(self, until: float) -> None:
        self._lost.clear()
        peer = Peer(own_address(), self.own, offers=True)
        try:
            ssrc = int(time.time() * 1000) & 0xFFFFFFFF
            answer = (await self.ask("audio.speak", sdp=peer.offer(ssrc)))["sdp"]
            await peer.connect(answer)
            peer.sink()
            await self._send(peer.sender(ssrc), until)
        finally:
            peer.close()

    async def _send(self, send: Callable[..., None], until: float) -> None:
        began = time.time()
        for number in itertools.count():
            due = began + number * PACKET
            await asyncio.sleep(max(0.0, due - time.time()))
            if self._lost.is_set() or due > until:
                return
            if self._queue:
                self._sent_at.append(due)
                payload, below = self._queue.pop(0)
                send(payload, number, below=below)
            else:
                send(self._silent, number, below=SILENT)

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            waits = self._waiting.get(message.get("re", 0))
            if waits is not None and not waits.done():
                waits.set_result(message)
            elif message.get("type") == "audio.lost":
                self._lost.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(10)
            with contextlib.suppress(TimeoutError, RuntimeError, WebSocketException):
                await self.ask("ping")


def main() -> None:
    seconds = _options().minutes * 60
    isolate()
    with tempfile.TemporaryDirectory() as name, Stack(Path(name), environment=ENVIRONMENT) as stack:
        said, ends = asyncio.run(_rehearse(stack, Path(name), seconds))
        _report(stack, said, ends)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    return parser.parse_args()


async def _rehearse(stack: Stack, directory: Path, seconds: float) -> tuple[list[Stretch], float]:
    """Run the Space. Return when was said what, and when the end was asked for, by the wall clock."""
    public_id, told = json.loads(_shell(stack, _BEGIN))
    own = identity()
    speakers = {
        name: Speaker(stack, public_id, name, told[name][1], _sentence(directory, text), own)
        for name, text in SENTENCES.items()
    }
    ada, grace = speakers["ada"], speakers["grace"]
    async with ada.inside(), grace.inside():
        await ada.ask("recording.start")
        began = time.time()
        await _seat(ada, grace, told["grace"][0])
        await asyncio.to_thread(_shell, stack, _CONSENT.format(public_id, public_id))
        await _part(stack, list(speakers.values()), began, began + seconds / 2, kills_at=began + seconds / 3)
    print("the room is empty", flush=True)
    await asyncio.sleep(seconds / 10)
    async with ada.inside(), grace.inside():
        await _part(stack, list(speakers.values()), began, began + seconds)
        await ada.ask("end")
        ended = time.time()
    return sorted((one for speaker in speakers.values() for one in speaker.said), key=lambda one: one.starts), ended


async def _seat(host: Speaker, guest: Speaker, user_id: str) -> None:
    """Give the guest a microphone, after the agreement to be recorded."""
    with contextlib.suppress(RuntimeError):
        await guest.ask("request")
    await guest.ask("recording.agree", version=_agreement())
    with contextlib.suppress(RuntimeError):
        await guest.ask("request")
    await host.ask("request.approve", user_id=user_id)


def _agreement() -> str:
    import django

    django.setup()
    from spaces.rules.recording import AGREEMENT_VERSION

    return AGREEMENT_VERSION


async def _part(
    stack: Stack, speakers: Sequence[Speaker], began: float, until: float, *, kills_at: float | None = None
) -> None:
    """Let the speakers talk one after the other until then. Kill the gateway in a pause at `kills_at`."""
    lines = [asyncio.create_task(one.talk_until(until)) for one in speakers]
    await asyncio.sleep(SETTLES)
    for number in itertools.count():
        starts = time.time()
        if starts + ROUND > until - SETTLES:
            break
        if kills_at is not None and starts >= kills_at:
            kills_at = None
            stack.kill("gateway")
            print(f"the gateway is killed at {starts - began:.0f} s", flush=True)
            await asyncio.sleep(ROUND)
            continue
        for place, speaker in enumerate(speakers):
            mutes = (number + place) % MUTED_EVERY == MUTED_EVERY - 1
            await speaker.say(mute_after=1.2 if mutes else None)
            await asyncio.sleep(max(0.0, starts + ROUND * (place + 1) / len(speakers) - time.time()))
    await asyncio.gather(*lines)


def _sentence(directory: Path, text: str) -> Sentence:
    pcm = np.frombuffer(spoken(directory / "said.wav", text), np.int16)
    whole = np.concatenate([pcm, np.zeros(FRAME - len(pcm) % FRAME, np.int16)])
    (sound,) = _loud(whole.astype(np.float32) / 32768)
    return Sentence(list(zip(opus_packets(whole), _below(whole), strict=True)), sound)


def _below(samples: Any) -> list[int]:
    """Return how far each packet is below the loudest possible sound, in dB."""
    power = np.square(samples.astype(np.float64) / 32768).reshape(-1, FRAME).mean(axis=1)
    return [min(SILENT, round(-10 * float(np.log10(max(one, 1e-13))))) for one in power]


def _loud(samples: Any) -> list[Stretch]:
    """Return the times of sound between silences of `GAP`, in seconds from the first sample."""
    step = RATE // 200
    peaks = np.abs(samples[: len(samples) // step * step]).reshape(-1, step).max(axis=1)
    loud = np.flatnonzero(peaks > LOUD * np.percentile(peaks[peaks > 0.01], 99))
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > GAP * 200) + 1)
    return [Stretch(float(part[0]) / 200, float(part[-1] + 1) / 200) for part in parts if len(part)]


def _shell(stack: Stack, program: str) -> str:
    return stack.manage("shell", "--verbosity=0", "--command", program).strip()


def _query(stack: Stack, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.5)


def _report(stack: Stack, said: list[Stretch], ended: float) -> None:
    _wait(lambda: _query(stack, _TIMES)[0][3] == "ready", READY_WITHIN)
    _wait(lambda: {state for *_, state in _query(stack, _CAPTIONS)} <= {"final", "failed"}, TRANSCRIBED_WITHIN)
    started_at, ended_at, starts_ms, _, duration_ms, directory = _query(stack, _TIMES)[0]
    file = stack.database.parent / "recordings" / directory / "replay.m4a"
    samples = decoded(file)
    wall = ended_at - started_at - starts_ms / 1000
    print(f"\n{len(said)} sentences, {sum(one.cut for one in said)} cut by a mute\n")
    rows = [
        ("length of the wall clock, s", f"{wall:.3f}", ""),
        ("of the replay by its row, s", f"{duration_ms / 1000:.3f}", f"{duration_ms - wall * 1000:+.0f}"),
        ("of the replay, decoded, s", f"{len(samples) / RATE:.3f}", f"{(len(samples) / RATE - wall) * 1000:+.0f}"),
    ]
    print(markdown(("length", "", "ms from the wall clock"), rows), "\n")
    first = started_at + starts_ms / 1000
    heard = [Stretch(first + one.starts, first + one.ends) for one in _loud(samples)]
    turns = [Stretch(started_at + a / 1000, started_at + b / 1000) for a, b in _query(stack, _TURNS) if b is not None]
    lines = [Stretch(started_at + a / 1000, started_at + b / 1000) for a, b, _ in _query(stack, _CAPTIONS) if b]
    found = [_compared(name, said, one) for name, one in (("sound", heard), ("turns", turns), ("captions", lines))]
    print(
        markdown(("", "found", "begins after", "most from it", "ends after", "most from it", "length", "drift"), found)
    )
    print(f"\n{versions('av', 'numpy')}, load {os.getloadavg()[1]:.1f}")


def _compared(name: str, said: list[Stretch], found: list[Stretch]) -> list[str]:
    """Return a row: how far what was found lies from what was said, in ms."""
    pairs = [(one, _near(one, found)) for one in said]
    known = [(one, two) for one, two in pairs if two is not None]
    begins = [(two.starts - one.starts) * 1000 for one, two in known]
    whole = [(two.ends - one.ends) * 1000 for one, two in known if not one.cut]
    cut = [(two.ends - one.ends) * 1000 for one, two in known if one.cut]
    lengths = [((two.ends - two.starts) - (one.ends - one.starts)) * 1000 for one, two in known if not one.cut]
    if not (begins and whole and cut):
        return [name, f"{len(known)} of {len(said)}", "", "", "", "", "", ""]
    third = max(1, len(begins) // 3)
    return [
        name,
        f"{len(known)} of {len(said)}",
        *_middle_and_most(begins),
        " / ".join((_middle_and_most(whole)[0], _middle_and_most(cut)[0])),
        " / ".join((_middle_and_most(whole)[1], _middle_and_most(cut)[1])),
        f"{statistics.median(lengths):+.0f}, {min(lengths):+.0f} to {max(lengths):+.0f}",
        f"{statistics.median(begins[-third:]) - statistics.median(begins[:third]):+.0f}",
    ]


def _middle_and_most(values: list[float]) -> tuple[str, str]:
    middle = statistics.median(values)
    return f"{middle:+.0f}", f"{max(abs(value - middle) for value in values):.0f}"


def _near(one: Stretch, found: list[Stretch]) -> Stretch | None:
    """Return what overlaps the sentence, joined. None if nothing does."""
    own = [two for two in found if two.starts < one.ends + GAP and one.starts - GAP < two.ends]
    return Stretch(own[0].starts, max(two.ends for two in own)) if own else None


if __name__ == "__main__":
    main()
