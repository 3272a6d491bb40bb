"""The home page of people with few and with many follows, on a big timeline.

    python -m benchmarks.timeline [--requests 60] [--on sqlite] [--on postgresql]

The timeline has 200,000 people, 2,000,000 posts and 500 live Spaces. Three people each have 10, 1,000 and 20,000
follows. A request is the whole page through Django's test client, with session, middleware and templates, against a
real Redis. The SQLite file is kept under var/bench/; PostgreSQL is a private cluster, made and removed.

The table also shows the time of the query for the page's posts, and of the two obvious shapes of that query, whose time
grows with the follows. timeline/selectors/home.py explains the shape that is used instead.
"""

import argparse
import json
import os
import subprocess
import sys

from benchmarks._support.table import markdown, versions
from tests.support.postgres import running_postgres
from tests.support.processes import REPOSITORY

SIZES = (10, 1_000, 20_000)
GOAL = 2.0
CACHE = REPOSITORY / "var/bench/timeline.sqlite3"
ENGINES = ("sqlite", "postgresql")
HEAD = ("database, follows", "queries", "page p50 ms", "page p95 ms", "posts p50 ms", "as a join", "as a scan")
COLUMNS = ("p50", "p95", "posts", "join", "scan")

Measured = dict[str, float]


def main() -> None:
    arguments = _arguments()
    rows = [row for engine in arguments.on or ENGINES for row in _measure(engine, arguments.requests)]
    print(markdown(HEAD, rows))
    print(versions("django", "psycopg"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--on", choices=ENGINES, action="append")
    return parser.parse_args()


def _measure(engine: str, requests: int) -> list[list[str]]:
    if engine == "sqlite":
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        return _rows(engine, _child(f"sqlite:///{CACHE}", requests))
    with running_postgres() as url:
        return _rows(engine, _child(url, requests))


def _child(url: str, requests: int) -> dict[int, Measured]:
    """Measure one database in a process of its own, because a process reads its settings only once."""
    command = [sys.executable, "-m", "benchmarks._support.home_page", str(requests), *map(str, SIZES)]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, check=True)
    return {int(size): found for size, found in json.loads(done.stdout).items()}


def _rows(engine: str, measured: dict[int, Measured]) -> list[list[str]]:
    few, many = measured[SIZES[0]]["p95"], measured[SIZES[-1]]["p95"]
    verdict = "reached" if many / few <= GOAL else "MISSED"
    ratio = ["", "", f"{many / few:.2f}", "", "", ""]
    rows = [_row(f"{engine}, {size:,}", measured[size]) for size in SIZES]
    _require_as_many({found["queries"] for found in measured.values()})
    return [*rows, [f"{engine}, p95 of 20,000 ÷ 10 (goal ≤ {GOAL:g}: {verdict})", *ratio]]


def _require_as_many(numbers: set[float]) -> None:
    """Exit unless all pages took the same number of queries: it must not depend on a person's follows."""
    if len(numbers) > 1:
        sys.exit(f"the home page takes {sorted(numbers)} queries, and should always take as many")


def _row(name: str, found: Measured) -> list[str]:
    return [name, f"{found['queries']:.0f}", *(f"{found[column]:.1f}" for column in COLUMNS)]


if __name__ == "__main__":
    main()
