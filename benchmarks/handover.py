"""The longest time without sound while a web process hands its people over to another.

    python -m benchmarks.handover [--rounds 3] [--server daphne]

The whole product runs on this machine with two web processes behind the proxy and three real Chromium processes: ada
(440 Hz) and grace (880 Hz) talk, alan listens. Each round sends SIGTERM to one process and then to the other, which by
then has all connections, and starts each again. Every page checks every 20 ms whether it plays the other's tone. The
results are the longest time without it and how long the process took to end. Goal: 2 s.
"""

import argparse
import signal
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from benchmarks._support.table import markdown
from tests.faults.house import ADA_HZ, GRACE_HZ, House, LiveSpace, everyone_hears, live_space, prepare, wait_for
from tests.support.browser import HEARD_ABOVE, Browsers
from tests.support.environment import isolate
from tests.support.ports import free_port
from tests.support.stack import HEALTHY_WITHIN, Part, Stack

PROCESSES: Final[tuple[Part, Part]] = ("web", "web2")
LISTENS_SECONDS: Final = 15
DEADLINE: Final = 60.0
HEAD: Final = (
    "who is sent away",
    "ada without grace",
    "grace without ada",
    "alan without ada",
    "alan without grace",
    "until the process ended",
)


def main() -> None:
    options = _options()
    isolate()
    redis_port = free_port()
    with tempfile.TemporaryDirectory() as name:
        environment = {"REDIS_PORT": str(redis_port)}
        stack = Stack(Path(name), server=options.server, web_processes=2, environment=environment)
        with stack, Browsers(Path(name)) as browsers:
            ada = prepare(browsers.open(stack.url, "ada", tone=ADA_HZ))
            with live_space(House(stack, redis_port), ada, title="Hand-over benchmark") as live:
                rows = _rounds(live, browsers, options.rounds)
    print(f"Hand-over between two web processes ({options.server}), {options.rounds} rounds, seconds; goal 2")
    print(markdown(HEAD, rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", choices=["daphne", "uvicorn"], default="daphne")
    return parser.parse_args()


def _rounds(live: LiveSpace, browsers: Browsers, rounds: int) -> list[list[str]]:
    grace = prepare(browsers.open(live.stack.url, "grace", tone=GRACE_HZ))
    alan = prepare(browsers.open(live.stack.url, "alan", tone=GRACE_HZ))
    live.enter(grace)
    live.enter(alan)
    live.speaks(grace, "Grace Hopper")
    hearing = {live.ada: {GRACE_HZ}, grace: {ADA_HZ}, alan: {ADA_HZ, GRACE_HZ}}
    roles, rows = live.roles(), []
    for number in range(rounds):
        for process in PROCESSES:
            everyone_hears(hearing, within=DEADLINE)
            rows.append([f"{process}, round {number + 1}", *_hand_over(live, process, hearing)])
            if live.roles() != roles:
                raise SystemExit(f"roles were lost: {live.roles()}")
    return rows


def _hand_over(live: LiveSpace, process: Part, hearing: dict[Page, set[int]]) -> list[str]:
    for page, tones in hearing.items():
        page.evaluate(
            "([tones, options]) => { window.silences = tones.map((tone) => ear.longestSilence(tone, options)) }",
            [sorted(tones), {"level": HEARD_ABOVE, "seconds": LISTENS_SECONDS}],
        )
    live.stack.send(process, signal.SIGTERM)
    took = wait_for(lambda: live.stack.has_ended(process), within=DEADLINE, what=f"{process} ends")
    silences = [gap for page in hearing for gap in page.evaluate("() => Promise.all(window.silences)")]
    live.stack.wait_healthy(timeout=HEALTHY_WITHIN)
    return [f"{value:.2f}" for value in (*silences, took)]


if __name__ == "__main__":
    main()
