"""Finding people by name among a million.

    python -m benchmarks.finding [--people 1000000] [--queries 400] [--on sqlite] [--on postgresql]

Names are made of syllables, so that beginnings are shared by many, as those of real names. A few people have most of
the followers. The queries are beginnings of names and handles, of one letter to all of them, and of two words at once.
Each is one call of `accounts.finding.search_users`. The table also says whether both databases gave the same people in
the same order. The SQLite file is kept under var/bench/; PostgreSQL is a private cluster, made and removed.
"""

import argparse
import json
import os
import subprocess
import sys

from benchmarks._support.table import markdown, versions
from tests.support.postgres import running_postgres
from tests.support.processes import REPOSITORY

GOAL_MS = 50.0
ENGINES = ("sqlite", "postgresql")
KINDS = ("one letter", "two letters", "three letters", "a whole word", "a handle", "two words", "nobody", "all")
HEAD = ("database", *(f"{kind}, p95 ms" for kind in KINDS), f"goal ≤ {GOAL_MS:g} ms")

Found = dict[str, dict[str, float]]


def main() -> None:
    arguments = _arguments()
    found = {engine: _measure(engine, arguments) for engine in arguments.on or ENGINES}
    print(markdown(HEAD, [_row(engine, measured["times"]) for engine, measured in found.items()]))
    if len(found) > 1:
        answers = {measured["answers"] for measured in found.values()}
        print("both databases gave the same answers" if len(answers) == 1 else "the answers DIFFER")
    print(versions("django", "psycopg"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--on", choices=ENGINES, action="append")
    return parser.parse_args()


def _measure(engine: str, arguments: argparse.Namespace) -> dict[str, object]:
    if engine == "sqlite":
        cache = REPOSITORY / f"var/bench/finding-{arguments.people}.sqlite3"
        cache.parent.mkdir(parents=True, exist_ok=True)
        return _child(f"sqlite:///{cache}", arguments)
    with running_postgres() as url:
        return _child(url, arguments)


def _child(url: str, arguments: argparse.Namespace) -> dict[str, object]:
    """Measure one database in a process of its own, because a process reads its settings only once."""
    numbers = [str(arguments.people), str(arguments.queries)]
    command = [sys.executable, "-m", "benchmarks._support.find_people", *numbers]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _row(engine: str, times: object) -> list[str]:
    assert isinstance(times, dict)
    p95 = {kind: times[kind]["p95"] for kind in KINDS}
    verdict = "reached" if p95["all"] <= GOAL_MS else "MISSED"
    return [engine, *(f"{p95[kind]:.1f}" for kind in KINDS), verdict]


if __name__ == "__main__":
    main()
