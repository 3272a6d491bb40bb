"""What a recorded Space costs, how large its files are, and whether their length is right.

    python -m benchmarks.recording [--seconds 60] [--spaces 20]

First the whole product runs on this machine with one live Space whose microphones are closed. The CPU time of gateway
and recorder is read for `--seconds` without a recording, and for as long with one. Afterwards the length of the sound
is compared with the wall clock.

Then `--spaces` recordings are packed at once in this process, half a second of sound at a time as a recorder does, from
files as the gateway writes them. Their sound is noise that swells and falls like speech, which is harder to encode than
speech. The result is the part of a core that all of them need.
"""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import django
import numpy as np

from benchmarks._support.cores import cpu_seconds
from benchmarks._support.table import markdown, versions
from tests.recordings.captures import frame, header
from tests.support.environment import isolate
from tests.support.opus import RATE, opus_packets
from tests.support.stack import Part as StackPart
from tests.support.stack import Stack

PARTS: Final[tuple[StackPart, ...]] = ("gateway", "recorder")
READY_WITHIN: Final = 60.0
STEP: Final = 25
"""Packets in half a second."""
SOUND_SECONDS: Final = 30
HOUR: Final = 3_600
_BEGIN: Final = """
from accounts.models import User
from spaces.services import create_space
print(create_space(user=User.objects.get(username="ada"), title="On the record").public_id)
"""
_VERB: Final = """
from accounts.models import User
from spaces import audio, services
services.{}(public_id="{}", user=User.objects.get(username="ada"))
audio.drain(timeout=5)
"""
_FOUND: Final = """
SELECT r.state, r.duration_ms, r.bytes,
       (julianday(s.ended_at) - julianday(s.started_at)) * 86400 - t.starts_ms / 1000.0,
       (SELECT SUM(bytes) FROM spaces_incarnation WHERE recording_id = r.id)
FROM spaces_recording r JOIN spaces_space s ON s.id = r.space_id JOIN spaces_stretch t ON t.recording_id = r.id
"""


def main() -> None:
    options = _options()
    isolate()
    with tempfile.TemporaryDirectory() as name, Stack(Path(name)) as stack:
        rows = _product(stack, options.seconds)
    print(markdown(("one Space, whole product", ""), rows))
    print()
    print(markdown(("recordings at once, packed only", "of a core", "of a core each"), [_packed(options.spaces)]))
    print()
    print(versions("av", "numpy"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--spaces", type=int, default=20)
    return parser.parse_args()


def _product(stack: Stack, seconds: float) -> list[tuple[str, str]]:
    public_id = stack.manage("shell", "--command", _BEGIN).split()[-1]
    time.sleep(10)  # until the processes are at rest
    before = _cpu(stack, seconds)
    stack.manage("shell", "--command", _VERB.format("start_recording", public_id))
    time.sleep(5)
    during = _cpu(stack, seconds)
    ended = time.monotonic()
    stack.manage("shell", "--command", _VERB.format("end_space", public_id))
    length, size, wall, captured = _ready(stack)
    ready = time.monotonic() - ended
    cost = {part: during[part] - before[part] for part in PARTS}
    named = "of a core, without and with a recording"
    return [
        *((f"{part}: {named}", f"{before[part]:.2%}, {during[part]:.2%}") for part in PARTS),
        ("both together: what the recording costs", f"{sum(cost.values()):.2%}"),
        ("captured, MB an hour", f"{captured / wall * HOUR / 1e6:.1f}"),
        ("packed, MB an hour", f"{(size - captured) / wall * HOUR / 1e6:.1f}"),
        ("sound and wall clock, s", f"{length:.2f}, {wall:.2f}"),
        ("from the command that ends it to the replay, s", f"{ready:.1f}"),
    ]


def _cpu(stack: Stack, seconds: float) -> dict[str, float]:
    """Return the part of a core that each process needs."""
    pids = {part: stack.gateway_pid() if part == "gateway" else stack.pid(part) for part in PARTS}
    began = {part: cpu_seconds(pid) for part, pid in pids.items()}
    time.sleep(seconds)
    return {part: (cpu_seconds(pid) - began[part]) / seconds for part, pid in pids.items()}


def _ready(stack: Stack) -> tuple[float, int, float, int]:
    """Wait for the replay. Return its length in seconds, all bytes, the wall clock's seconds and the captured bytes."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        with closing(sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True)) as database:
            state, duration_ms, size, wall, captured = database.execute(_FOUND).fetchone()
        if state == "ready":
            return duration_ms / 1000, size, wall, captured
        time.sleep(0.05)
    raise SystemExit("there is no replay")


def _packed(number: int) -> tuple[str, str, str]:
    # Only now: Django is set up when the settings of the run are known.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spaces_project.settings")
    django.setup()
    from spaces.recordings.packer import Packer, Part

    packets = opus_packets(_noise())
    began_at = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        homes = [Path(name) / str(one) for one in range(number)]
        with _growing(homes, began_at) as grow:
            packers = [Packer(home=home, capture_home=home / "capture", started_at=began_at) for home in homes]
            spent = 0.0
            for at in range(0, len(packets), STEP):
                grow(at, packets[at : at + STEP])
                began = time.process_time()
                for packer in packers:
                    packer.advance([Part(0, None)], now_ms=0)
                spent += time.process_time() - began
    share = spent / (len(packets) / 50)
    return f"{number}", f"{share:.2f}", f"{share / number:.2%}"


@contextmanager
def _growing(homes: list[Path], began_at: datetime) -> Iterator[Any]:
    """Yield a function that appends packets to a file of each recording."""
    for home in homes:
        (home / "capture").mkdir(parents=True)
        (home / "capture/a.mjr").write_bytes(header(began_at))

    def grow(first: int, packets: list[bytes]) -> None:
        data = b"".join(frame(first + number, packet) for number, packet in enumerate(packets))
        for home in homes:
            with (home / "capture/a.mjr").open("ab") as file:
                file.write(data)

    yield grow


def _noise() -> "np.ndarray[Any, np.dtype[np.int16]]":
    time_axis = np.arange(SOUND_SECONDS * RATE) / RATE
    swells = np.clip(np.sin(2 * np.pi * 3 * time_axis), 0, 1)
    noise = np.random.default_rng(17).normal(0, 4_000, len(time_axis))
    samples: np.ndarray[Any, np.dtype[np.int16]] = np.clip(noise * swells, -32_768, 32_767).astype(np.int16)
    return samples


if __name__ == "__main__":
    main()
