"""Errors for programs: `application/problem+json` (RFC 9457).

There are two dialects. `/2` has X's shape, whose clients read `errors`, `title`, `detail` and `type`. `/api/v1` adds
our stable `code` and `details`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import msgspec

from spaces_project.common.errors import BadInput, ProductError

X_PROBLEMS = "https://api.twitter.com/2/problems/"
POST_PROBLEMS = "https://api.x.com/2/problems/"
"""The same problem types for requests in X's newer vocabulary; see `words`."""
BLANK = "about:blank"
PROBLEM_JSON = "application/problem+json"


class Complaint(msgspec.Struct, frozen=True):
    """The request parameters that are wrong, and why."""

    parameters: dict[str, list[str]]
    message: str


class BadRequest(Exception):
    """The request does not fit this operation."""

    def __init__(self, message: str, parameters: dict[str, list[str]] | None = None, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.complaint = Complaint(parameters or {}, message)


class MissingScope(Exception):
    """The token lacks a scope that the operation needs."""

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(f"This needs a token with {' '.join(scopes)}.")
        self.scopes = scopes


class NeedsUser(Exception):
    """The operation needs a user's token, but this is an app's own."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An error. `code` is for programs and never changes; `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    details: dict[str, Any] = {}
    errors: list[Complaint] = []


class XProblem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An error in X's shape. An error about a parameter has no `status`."""

    title: str
    type: str
    detail: str
    status: int = 0
    errors: list[Complaint] = []


class PartialError(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A part that is missing from an otherwise complete answer."""

    value: str
    detail: str
    title: str
    resource_type: str
    parameter: str
    resource_id: str
    type: str


def not_found(kind: str, parameter: str, value: str) -> PartialError:
    """Return the error for an object that does not exist or is hidden from the caller."""
    return PartialError(
        value=value,
        detail=f"Could not find {kind} with {parameter}: [{value}].",
        title="Not Found Error",
        resource_type=kind,
        parameter=parameter,
        resource_id=value,
        type=X_PROBLEMS + "resource-not-found",
    )


def not_authorized(kind: str, parameter: str, value: str) -> PartialError:
    """Return the error for an object that the caller may not see."""
    return PartialError(
        value=value,
        detail=f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}].",
        title="Authorization Error",
        resource_type=kind,
        parameter=parameter,
        resource_id=value,
        type=X_PROBLEMS + "not-authorized-for-resource",
    )


@contextmanager
def about(parameter: str, value: str) -> Iterator[None]:
    """Name the parameter of the request that a `BadInput` is about.

    Services only know the names of their own arguments.
    """
    try:
        yield
    except BadInput as error:
        raise BadRequest(error.message, {parameter: [value]}) from error


def of_posts(found: Any) -> Any:
    """Return an answer or problem whose problem types use the host that X's newer clients know."""
    if isinstance(found, XProblem | PartialError):
        return msgspec.structs.replace(found, type=found.type.replace(X_PROBLEMS, POST_PROBLEMS))
    errors = getattr(found, "errors", None)
    return msgspec.structs.replace(found, errors=[of_posts(error) for error in errors]) if errors else found


def plain(status: int, detail: str = "") -> XProblem:
    """Return an error without a type of its own. Its title is the phrase of the HTTP status."""
    title = HTTPStatus(status).phrase
    return XProblem(title=title, type=BLANK, status=status, detail=detail or title)


def as_x(error: Exception) -> tuple[int, XProblem]:
    """Return status and body of an error in the shape of `/2`."""
    if isinstance(error, BadRequest) and error.status == HTTPStatus.BAD_REQUEST:
        return 400, _invalid(error.complaint)
    if isinstance(error, BadRequest):
        return error.status, plain(error.status, str(error))
    if isinstance(error, MissingScope):
        problem = XProblem(
            title="Client Forbidden", type=X_PROBLEMS + "client-forbidden", status=403, detail=str(error)
        )
        return 403, problem
    if isinstance(error, NeedsUser):
        return 403, _unsupported()
    if isinstance(error, ProductError) and error.status == HTTPStatus.BAD_REQUEST:
        return 400, _invalid(Complaint({}, error.message))
    if isinstance(error, ProductError):
        return error.status, plain(error.status, "" if error.status == 429 else error.message)
    raise error


def as_ours(error: Exception) -> tuple[int, Problem]:
    """Return status and body of an error in the shape of `/api/v1`."""
    if isinstance(error, BadRequest):
        return error.status, _ours(error.status, "bad_request", str(error), errors=[error.complaint])
    if isinstance(error, MissingScope):
        return 403, _ours(403, "missing_scope", str(error), details={"scopes": error.scopes})
    if isinstance(error, NeedsUser):
        return 403, _ours(403, "needs_user", "This needs the token of a person, not of an app.")
    if isinstance(error, ProductError):
        return error.status, _ours(error.status, error.code, error.message, details=dict(error.details))
    raise error


def _ours(status: int, code: str, detail: str, **more: Any) -> Problem:
    return Problem(type=BLANK, title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, **more)


def _invalid(complaint: Complaint) -> XProblem:
    return XProblem(
        title="Invalid Request",
        detail="One or more parameters to your request was invalid.",
        type=X_PROBLEMS + "invalid-request",
        errors=[complaint],
    )


def _unsupported() -> XProblem:
    return XProblem(
        title="Unsupported Authentication",
        type=X_PROBLEMS + "unsupported-authentication",
        status=403,
        detail="Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. "
        "Supported authentication types are [OAuth 2.0 User Context].",
    )
