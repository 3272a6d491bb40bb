"""The scopes of tokens. They have X's names where X has the same thing."""

from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    SPACE_READ = "space.read"
    SPACE_WRITE = "space.write"
    SPACE_MODERATE = "space.moderate"
    USERS_READ = "users.read"
    USERS_WRITE = "users.write"
    FOLLOWS_WRITE = "follows.write"
    BLOCK_READ = "block.read"
    BLOCK_WRITE = "block.write"
    TWEET_READ = "tweet.read"
    TWEET_WRITE = "tweet.write"
    DM_READ = "dm.read"
    DM_WRITE = "dm.write"
    NOTIFICATIONS_READ = "notifications.read"
    WEBHOOKS_WRITE = "webhooks.write"


SCOPES: dict[Scope, str] = {
    Scope.SPACE_READ: "See Spaces, and listen to them",
    Scope.SPACE_WRITE: "Create Spaces, join, speak and react",
    Scope.SPACE_MODERATE: "Moderate the Spaces you run",
    Scope.USERS_READ: "See people, follows and your profile",
    Scope.USERS_WRITE: "Change your profile",
    Scope.FOLLOWS_WRITE: "Follow and unfollow people",
    Scope.BLOCK_READ: "See the people you blocked",
    Scope.BLOCK_WRITE: "Block and unblock people",
    Scope.TWEET_READ: "See posts and Fleets",
    Scope.TWEET_WRITE: "Post and delete your posts and Fleets",
    Scope.DM_READ: "Read your messages",
    Scope.DM_WRITE: "Send messages",
    Scope.NOTIFICATIONS_READ: "See your notifications",
    Scope.WEBHOOKS_WRITE: "Manage your webhooks",
}
"""Every scope with the text shown to the user who is asked to grant it."""

OFFLINE = "offline.access"
"""X's name for staying logged in. Here every code brings a refresh token, so it adds nothing; programs ask for it."""
IDLE_SCOPES = {
    "bookmark.read": "bookmarks",
    "bookmark.write": "bookmarks",
    "follows.read": "whom you follow, which “See people” covers",
    "like.read": "likes",
    "like.write": "likes",
    "list.read": "lists",
    "list.write": "lists",
    "media.write": "uploads",
    "mute.read": "muted people",
    "mute.write": "muted people",
    "timeline.read": "timelines, which “See posts” covers",
    "tweet.moderate.write": "hidden replies",
    "users.email": "your email address",
}
"""X's scopes that give a token no further rights here, each with its subject.

Programs ask for them, and some stop if they are not granted: oauthlib takes a smaller `scope` in the answer for an
error. So they are granted as asked for.
"""
OAUTH_SCOPES: dict[str, str] = {
    **{scope.value: words for scope, words in SCOPES.items()},
    OFFLINE: "Stay logged in",
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
