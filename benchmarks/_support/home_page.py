"""The measuring process of `benchmarks.timeline`, with the database of `DATABASE_URL`. Arguments: REQUESTS SIZE…

Prints one line of JSON, `{size: {"queries", "p50", "p95", "posts", "join", "scan"}}`, times in milliseconds.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks._support import product

# The line above names the settings, so it comes before every module that reads them.
# isort: split
from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Follow, User
from benchmarks._support import timeline_data
from benchmarks._support.table import percentile
from tests.support.redis import running_redis
from timeline.models import Post
from timeline.selectors.home import home_ids

PLAIN_STATIC_FILES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
POSTS = 31
REPEATS = 5


def main(requests: int, sizes: Sequence[int]) -> None:
    with running_redis(product.VAR, port=settings.REDIS_PORT), override_settings(STORAGES=PLAIN_STATIC_FILES):
        _prepare()
        timeline_data.wait_for_slow_queries()
        people = {size: timeline_data.viewers(size) for size in sizes}
        print(json.dumps({size: _measure(viewers, requests) for size, viewers in people.items()}))


def _prepare() -> None:
    """Build the missing data in one transaction, so that an interrupted run leaves an empty file, not half of one."""
    product.migrate()
    if User.objects.exists():
        return
    begun = time.monotonic()
    with transaction.atomic():
        timeline_data.fill()
    print(f"built in {time.monotonic() - begun:.0f} s", file=sys.stderr)


def _measure(people: Sequence[User], requests: int) -> dict[str, float]:
    pages = [_page(user) for user in people]
    for page in pages:
        page()
    taken = [_timed(pages[number % len(pages)]) for number in range(requests)]
    return {
        "queries": max(map(_queries, pages)),
        "p50": statistics.median(taken),
        "p95": percentile(taken, 0.95),
        "posts": _median(partial(home_ids, before=None, limit=POSTS), [*people] * REPEATS),
        "join": _median(_as_join, people),
        "scan": _median(_as_scan, people),
    }


def _page(user: User) -> Callable[[], None]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)

    def ask() -> None:
        answer = client.get("/")
        assert answer.status_code == 200 and answer.content.count(b"data-post-line") > POSTS // 2

    return ask


def _queries(page: Callable[[], None]) -> int:
    with CaptureQueriesContext(connection) as captured:
        page()
    return len(captured)


def _median(ask: Callable[..., list[int]], people: Sequence[User]) -> float:
    return statistics.median(_timed(partial(ask, user=user)) for user in people)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1_000


def _as_join(*, user: User) -> list[int]:
    posts = Post.objects.filter(is_reply=False, author__follower_rows__follower=user)
    return list(posts.order_by("-pk").values_list("pk", flat=True)[:POSTS])


def _as_scan(*, user: User) -> list[int]:
    follow = Subquery(Follow.objects.filter(follower=user, followee=OuterRef("author")).values("pk")[:1])
    posts = Post.objects.filter(is_reply=False).annotate(follow=follow).filter(follow__isnull=False)
    return list(posts.order_by("-pk").values_list("pk", flat=True)[:POSTS])


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(size) for size in sys.argv[2:]])
