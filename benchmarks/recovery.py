"""From the restart of a killed part to the moment when everyone hears again, without any action by a person.

    python -m benchmarks.recovery [--rounds 5]

The whole product runs on this machine with three real Chromium processes: ada (440 Hz) and grace (880 Hz) talk, alan
listens. Each round kills a part with SIGKILL. The clock starts when the new process accepts connections. For the
gateway and the web part it stops when every page plays the right tones through a connection made since. For Redis,
without which the sound goes on, it stops when every page shows what happened meanwhile. A query of the gateway takes
some 50 ms, and a tone is detected within 100 ms.

Goal: 5 s (10 for the slowest round on a busy machine).
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

from benchmarks._support.table import markdown
from tests.faults.house import (
    ADA_HZ,
    ALAN_HZ,
    GRACE_HZ,
    House,
    LiveSpace,
    everyone_hears,
    live_space,
    prepare,
    wait_for,
)
from tests.support import people
from tests.support.browser import Browsers
from tests.support.environment import isolate
from tests.support.ports import free_port, listens
from tests.support.stack import Stack

GOAL_SECONDS = 5.0
DEADLINE = 60.0


class Conversation:
    """The pages of three people, and the tones that each of them should hear."""

    def __init__(self, live: LiveSpace, browsers: Browsers, gateway_port: int) -> None:
        self._live = live
        self._stack = live.stack
        self._gateway_port = gateway_port
        self._grace = prepare(browsers.open(self._stack.url, "grace", tone=GRACE_HZ))
        self._alan = prepare(browsers.open(self._stack.url, "alan", tone=ALAN_HZ))
        live.enter(self._grace)
        live.enter(self._alan)
        live.speaks(self._grace, "Grace Hopper")
        self._hearing = {live.ada: {GRACE_HZ}, self._grace: {ADA_HZ}, self._alan: {ADA_HZ, GRACE_HZ}}
        everyone_hears(self._hearing, within=DEADLINE)

    def gateway(self) -> float:
        old = self._stack.gateway_pid()
        before = self._live.house.audio_handles()
        self._stack.kill("gateway")
        wait_for(lambda: self._is_another_gateway(old), within=DEADLINE, what="another gateway")
        return self._heard_anew(before)

    def web(self) -> float:
        before = self._live.house.audio_handles()
        self._stack.restart("web")
        wait_for(lambda: listens(self._stack.port), within=DEADLINE, what="web listens")
        return self._heard_anew(before)

    def redis(self) -> float:
        self._stack.kill("redis")
        people.press(self._live.ada, "Mute")
        self._stack.restart("redis")
        wait_for(lambda: listens(self._live.house.redis_port), within=DEADLINE, what="Redis listens")
        started = time.monotonic()
        for page in (self._grace, self._alan):
            tile = page.locator("#room [data-stage] li", has_text="muted").filter(has_text="Ada Lovelace")
            expect(tile).to_be_visible(timeout=DEADLINE * 1000)
        took = time.monotonic() - started
        people.unmute(self._live.ada)
        everyone_hears(self._hearing, within=DEADLINE)
        return took

    def _heard_anew(self, before: list[str]) -> float:
        started = time.monotonic()
        wait_for(lambda: self._connections_since(before) == 3, within=DEADLINE, what="three new connections")
        everyone_hears(self._hearing, within=DEADLINE)
        return time.monotonic() - started

    def _connections_since(self, before: list[str]) -> int:
        return len(set(self._live.house.audio_handles()) - set(before))

    def _is_another_gateway(self, old: int) -> bool:
        try:
            return self._stack.gateway_pid() != old and listens(self._gateway_port)
        except ValueError:  # between two gateway processes
            return False


def main() -> None:
    rounds = _arguments().rounds
    isolate()
    with _conversation() as conversation:
        parts: dict[str, Callable[[], float]] = {
            "gateway": conversation.gateway,
            "web": conversation.web,
            "redis": conversation.redis,
        }
        took = {name: [kill() for _ in range(rounds)] for name, kill in parts.items()}
    rows = [
        [name, *(f"{value:.1f}" for value in (min(times), statistics.median(times), max(times)))]
        for name, times in took.items()
    ]
    print(f"Restart of a part -> everyone hears (sees, for Redis), {rounds} rounds, seconds; goal {GOAL_SECONDS:.0f}")
    print(markdown(["killed", "min", "median", "max"], rows))


@contextmanager
def _conversation() -> Iterator[Conversation]:
    redis_port, gateway_port = free_port(), free_port()
    ports = {"REDIS_PORT": str(redis_port), "GATEWAY_PORT": str(gateway_port)}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Stack(directory, environment=ports) as stack, Browsers(directory) as browsers:
            house = House(stack, redis_port)
            ada = prepare(browsers.open(stack.url, "ada", tone=ADA_HZ))
            with live_space(house, ada, title="Recovery benchmark") as live:
                yield Conversation(live, browsers, gateway_port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
