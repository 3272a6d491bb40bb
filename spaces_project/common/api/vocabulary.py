"""X's two vocabularies. Its document 2.159 says "tweet", 2.167 says "post", and clients of both are in use.

Requests may use either. Answers give each value under both names: older clients do not mind an extra key, and newer
ones stop if theirs is missing. A problem's `type` can have one host only; it follows the vocabulary of the request.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest

TWINS: Final[Mapping[str, str]] = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "tweets": "posts",
}
"""Keys of answers: the older name and the newer one."""
_OLDER: Final[Mapping[str, tuple[str, ...]]] = {
    "affiliation": ("affiliation.user_id",),
    "edit_history_post_ids": ("edit_history_tweet_ids",),
    "most_recent_post_id": ("most_recent_tweet_id",),
    "pinned_post_id": ("pinned_tweet_id",),
    "referenced_posts": ("referenced_tweets.id", "referenced_tweets.id.author_id"),
    "username": ("author_screen_name",),
}
"""Expansions that only the newer document has, translated to the older one."""
_NEWER_FIELDS: Final = frozenset({"most_recent_post_id", "pinned_post_id", "subscribes_to_you"})
_NEWER_AGENTS: Final = "xdk-"
"""The user agent prefix of X's own current SDKs. They read problems by the newer host only, whatever they ask for."""


def in_both(**values: Any) -> dict[str, Any]:
    """Return the values under their older name, which is given, and under the newer one."""
    return {**values, **{TWINS[name]: value for name, value in values.items()}}


def older(expansions: Any) -> frozenset[str]:
    """Return the expansions translated to the older vocabulary."""
    return frozenset(name for asked in expansions for name in _OLDER.get(asked, (asked,)))


def speaks_of_posts(request: HttpRequest) -> bool:
    """Return whether a request uses the newer vocabulary.

    If it uses neither, the user agent decides: newer SDK or older client.
    """
    expansions, fields = _listed(request, "expansions"), _listed(request, "user.fields")
    if "post.fields" in request.GET or expansions & _OLDER.keys() or fields & _NEWER_FIELDS:
        return True
    if "tweet.fields" in request.GET or any("tweet" in name for name in expansions | fields):
        return False
    return request.headers.get("User-Agent", "").startswith(_NEWER_AGENTS)


def _listed(request: HttpRequest, name: str) -> set[str]:
    return set(",".join(request.GET.getlist(name)).split(","))
