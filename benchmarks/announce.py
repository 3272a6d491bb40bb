"""How long until all followers of a host are told that a Space is live, and what waits meanwhile.

    python -m benchmarks.announce [--followers 100000]

Every follower has a browser with notifications at one push service on this machine, and each notification is encrypted
for its browser. The worker is that of the Procfile: `notify`, two processes at low priority. While they send, a page
(`/i/badges`, one at a time) is requested from a web process, and every second a single notification (as for a message)
is queued to a person who follows nobody. Both are measured before, too. Everything shares the machine, the push service
as well. The database is SQLite, or that of `DATABASE_URL`.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Any, Final

os.environ["WEBHOOK_TRUSTED_HOSTS"] = "127.0.0.1"

from benchmarks._support import product
from benchmarks._support.table import markdown, percentile, versions
from tests.support.ports import free_port, listens
from tests.support.processes import PYTHON, Child
from tests.support.redis import running_redis

GOAL_SECONDS: Final = 60.0
BEFORE_SECONDS: Final = 8.0
LONGEST_SECONDS: Final = 400.0
SENDERS: Final = (
    "nice -n 10 {python} -m celery --app spaces_project --quiet worker --queues notify,notify.many --concurrency 2"
)
WEB: Final = "{python} -m spaces_project.daphne --bind 127.0.0.1 --port {port} --no-server-name --verbosity 0 {app}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--followers", type=int, default=100_000)
    followers = parser.parse_args().followers
    from django.conf import settings

    with ExitStack() as stack:
        stack.enter_context(running_redis(product.VAR, port=settings.REDIS_PORT))
        product.migrate()
        sink = free_port()
        cookie, single, space = _fill(followers, sink)
        web = free_port()
        for command in (
            f"{PYTHON} -m benchmarks._support.push_sink {sink}",
            SENDERS.format(python=PYTHON) + " --loglevel WARNING --without-gossip --without-mingle",
            WEB.format(python=PYTHON, port=web, app="spaces_project.served:application"),
        ):
            child = Child(command.split(), log=product.VAR / f"child{len(command)}.log", env=dict(os.environ))
            stack.callback(child.stop)
        _wait(lambda: listens(web) and listens(sink))
        _print(_measure(followers, space, single, sink, web, cookie), followers)


def _fill(followers: int, sink: int) -> tuple[str, int, int]:
    """Make the host, the followers and their browsers. Return a cookie, the lone user's id and the Space's id."""
    from accounts.models import Follow
    from tests.reach.push_service import AUTH, Browser, base64url
    from timeline.reach.models import PushSubscription

    host, single, *others = product.people(followers + 2)
    keys = [Browser().p256dh for _ in range(100)]
    for first in range(0, len(others), 5_000):
        part = others[first : first + 5_000]
        Follow.objects.bulk_create(Follow(follower=person, followee=host) for person in part)
        PushSubscription.objects.bulk_create(
            PushSubscription(
                user=person, session_key="s", endpoint=f"http://127.0.0.1:{sink}/{person.pk}",
                p256dh=keys[person.pk % 100], auth=base64url(AUTH),
            )
            for person in part
        )  # fmt: skip
    PushSubscription.objects.create(
        user=single, session_key="s", endpoint=f"http://127.0.0.1:{sink}/single", p256dh=keys[0], auth=base64url(AUTH)
    )
    return product.session_cookies([single])[0], single.pk, product.live_space(host).pk


@dataclass
class Measured:
    """Seconds. `pages` and `singles` are before and during the sending."""

    told: float = 0.0
    reached: int = 0
    pages: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    singles: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))


def _measure(followers: int, space: int, single: int, sink: int, web: int, cookie: str) -> Measured:
    from timeline.reach import tasks

    found, is_sending, is_over = Measured(), Event(), Event()
    _one(single, sink)  # the worker is up, and has imported everything
    threads = [
        Thread(target=_ask_pages, args=(web, cookie, found.pages, is_sending, is_over)),
        Thread(target=_send_singles, args=(single, sink, found.singles, is_sending, is_over)),
    ]
    for thread in threads:
        thread.start()
    time.sleep(BEFORE_SECONDS)
    is_sending.set()
    began = time.time()
    tasks.tell_followers.delay(space)
    _wait(lambda: _count(sink)["count"] >= followers, seconds=LONGEST_SECONDS)
    is_over.set()
    for thread in threads:
        thread.join()
    counted = _count(sink)
    found.told, found.reached = counted["last"] - began, counted["count"]
    return found


def _ask_pages(
    web: int, cookie: str, found: tuple[list[float], list[float]], is_sending: Event, is_over: Event
) -> None:
    connection = HTTPConnection("127.0.0.1", web, timeout=30)
    while not is_over.wait(0.05):
        began = time.perf_counter()
        connection.request("GET", "/i/badges", headers={"Cookie": cookie, "Host": "localhost:8000"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        found[is_sending.is_set()].append(time.perf_counter() - began)


def _send_singles(
    single: int, sink: int, found: tuple[list[float], list[float]], is_sending: Event, is_over: Event
) -> None:
    while not is_over.wait(1.0):
        found[is_sending.is_set()].append(_one(single, sink))


def _one(single: int, sink: int) -> float:
    """Queue a notification for one person and return how long it took to arrive."""
    from timeline.reach import tasks
    from timeline.reach.notice import trial

    began = time.time()
    packed = trial().packed() | {"kind": "message"}
    tasks.tell.delay(packed, [single])
    _wait(lambda: _count(sink)["single"] > began, seconds=60)
    return float(_count(sink)["single"]) - began


def _count(sink: int) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", sink, timeout=10)
    connection.request("GET", "/count")
    counted: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return counted


def _wait(is_so: Any, *, seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise SystemExit("it took too long")
        time.sleep(0.05)


def _print(found: Measured, followers: int) -> None:
    verdict = "reached" if found.told <= GOAL_SECONDS else "MISSED"
    print(
        f"{found.reached:,} of {followers:,} followers told in {found.told:.1f} s (goal ≤ {GOAL_SECONDS:g}: {verdict})"
    )
    print(
        markdown(
            ("meanwhile", "before p50 ms", "before p95", "while sending p50", "while sending p95"), [*_rows(found)]
        )
    )
    print(versions("celery", "pywebpush", "http-ece", "cryptography"))


def _rows(found: Measured) -> Iterator[list[str]]:
    for name, pair in (("page", found.pages), ("single notification", found.singles)):
        yield [name, *(f"{percentile(part, share) * 1_000:.0f}" for part in pair for share in (0.5, 0.95))]


if __name__ == "__main__":
    main()
