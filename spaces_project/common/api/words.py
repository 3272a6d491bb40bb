"""X's two vocabularies. Its document 2.159 says "tweet", 2.167 says "post", and clients of both are in use.

Requests may use either. Answers say every such thing by both names: older clients do not mind a key more, and newer
ones stop where theirs is missing. A problem's `type` can have one host only; it follows the words of the request.
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
"""Expansions that only the newer document has, in the words of the older one."""
_NEWER_FIELDS: Final = frozenset({"most_recent_post_id", "pinned_post_id", "subscribes_to_you"})
_NEWER_AGENTS: Final = "xdk-"
"""How X's own current SDKs call themselves. They read problems by the newer host only, whatever they ask for."""


def in_both(**values: Any) -> dict[str, Any]:
    """Return the values by their older name, which is given, and by the newer one."""
    return {**values, **{TWINS[name]: value for name, value in values.items()}}


def older(expansions: Any) -> frozenset[str]:
    """Return expansions in the words of the older document."""
    return frozenset(name for asked in expansions for name in _OLDER.get(asked, (asked,)))


def speaks_of_posts(request: HttpRequest) -> bool:
    """Tell whether a request uses the newer words. One that uses neither is the newer SDKs' or an older client's."""
    expansions, fields = _listed(request, "expansions"), _listed(request, "user.fields")
    if "post.fields" in request.GET or expansions & _OLDER.keys() or fields & _NEWER_FIELDS:
        return True
    if "tweet.fields" in request.GET or any("tweet" in name for name in expansions | fields):
        return False
    return request.headers.get("User-Agent", "").startswith(_NEWER_AGENTS)


def _listed(request: HttpRequest, name: str) -> set[str]:
    return set(",".join(request.GET.getlist(name)).split(","))
