"""Queries for users in X's shape: one query for any number of users, and one more if posts are counted."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.db.models.functions import Upper
from msgspec import UNSET

from accounts.api.v2.objects import PublicMetrics, XUser
from accounts.models import User
from spaces_project.common.api.kinds import moment
from spaces_project.common.api.vocabulary import in_both

COLUMNS = (
    "pk", "username", "display_name", "bio", "avatar", "protected", "date_joined", "followers_count", "following_count",
)  # fmt: skip
Row = tuple[Any, ...]
Counter = Callable[[Collection[int]], dict[int, int]]

_post_counters: list[Counter] = []


def counts_posts(counter: Counter) -> Counter:
    """Register the function that counts posts by user id. An app above this one provides it."""
    _post_counters[:] = [counter]
    return counter


def users_by_id(ids: Collection[int], fields: Collection[str]) -> dict[int, XUser]:
    """Return the active users with these ids, keyed by id, with the fields that were asked for."""
    return {row[0]: shown for row, shown in _read(_active().filter(pk__in=ids), fields)}


def users_by_name(usernames: Iterable[str], fields: Collection[str]) -> dict[str, XUser]:
    """Return the active users with these usernames, keyed by username in upper case."""
    names = {name.upper() for name in usernames}
    people = _active().alias(username_key=Upper("username")).filter(username_key__in=names)
    return {row[1].upper(): shown for row, shown in _read(people, fields)}


def as_users(rows: Collection[Row], fields: Collection[str]) -> list[XUser]:
    """Return one `XUser` for each of `rows`, whose columns are `COLUMNS`."""
    posts = _posts([row[0] for row in rows], fields)
    return [_shown(row, frozenset(fields), posts) for row in rows]


def _active() -> QuerySet[User]:
    return User.objects.filter(is_active=True)


def _read(people: QuerySet[User], fields: Collection[str]) -> list[tuple[Row, XUser]]:
    rows = list(people.values_list(*COLUMNS))
    return list(zip(rows, as_users(rows, fields), strict=True))


def _posts(ids: Collection[int], fields: Collection[str]) -> dict[int, int]:
    if "public_metrics" not in fields or not _post_counters:
        return {}
    return _post_counters[0](ids)


def _shown(row: Row, fields: frozenset[str], posts: dict[int, int]) -> XUser:
    pk, username, display_name, bio, avatar, protected, joined, followers, following = row
    return XUser(
        id=str(pk),
        name=display_name or username,
        username=username,
        created_at=moment(joined) if "created_at" in fields else UNSET,
        description=bio if "description" in fields else UNSET,
        profile_image_url=picture(avatar) if avatar and "profile_image_url" in fields else UNSET,
        protected=protected if "protected" in fields else UNSET,
        public_metrics=_metrics(followers, following, posts.get(pk, 0)) if "public_metrics" in fields else UNSET,
        verified=False if "verified" in fields else UNSET,
    )


def _metrics(followers: int, following: int, posts: int) -> PublicMetrics:
    return PublicMetrics(followers_count=followers, following_count=following, **in_both(tweet_count=posts))


def picture(name: str) -> str:
    """Return the full address of an image, for the name that the storage gave it."""
    url = default_storage.url(name)
    return url if "://" in url else f"{settings.PUBLIC_ORIGIN}{url}"
