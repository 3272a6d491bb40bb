"""How long the transcript of an hour takes.

    python -m benchmarks.transcript [--requests 200]

An ended Space has 1,200 lines of four people, in Latin, Arabic and Hebrew script, with eight words of masking. Django's
test client asks in this process, through session, middleware and templates, on SQLite and a real Redis.
"""

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks._support.table import markdown, percentile, versions
from tests.support.redis import running_redis

GOAL_MS = 300
MASKED = 8


def main() -> None:
    requests = _options().requests
    from benchmarks._support.product import VAR

    # isort: split
    from django.conf import settings

    with running_redis(VAR, port=settings.REDIS_PORT):
        rows = [_row(name, _measure(ask, requests)) for name, ask in _pages().items()]
    print(f"{versions('django')}, SQLite, {requests} requests each\n")
    print(markdown(["page", "KB", "CPU ms", "p50 ms", "p95 ms", "longest ms", f"goal p95 < {GOAL_MS}"], rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200)
    return parser.parse_args()


def _pages() -> dict[str, Callable[[], Any]]:
    from benchmarks._support.product import live_space, migrate, people

    migrate()
    from django.test import Client, override_settings
    from django.urls import reverse

    from captions import transcript
    from captions.models import MaskedWord, Utterance
    from spaces.models import Space
    from tests.support.hour import hour

    speakers = people(4)
    space = live_space(speakers[0])
    Utterance.objects.bulk_create(
        Utterance(**row) for row in hour(space_id=space.pk, people=[user.pk for user in speakers])
    )
    Space.objects.update(state="ended", ended_at=space.started_at, end_reason="host_ended")
    MaskedWord.objects.bulk_create(MaskedWord(text=f"badword{number}") for number in range(MASKED))
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    override_settings(STORAGES=plain, ALLOWED_HOSTS=["*"]).enable()
    # A person may read sixty pages a minute; this reads as many as a thousand people.
    vars(transcript)["MOST"] = 10**9
    logging.disable(logging.INFO)
    client = Client()
    client.force_login(speakers[0])
    address = reverse("transcript", args=[space.public_id])
    line = Utterance.objects.order_by("start_ms")[900].pk
    queries = {"first page": {}, "last page": {"page": "3"}, "a line": {"line": str(line)}, "a search": {"q": "Redis"}}
    return {name: _asked(client, address, query) for name, query in queries.items()}


def _asked(client: Any, address: str, query: dict[str, str]) -> Callable[[], Any]:
    return lambda: client.get(address, query)


@dataclass(frozen=True, slots=True)
class Measured:
    kilobytes: float
    cpu_ms: float
    """Of one request in this process: what it would take on a machine that does nothing else."""
    took_ms: list[float]


def _measure(ask: Callable[[], Any], requests: int) -> Measured:
    """Ask once to fill the caches, then so many times with a stopwatch."""
    size = len(ask().content) / 1000
    took, cpu = [], time.process_time()
    for _ in range(requests):
        started = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"status {answer.status_code}")
    return Measured(size, (time.process_time() - cpu) * 1000 / requests, took)


def _row(name: str, found: Measured) -> list[str]:
    took = found.took_ms
    p95 = percentile(took, 0.95)
    verdict = "reached" if p95 < GOAL_MS else "MISSED"
    return [
        name,
        f"{found.kilobytes:.0f}",
        f"{found.cpu_ms:.0f}",
        f"{percentile(took, 0.5):.0f}",
        f"{p95:.0f}",
        f"{max(took):.0f}",
        verdict,
    ]


if __name__ == "__main__":
    main()
