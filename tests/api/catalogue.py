"""Every operation of the API, found where the addresses are, with a request that makes sense for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from spaces_project.common.api.operations import OPERATION, Operation


@dataclass(frozen=True)
class Endpoint:
    method: str
    route: str
    operation: Operation

    def __str__(self) -> str:
        return self.operation.name


def endpoints() -> list[Endpoint]:
    return sorted(_endpoints(get_resolver().url_patterns), key=lambda found: (found.route, found.method))


def undeclared() -> list[str]:
    """Methods and addresses under the API's that are no operation, which nothing here would see."""
    return sorted(_undeclared("", get_resolver().url_patterns))


PREFIXES = ("2/", "api/v1/")
OAUTH = {"2/oauth2/authorize", "2/oauth2/token", "2/oauth2/revoke"}
"""What OAuth itself says of them is in tests/accounts/test_oauth.py."""


def _undeclared(before: str, patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _undeclared(route, pattern.url_patterns)
        elif route.startswith(PREFIXES) and route not in OAUTH and not route.endswith("<path:rest>"):
            view = getattr(pattern.callback, "cls", None)
            methods = [name for name in getattr(view, "http_method_names", ()) if hasattr(view, name)]
            wrong = [name for name in methods if not hasattr(getattr(view, name), OPERATION)]
            yield from (f"{method} {route}" for method in (wrong if methods else ["?"]))


def _endpoints(patterns: list[URLPattern | URLResolver]) -> Iterator[Endpoint]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _endpoints(pattern.url_patterns)
            continue
        view = getattr(pattern.callback, "cls", None)
        for method in getattr(view, "http_method_names", ()):
            declared = getattr(getattr(view, method, None), OPERATION, None)
            if declared is not None:
                yield Endpoint(method, str(pattern.pattern), declared)


QUERIES: dict[str, str] = {
    "findSpacesByIds": "ids={space}",
    "findSpacesByCreatorIds": "user_ids={host}",
    "searchSpaces": "query=Space",
    "findUsersById": "ids={host}",
    "findUsersByUsername": "usernames={username}",
    "findTweetsById": "ids={post}",
}
BODIES: dict[str, dict[str, Any]] = {
    "createTweet": {"text": "Hello"},
    "usersIdFollow": {"target_user_id": "{target}"},
    "usersIdMute": {"target_user_id": "{target}"},
    "postUsersIdBookmarks": {"tweet_id": "{post}"},
    "updateMe": {"description": "Hello"},
    "createWebhook": {"url": "https://example.com/hook", "events": ["space.started"]},
    "createSpace": {"title": "Mine"},
    "updateSpace": {"title": "Renamed"},
    "setSpeakPolicy": {"policy": "invited"},
    "setOwnMicrophone": {"muted": True},
    "lockSpace": {"locked": True},
    "setAccountsOnly": {"accounts_only": True},
    "approveRequests": {},
    "declineRequests": {},
    "handOver": {"user_id": "{cohost}"},
    "setCaptionConsent": {"given": True},
    "createComment": {"text": "Hello"},
    "allowComments": {"allowed": False},
    "setCaptionLanguage": {"language": "en"},
    "invite": {"user_id": "{target}"},
    "pinPost": {"post_id": "{post}"},
    "setClipsAllowed": {"clips_allowed": True},
    "createClip": {"start_ms": 0, "end_ms": 20_000},
    "createReport": {"space_id": "{space}", "reason": "spam"},
    "react": {"emoji": "\U0001f44f"},
    "createPost": {"text": "Hello"},
    "createFleet": {"text": "Hello"},
    "sendMessage": {"text": "Hello"},
    "markNotificationsSeen": {"up_to": "1"},
}
