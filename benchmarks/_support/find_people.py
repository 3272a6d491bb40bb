"""The measuring process of `benchmarks.finding`, with the database of `DATABASE_URL`. Arguments: PEOPLE QUERIES.

Prints one line of JSON, `{"times": {kind: {"p50", "p95"}}, "answers"}`: times in milliseconds, and a digest of the ids
that were found.
"""

import hashlib
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from benchmarks._support import product

# The line above names the settings, so it comes before every module that reads them.
# isort: split
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.finding import search_users
from accounts.models import NameWord, User
from accounts.names import words_of

SYLLABLES = """
    a an be bo ca chi da de di do el en fa fe ga gi ha hi in jo ka ke ki la le li lo ma me mi mo na ne ni no o pa pe
    ra re ri ro sa se shi so ta te ti to u va vi wa ya yo za z\u00e9 \u00f1u \u00f8r \u00fcl \u00e5ng
""".split()  # noqa: SIM905 - as a list it would be a page
BATCH = 20_000
USER = (
    "id", "username", "email", "password", "display_name", "bio", "avatar", "followers_count", "following_count",
    "date_joined", "is_active", "is_staff", "is_superuser", "protected",
)  # fmt: skip


def main() -> None:
    people, queries = int(sys.argv[1]), int(sys.argv[2])
    product.migrate()
    if User.objects.count() < people:
        _fill(people)
    kinds = _queries(people, queries)
    _measure(kinds)  # once to warm the caches of the database
    times, answers = _measure(kinds)
    every = [value for values in times.values() for value in values]
    print(json.dumps({"times": {k: _summary(v) for k, v in {**times, "all": every}.items()}, "answers": answers}))


def _fill(people: int) -> None:
    """Write the rows as the database takes them fastest: five million of them by models would take half an hour."""
    made = _people(people)
    while batch := list(islice(made, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            _write(cursor, User, USER, [tuple(getattr(user, name) for name in USER) for user in batch])
            words = [(user.pk, word) for user in batch for word in sorted(words_of(user))]
            _write(cursor, NameWord, ("user_id", "word"), words)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(cursor: Any, model: type[Model], columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    into = f"{model._meta.db_table} ({', '.join(columns)})"
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    # No part of this statement is user input. Placeholders cannot stand for columns.
    cursor.executemany(f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(columns))})", rows)


def _people(people: int) -> Iterator[User]:
    chance = random.Random(7)
    joined = timezone.now()
    for number in range(1, people + 1):
        first, last = _name(chance), _name(chance)
        yield User(
            id=number,
            username=f"{first[:6].encode('ascii', 'ignore').decode().lower()}{number}",
            email=f"{number}@bench.invalid",
            password="!",
            display_name=f"{first} {last}",
            followers_count=int(1 / (chance.random() + 1e-6)),
            date_joined=joined,
        )


def _name(chance: random.Random) -> str:
    # The first syllables of the list are the most common ones.
    parts = [SYLLABLES[int(chance.random() ** 2 * len(SYLLABLES))] for _ in range(chance.choice((2, 2, 3)))]
    return "".join(parts).capitalize()


def _queries(people: int, count: int) -> dict[str, list[str]]:
    chance = random.Random(11)
    ids = [chance.randint(1, people) for _ in range(count)]
    found = User.objects.in_bulk(ids)
    names = [found[pk].display_name.split() for pk in ids]
    handles = [found[pk].username for pk in ids]
    return {
        "one letter": [first[:1] for first, _ in names],
        "two letters": [last[:2] for _, last in names],
        "three letters": [first[:3] for first, _ in names],
        "a whole word": [last for _, last in names],
        "a handle": [f"@{handle}" for handle in handles],
        "two words": [f"{first} {last[:2]}" for first, last in names],
        "nobody": [f"qx{number}" for number in range(count)],
    }


def _measure(kinds: dict[str, list[str]]) -> tuple[dict[str, list[float]], str]:
    digest = hashlib.sha256()
    times: dict[str, list[float]] = {}
    for kind, queries in kinds.items():
        for query in queries:
            started = time.perf_counter()
            page = search_users(query=query)
            times.setdefault(kind, []).append(1_000 * (time.perf_counter() - started))
            digest.update(repr((query, [user.pk for user in page.items], page.next_cursor)).encode())
    return times, digest.hexdigest()


def _summary(values: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(values), "p95": statistics.quantiles(values, n=20)[-1]}


if __name__ == "__main__":
    main()
