"""The timeline of a site with 200,000 people, made by SQL in bulk.

Half of the posts are by a tenth of the people. One post in five is a reply, some are quotes and reposts, and one in a
hundred links to a live Space. Numbers come from a fixed scatter, so that every run has the same rows.
"""

from typing import Final

from django.db import connection
from django.utils import timezone

from accounts.models import Follow, User
from spaces.models import Participant, Space
from spaces.states import Role, SpaceState
from timeline.models import Post

PEOPLE: Final = 200_000
POSTS: Final = 2_000_000
SPACES: Final = 500
FOLLOWS_EACH: Final = 5
VIEWERS: Final = 3

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_SCATTER = "((i * 48271) % 2147483647)"


def fill() -> None:
    """Fill a migrated, empty database. On PostgreSQL, update the planner's statistics as autovacuum would."""
    if connection.vendor == "postgresql":
        # The rows are valid by construction. Twelve million foreign key checks would only take time.
        _run("SET LOCAL statement_timeout = 0; SET LOCAL session_replication_role = replica")
    _people()
    _follows()
    _spaces()
    _posts()
    if connection.vendor == "postgresql":
        _run("ANALYZE")


def viewers(follows: int) -> list[User]:
    """Return three people with so many follows. They are created on first use."""
    return [_viewer(f"viewer{follows}_{number}", follows, number) for number in range(VIEWERS)]


def wait_for_slow_queries() -> None:
    """Lift PostgreSQL's query timeout of ten seconds: the query shapes that the product avoids may take longer."""
    if connection.vendor == "postgresql":
        _run("SET statement_timeout = 0")


def _people() -> None:
    _insert(
        User,
        "id, password, is_superuser, username, email, is_staff, is_active, date_joined, display_name, bio, avatar, "
        "protected, followers_count, following_count",
        "i, '!', FALSE, 'p' || i, 'p' || i || '@bench.invalid', FALSE, TRUE, CURRENT_TIMESTAMP, 'Person ' || i, '', "
        f"'', FALSE, {FOLLOWS_EACH}, {FOLLOWS_EACH}",
        last=PEOPLE,
    )


def _follows() -> None:
    followee = f"1 + {_SCATTER} % {PEOPLE}"
    _insert(
        Follow,
        "follower_id, followee_id, created_at",
        f"1 + i % {PEOPLE}, {followee}, CURRENT_TIMESTAMP",
        last=PEOPLE * FOLLOWS_EACH,
        where=f"1 + i % {PEOPLE} <> {followee}",
    )


def _spaces() -> None:
    now = timezone.now()
    spaces = Space.objects.bulk_create(
        Space(
            id=number, creator_id=number, host_id=number, title=f"Space {number}", state=SpaceState.LIVE, started_at=now
        )
        for number in range(1, SPACES + 1)
    )
    places = [(space, space.pk, Role.HOST) for space in spaces]
    places += [(space, space.pk + SPACES * step, Role.SPEAKER) for space in spaces for step in (1, 2, 3)]
    Participant.objects.bulk_create(Participant(space=space, user_id=who, role=role) for space, who, role in places)


def _posts() -> None:
    is_repost, is_reply, is_quote = "i % 13 = 0", "(i % 5 = 0 AND i % 13 <> 0)", "(i % 11 = 0 AND i % 13 <> 0)"
    _insert(
        Post,
        "id, author_id, text, created_at, is_reply, is_quote, reply_to_id, quote_of_id, repost_of_id, space_id, "
        "like_count, reply_count, repost_count, quote_count",
        f"""
        i, CASE WHEN i % 2 = 0 THEN 1 + {_SCATTER} % {PEOPLE // 10} ELSE 1 + {_SCATTER} % {PEOPLE} END,
        CASE WHEN {is_repost} THEN '' ELSE 'Post ' || i || ' for @p1, see https://example.com/' || i END,
        CURRENT_TIMESTAMP, {is_reply}, {is_quote},
        CASE WHEN {is_reply} THEN i - 1 END, CASE WHEN {is_quote} THEN i - 2 END,
        CASE WHEN {is_repost} THEN i - 6 END,
        CASE WHEN i % 100 = 1 AND i % 13 <> 0 THEN 1 + (i / 100) % {SPACES} END,
        i % 90, i % 7, i % 20, i % 3
        """,
        last=POSTS,
    )


def _insert(model: type[User | Follow | Post], columns: str, values: str, *, last: int, where: str = "TRUE") -> None:
    table = model._meta.db_table
    numbers = _NUMBERS.format(last=last)
    # No part of this statement is user input. Placeholders cannot stand for columns.
    _run(f"INSERT INTO {table} ({columns}) {numbers} SELECT {values} FROM n WHERE {where} ON CONFLICT DO NOTHING")
    if connection.vendor == "postgresql" and columns.startswith("id,"):
        _run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _viewer(username: str, follows: int, number: int) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create(username=username, email=f"{username}@bench.invalid", following_count=follows)
        people = [1 + ((step + number * 1_000) * 7_919) % PEOPLE for step in range(follows)]
        Follow.objects.bulk_create((Follow(follower=user, followee_id=pk) for pk in people), batch_size=2_000)
    return user
