"""The growth of memory while people come to a Space, listen, and go, for half an hour.

    python -m benchmarks.soak [--minutes 30] [--people 40]

The whole product runs on this machine with two web processes behind the proxy. Listeners without an account come by the
socket protocol and make real connections (`_support/peers.py`). Each stays 5 to 30 s, and half of them go without
`leave`. Every ten seconds the resident memory of every process is read.

The results are the slope of the memory over the second half, when everything is warm; how many listeners came and how
many failed; and what the gateway holds after the Space has ended. The gateway should hold the same as it did before the
run, after a short Space that had ended.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin

from benchmarks._support.peers import Identity, Peer, identity
from benchmarks._support.table import markdown
from spaces.gateway.addresses import own_address
from tests.support.environment import isolate
from tests.support.processes import resident_bytes
from tests.support.stack import Part, Stack

T = TypeVar("T")

LOOKS_EVERY: Final = 10.0
STAYS: Final = (5.0, 30.0)
PARTS: Final[tuple[Part, ...]] = ("redis", "gateway", "web", "web2", "proxy", "worker", "beat", "captions", "speech")
FORGOTTEN_WITHIN: Final = 60.0
LIMITS: Final = {
    "SPACES_PUBLIC_CONNECTIONS": "100000",
    "SPACES_PUBLIC_JOINS_PER_MINUTE": "1000000",
    "SPACES_HOST_GRACE_SECONDS": "86400",  # the host starts the Space and does not stay
}
AGAIN_AFTER: Final = 1.0
STEP_WITHIN: Final = 20.0
HEAD: Final = ("process", "MB at first", "MB at last", "MB an hour, second half")
_BEGIN: Final = """
from accounts.models import User
from spaces.services import create_space
print(create_space(user=User.objects.get(username="ada"), title="Soak").public_id)
"""
_END: Final = """
from accounts.models import User
from spaces.services import end_space
end_space(public_id="{}", user=User.objects.get(username="ada"))
"""


@dataclass
class Crowd:
    stack: Stack
    public_id: str
    own: Identity
    outcomes: Counter[str] = field(default_factory=Counter)

    async def seat(self, until: float) -> None:
        """Let one listener after another visit until this time."""
        while time.monotonic() < until:
            try:
                await self._visit()
                self.outcomes["came and went"] += 1
            except (OSError, WebSocketException, RuntimeError) as error:
                self.outcomes[str(error) or type(error).__name__] += 1
                await asyncio.sleep(AGAIN_AFTER)

    async def _visit(self) -> None:
        url = self.stack.url
        address = f"{url.replace('http', 'ws', 1)}/ws/spaces/{self.public_id}"
        peer = Peer(own_address(), self.own, offers=False)
        try:
            async with connect(address, origin=Origin(url), proxy=None, compression=None) as socket:
                ask = _asker(socket)
                await ask("join")
                offer = (await ask("audio.listen"))["sdp"]
                answered = ask("audio.answer", sdp=peer.answer(offer))
                await asyncio.gather(answered, _in_time("connection", peer.connect(offer)))
                await self._stay(ask)
        finally:
            peer.close()

    async def _stay(self, ask: Any) -> None:
        leaves = time.monotonic() + random.uniform(*STAYS)
        while time.monotonic() < leaves:
            await asyncio.sleep(min(10.0, max(0.0, leaves - time.monotonic())))
            await ask("ping")
        if random.random() < 0.5:
            with contextlib.suppress(ConnectionClosed):  # the server answers "leave" by closing
                await ask("leave")


async def _in_time(step: str, work: Awaitable[T]) -> T:
    """Wait for a step. Raises RuntimeError, which names the step, if it takes too long."""
    try:
        async with asyncio.timeout(STEP_WITHIN):
            return await work
    except TimeoutError:
        raise RuntimeError(f"{step}: too late") from None


def _asker(socket: ClientConnection) -> Any:
    numbers = itertools.count(1)

    async def ask(kind: str, **fields: object) -> dict[str, Any]:
        return await _in_time(kind, _ask(kind, **fields))

    async def _ask(kind: str, **fields: object) -> dict[str, Any]:
        number = next(numbers)
        await socket.send(json.dumps({"type": kind, "id": number, **fields}))
        while True:
            message = json.loads(await socket.recv())
            if message.get("re") == number:
                if "error" in message:
                    raise RuntimeError(message["error"]["code"])
                return dict(message["data"])

    return ask


def main() -> None:
    options = _options()
    isolate()
    with (
        tempfile.TemporaryDirectory() as name,
        Stack(Path(name), server="uvicorn", web_processes=2, environment=LIMITS) as stack,
    ):
        _run(stack, people=4, seconds=2 * LOOKS_EVERY)
        time.sleep(FORGOTTEN_WITHIN)
        before = stack.census()
        crowd, memory = _run(stack, options.people, options.minutes * 60)
        after = _settled(stack, before)
    print(f"{options.minutes:g} minutes, {options.people} at a time: {dict(crowd.outcomes)}")
    print(f"the gateway held {before}; afterwards {after}")
    print(markdown(HEAD, [_row(*m) for m in memory.items()]))


def _run(stack: Stack, people: int, seconds: float) -> tuple[Crowd, dict[str, list[tuple[float, float]]]]:
    """Run one Space from its start to its end."""
    public_id = stack.manage("shell", "--verbosity=0", "--command", _BEGIN).split()[-1]
    crowd = Crowd(stack, public_id, identity())
    memory = asyncio.run(_soak(crowd, people, seconds))
    stack.manage("shell", "--verbosity=0", "--command", _END.format(public_id))
    return crowd, memory


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--people", type=int, default=40)
    return parser.parse_args()


async def _soak(crowd: Crowd, people: int, seconds: float) -> dict[str, list[tuple[float, float]]]:
    started = time.monotonic()
    seats = [asyncio.create_task(crowd.seat(started + seconds)) for _ in range(people)]
    memory: dict[str, list[tuple[float, float]]] = {part: [] for part in PARTS}
    while time.monotonic() < started + seconds:
        await asyncio.sleep(LOOKS_EVERY)
        for part in PARTS:
            memory[part].append((time.monotonic() - started, _resident(crowd.stack.pid(part))))
    await asyncio.gather(*seats)
    return memory


def _resident(pid: int) -> float:
    """Return the resident memory in MB of a process and its descendants."""
    own = resident_bytes(pid) / 1e6
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(_resident(int(child)) for child in children)


def _settled(stack: Stack, before: object) -> object:
    deadline = time.monotonic() + FORGOTTEN_WITHIN
    while (found := stack.census()) != before and time.monotonic() < deadline:
        time.sleep(1)
    return found


def _row(part: str, points: list[tuple[float, float]]) -> list[str]:
    late = points[len(points) // 2 :]
    slope = statistics.linear_regression([at for at, _ in late], [size for _, size in late]).slope * 3600
    return [part, f"{points[0][1]:.1f}", f"{points[-1][1]:.1f}", f"{slope:+.1f}"]


if __name__ == "__main__":
    main()
