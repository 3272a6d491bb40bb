"""Every answer under `/2` that a client of X gets, held against what X itself publishes.

X's document 2.167 is not copied here: the models of its own SDK are made from it. They let keys through that they do
not know; those are collected, and docs/api.md has each with its reason.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from xdk import schemas

from accounts.api.views import XView
from spaces_project.common.api.operations import OPERATION
from spaces_project.common.api.problems import POST_PROBLEMS, X_PROBLEMS

DOCUMENT: Final = Path(__file__).parents[2] / "docs/api.md"
MODELS: Final = {
    "createTweet": "CreatePostsResponse",
    "deleteTweetById": "DeletePostsResponse",
    "findMyUser": "GetUsersMeResponse",
    "findSpaceById": "GetSpacesByIdResponse",
    "findSpacesByCreatorIds": "GetSpacesByCreatorIdsResponse",
    "findSpacesByIds": "GetSpacesByIdsResponse",
    "findTweetById": "GetPostsByIdResponse",
    "findTweetsById": "GetPostsByIdsResponse",
    "findUserById": "GetUsersByIdResponse",
    "findUserByUsername": "GetUsersByUsernameResponse",
    "findUsersById": "GetUsersByIdsResponse",
    "findUsersByUsername": "GetUsersByUsernamesResponse",
    "getUsersIdBookmarks": "GetUsersBookmarksResponse",
    "postUsersIdBookmarks": "CreateUsersBookmarkResponse",
    "searchSpaces": "SearchSpacesResponse",
    "spaceBuyers": "GetSpacesBuyersResponse",
    "spaceTweets": "GetSpacesPostsResponse",
    "usersIdBookmarksDelete": "DeleteUsersBookmarkResponse",
    "usersIdFollow": "FollowUserResponse",
    "usersIdFollowers": "GetUsersFollowersResponse",
    "usersIdFollowing": "GetUsersFollowingResponse",
    "usersIdMute": "MuteUserResponse",
    "usersIdMuting": "GetUsersMutingResponse",
    "usersIdTimeline": "GetUsersTimelineResponse",
    "usersIdTweets": "GetUsersPostsResponse",
    "usersIdUnfollow": "UnfollowUserResponse",
    "usersIdUnmute": "UnmuteUserResponse",
}
"""X's name for the answer of each operation."""
_PROBLEM: Final = TypeAdapter[Any](schemas.Problem)
_KNOWN: Final = frozenset(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(schemas.Problem))
"""Types of problems that 2.167 has. Older ones are `client-forbidden` and `unsupported-authentication`."""


@dataclass
class Recorded:
    """What was answered: `faults` X's models refuse, `more` are keys that they do not have."""

    operations: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    more: set[str] = field(default_factory=set)

    def note(self, operation: str, status: int, body: bytes) -> None:
        self.operations.add(operation)
        # A problem is told on one of two hosts, whichever the request's words are of. The models know the newer.
        told = msgspec.json.decode(body.replace(X_PROBLEMS.encode(), POST_PROBLEMS.encode()))
        if status >= 400 and told["type"] not in _KNOWN:
            return
        try:
            found = self._model(operation, status).validate_python(told, strict=True)
        except ValidationError as error:
            self.faults.append(f"{operation} {status}: {error}")
        else:
            self.more |= set(_unknown(found, ""))

    def _model(self, operation: str, status: int) -> TypeAdapter[Any]:
        is_problem = status >= 400
        return _PROBLEM if is_problem else TypeAdapter(getattr(schemas, MODELS[operation]))


@contextmanager
def recording() -> Iterator[Recorded]:
    recorded, dispatch = Recorded(), XView.dispatch

    def noted(view: XView, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = dispatch(view, request, *args, **kwargs)
        declared = getattr(getattr(view, request.method.lower(), None), OPERATION, None)
        if declared is not None and answer.content:
            recorded.note(declared.name, answer.status_code, answer.content)
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(XView, "dispatch", noted)
        yield recorded
    assert recorded.faults == []
    assert recorded.more <= documented()


def documented() -> set[str]:
    """Return the keys that docs/api.md says we have beside X's, as the first words of a table's rows."""
    [table] = re.findall(r"^\| more than X \|.*?\n\n", DOCUMENT.read_text() + "\n\n", re.MULTILINE | re.DOTALL)
    return {key for row in table.strip().splitlines()[2:] for key in re.findall(r"`([\w.]+)`", row.split("|")[1])}


def _unknown(found: Any, path: str) -> Iterator[str]:
    if isinstance(found, list):
        for one in found:
            yield from _unknown(one, path)
    if isinstance(found, BaseModel):
        yield from (f"{path}{name}" for name in found.model_extra or ())
        for name in type(found).model_fields:
            yield from _unknown(getattr(found, name), f"{path}{name}.")
