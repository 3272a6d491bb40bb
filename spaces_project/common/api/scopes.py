"""The scopes of tokens. They have X's names where X has the same thing."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_noop


class Scope(StrEnum):
    SPACE_READ = "space.read"
    SPACE_WRITE = "space.write"
    SPACE_MODERATE = "space.moderate"
    USERS_READ = "users.read"
    USERS_WRITE = "users.write"
    FOLLOWS_WRITE = "follows.write"
    BLOCK_READ = "block.read"
    BLOCK_WRITE = "block.write"
    MUTE_READ = "mute.read"
    MUTE_WRITE = "mute.write"
    TWEET_READ = "tweet.read"
    TWEET_WRITE = "tweet.write"
    BOOKMARK_READ = "bookmark.read"
    BOOKMARK_WRITE = "bookmark.write"
    DM_READ = "dm.read"
    DM_WRITE = "dm.write"
    NOTIFICATIONS_READ = "notifications.read"
    WEBHOOKS_WRITE = "webhooks.write"


SCOPES: dict[Scope, str] = {
    Scope.SPACE_READ: gettext_noop("See Spaces, and listen to them"),
    Scope.SPACE_WRITE: gettext_noop("Create Spaces, join, speak and react"),
    Scope.SPACE_MODERATE: gettext_noop("Moderate the Spaces you run"),
    Scope.USERS_READ: gettext_noop("See people, follows and your profile"),
    Scope.USERS_WRITE: gettext_noop("Change your profile"),
    Scope.FOLLOWS_WRITE: gettext_noop("Follow and unfollow people"),
    Scope.BLOCK_READ: gettext_noop("See the people you blocked"),
    Scope.BLOCK_WRITE: gettext_noop("Block and unblock people"),
    Scope.MUTE_READ: gettext_noop("See the people whose posts you muted"),
    Scope.MUTE_WRITE: gettext_noop("Mute people's posts, and show them again"),
    Scope.TWEET_READ: gettext_noop("See posts and Fleets"),
    Scope.TWEET_WRITE: gettext_noop("Post and delete your posts and Fleets"),
    Scope.BOOKMARK_READ: gettext_noop("See your bookmarks"),
    Scope.BOOKMARK_WRITE: gettext_noop("Add and remove bookmarks"),
    Scope.DM_READ: gettext_noop("Read your messages"),
    Scope.DM_WRITE: gettext_noop("Send messages"),
    Scope.NOTIFICATIONS_READ: gettext_noop("See your notifications"),
    Scope.WEBHOOKS_WRITE: gettext_noop("Manage your webhooks"),
}
"""Every scope with the text shown to the user who is asked to grant it.

The texts here, in `OAUTH_SCOPES` and in `IDLE_SCOPES` are English, as the schema publishes them. Pages translate them.
"""

OFFLINE = "offline.access"
"""X's name for staying logged in. Here every code brings a refresh token, so it adds nothing; programs ask for it."""
IDLE_SCOPES = {
    "follows.read": gettext_noop("whom you follow, which “See people” covers"),
    "like.read": gettext_noop("likes"),
    "like.write": gettext_noop("likes"),
    "list.read": gettext_noop("lists"),
    "list.write": gettext_noop("lists"),
    "media.write": gettext_noop("uploads"),
    "timeline.read": gettext_noop("timelines, which “See posts” covers"),
    "tweet.moderate.write": gettext_noop("hidden replies"),
    "users.email": gettext_noop("your email address"),
}
"""X's scopes that give a token no further rights here, each with its subject.

Programs ask for them, and some stop if they are not granted: oauthlib takes a smaller `scope` in the answer for an
error. So they are granted as asked for.
"""
OAUTH_SCOPES: dict[str, str] = {
    **{scope.value: words for scope, words in SCOPES.items()},
    OFFLINE: gettext_noop("Stay logged in"),
    **IDLE_SCOPES,
}
"""Every scope name that OAuth accepts."""
APP_SCOPES = frozenset({Scope.SPACE_READ.value, Scope.USERS_READ.value, Scope.TWEET_READ.value})
"""Scopes that an app may ask for in its own name: reads that need no user."""

_NAMED = {scope.value: words for scope, words in SCOPES.items()}
SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal token (made in the settings or by `manage.py create_token`) or a token of OAuth 2.",
    },
    "oauth2": {
        "type": "oauth2",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "/i/oauth2/authorize",
                "tokenUrl": "/2/oauth2/token",
                "refreshUrl": "/2/oauth2/token",
                "scopes": _NAMED,
            },
            "clientCredentials": {
                "tokenUrl": "/2/oauth2/token",
                "scopes": {name: words for name, words in _NAMED.items() if name in APP_SCOPES},
            },
        },
    },
}
"""The ways programs authenticate, in OpenAPI's form."""
