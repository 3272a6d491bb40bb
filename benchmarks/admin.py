"""The moderators' pages with one huge Space: 100,000 participants, 1,000,000 log entries, 20,000 reports.

    .venv/bin/python -m benchmarks.admin [--people N] [--entries N]

Django's test client asks for each page a few times in this process, on an SQLite database that is removed afterwards.
Queries are counted, and the slowest one is timed. The same pages are asked for with a hundredth of the rows first: a
page whose cost does not depend on the size takes the same time both times.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks._support.table import markdown, percentile, versions

TIMES = 7
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    queries: int
    page_ms: float
    slowest_ms: float


def main() -> None:
    options = _options()
    from benchmarks._support.product import migrate

    migrate()
    part = (options.people // 100, options.entries // 100, options.reports // 100)
    small, large = (
        {name: _measure(ask) for name, ask in _pages(_fill(*sizes)).items()}
        for sizes in (part, (options.people, options.entries, options.reports))
    )
    rows = [_row(name, small[name], found) for name, found in large.items()]
    head = ["page", "queries, 1 % / all", "p50 ms, 1 %", "p50 ms", "slowest query ms"]
    print(f"{versions('django')}, SQLite\n\n{markdown(head, rows)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--reports", type=int, default=20_000)
    return parser.parse_args()


def _row(name: str, small: Measured, large: Measured) -> list[str]:
    queries = f"{small.queries} / {large.queries}"
    return [name, queries, f"{small.page_ms:.0f}", f"{large.page_ms:.0f}", f"{large.slowest_ms:.1f}"]


def _fill(people: int, entries: int, reports: int) -> Any:
    """Create a live Space with so many rows of each kind. Return the newest report about it."""
    from django.utils import timezone

    from accounts.models import User
    from spaces.models import Participant, Report, Space
    from spaces.states import Role

    prefix = f"p{people}_"
    made = (User(username=f"{prefix}{number}", password="!") for number in range(people))
    _insert(User, made)
    ids = list(User.objects.filter(username__startswith=prefix).order_by("pk").values_list("pk", flat=True))
    host = ids[0]
    space = Space.objects.create(
        creator_id=host, host_id=host, title="A large one", state="live", started_at=timezone.now()
    )
    roles = (Role.HOST if pk == host else Role.LISTENER for pk in ids)
    _insert(Participant, (Participant(space=space, user_id=pk, role=role) for pk, role in zip(ids, roles, strict=True)))
    _log(space, ids, entries)
    middle = entries * 5
    _insert(
        Report,
        (
            Report(
                subject="person",
                space=space,
                person_id=ids[n % people],
                reporter_id=ids[-1 - n % people],
                reason="spam",
                clock_ms=middle,
            )
            for n in range(reports)
        ),
    )
    return Report.objects.latest("pk")


def _log(space: Any, ids: list[int], entries: int) -> None:
    """Write the log: the first part row by row, and the rest by copies inside the database."""
    from django.db import connection

    from spaces.models import LogEntry
    from spaces.states import LogKind

    kinds, part = list(LogKind), min(entries, 2 * BATCH)
    made = (
        LogEntry(space=space, kind=kinds[n % len(kinds)], actor_id=ids[n % len(ids)], clock_ms=n * 10)
        for n in range(part)
    )
    _insert(LogEntry, made)
    last = LogEntry.objects.latest("pk").pk
    copied = "space_id, kind, actor_id, target_id, at, reason"
    with connection.cursor() as cursor:
        for copy in range(1, entries // part):
            cursor.execute(
                f"INSERT INTO spaces_logentry ({copied}, clock_ms) SELECT {copied}, clock_ms + %s"
                " FROM spaces_logentry WHERE id > %s AND id <= %s",
                [copy * part * 10, last - part, last],
            )


def _insert(model: Any, rows: Any) -> None:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            model.objects.bulk_create(batch)
            batch = []
    model.objects.bulk_create(batch)


def _pages(report: Any) -> dict[str, Callable[[], Any]]:
    from django.test import Client, override_settings
    from django.urls import reverse

    from accounts.models import User

    root, _ = User.objects.get_or_create(username="root", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(root)
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    override_settings(STORAGES=plain, ALLOWED_HOSTS=["*"]).enable()

    def listed(name: str, **query: str) -> Callable[[], Any]:
        return lambda: client.get(reverse(f"admin:spaces_{name}_changelist"), query)

    return {
        "queue": listed("report"),
        "a case": lambda: client.get(reverse("admin:spaces_report_change", args=[report.pk])),
        "live Spaces": lambda: client.get(reverse("admin:spaces_live")),
        "log": listed("logentry"),
        "log, page 3": listed("logentry", p="3"),
        "log of a Space": listed("logentry", q=report.space.public_id),
        "log of a person": listed("logentry", q=report.person.username),
        "log of a kind": listed("logentry", kind__exact="removed"),
        "participants": listed("participant"),
        "participants, muted": listed("participant", muted__exact="1"),
    }


def _measure(ask: Callable[[], Any]) -> Measured:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"status {answer.status_code}")
    with CaptureQueriesContext(connection) as captured:
        ask()
    slowest = max(float(query["time"]) for query in captured.captured_queries) * 1000
    return Measured(len(captured), percentile(took, 0.5), slowest)


if __name__ == "__main__":
    main()
