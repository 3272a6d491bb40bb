"""What listeners of replays cost a web process: its memory while many read slowly, and how long a seek takes.

    python -m benchmarks.replay [--readers 50] [--megabytes 30] [--server daphne|uvicorn]

The web process of the product runs on one core and the readers on another. A visitor's `--readers` each ask for the
whole replay and read 16 KB four times a second. Meanwhile one more asks for parts at random places, one after the
other, and reads the first 64 KB of each: that is a seek. No server in front helps.

Goals: the process grows by at most 20 MB, and 95 of 100 seeks take at most 100 ms.
"""

import argparse
import asyncio
import os
import random
import time
from pathlib import Path
from typing import Final, get_args

from benchmarks._support import cores, servers
from benchmarks._support.table import markdown, percentile, versions
from tests.support.ports import free_port
from tests.support.processes import resident_bytes

READS: Final = 16 * 1024
PAUSE_SECONDS: Final = 0.25
ARRIVE_SECONDS: Final = 0.05
SEEKS: Final = 200
SEEK_BYTES: Final = 64 * 1024
SETTLES_SECONDS: Final = 5.0
MEGABYTE: Final = 1024 * 1024


def main() -> None:
    options = _options()
    core = cores.split()
    path = _replay(options.megabytes * MEGABYTE)
    rows = [_measured(server, core, path, options) for server in options.servers]
    print(f"{versions('django', 'daphne', 'uvicorn')}; {options.readers} readers of {options.megabytes} MB\n")
    print(markdown(["server", "grew by MB", "seek p50 ms", "p95 ms", "slowest ms", "CPU ms a seek"], rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--servers", nargs="+", choices=get_args(servers.Server), default=["daphne", "uvicorn"])
    return parser.parse_args()


def _replay(size: int) -> str:
    """Store the recording of an ended Space with a file of this size. Return the address of its sound."""
    from benchmarks._support.product import migrate

    migrate()
    from django.urls import reverse

    from spaces.recordings.files import REPLAY
    from tests.support.replays import silent_replay

    recording = silent_replay(seconds=3_600)
    file = recording.home / REPLAY
    file.parent.mkdir(parents=True)
    file.write_bytes(random.randbytes(size))
    return reverse("replay_sound", args=[recording.space.public_id])


def _measured(server: servers.Server, core: int, path: str, options: argparse.Namespace) -> list[str]:
    from benchmarks._support.product import VAR

    port = free_port()
    environment = {"SPACES_VAR": str(VAR), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    log = Path(VAR) / f"{server}.log"
    with servers.running(
        server, servers.PRODUCT, port=port, core=core, log=log, env={**os.environ, **environment}
    ) as it:
        return [server, *asyncio.run(_load(port, path, it.pid, options))]


async def _load(port: int, path: str, pid: int, options: argparse.Namespace) -> list[str]:
    size = options.megabytes * MEGABYTE
    await _seeks(port, path, size, times=20)  # what the process loads at its first answers is not growth
    before = resident_bytes(pid)
    async with asyncio.TaskGroup() as group:
        readers = []
        for _ in range(options.readers):
            readers.append(group.create_task(_read_slowly(port, path)))
            await asyncio.sleep(ARRIVE_SECONDS)
        await asyncio.sleep(SETTLES_SECONDS)
        spent = cores.cpu_seconds(pid)
        took = await _seeks(port, path, size, times=SEEKS)
        spent = cores.cpu_seconds(pid) - spent
        grown = resident_bytes(pid) - before
        for reader in readers:
            reader.cancel()
    figures = [percentile(took, 0.5), percentile(took, 0.95), max(took), spent / SEEKS]
    return [f"{grown / MEGABYTE:.1f}", *(f"{seconds * 1000:.1f}" for seconds in figures)]


async def _read_slowly(port: int, path: str) -> None:
    reader, writer = await _asked(port, path, "bytes=0-")
    try:
        while await reader.read(READS):
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        writer.close()


async def _seeks(port: int, path: str, size: int, *, times: int) -> list[float]:
    chance = random.Random(1)
    return [await _seek(port, path, chance.randrange(size - SEEK_BYTES)) for _ in range(times)]


async def _seek(port: int, path: str, first: int) -> float:
    started = time.monotonic()
    reader, writer = await _asked(port, path, f"bytes={first}-")
    await reader.readexactly(SEEK_BYTES)
    took = time.monotonic() - started
    writer.close()
    return took


async def _asked(port: int, path: str, part: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for a part, and return the connection when the head of the answer was read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=READS)
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nRange: {part}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    if b" 206 " not in answer.partition(b"\r\n")[0]:
        raise RuntimeError(answer.decode(errors="replace"))
    return reader, writer


if __name__ == "__main__":
    main()
