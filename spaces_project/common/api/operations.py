"""One declaration for each API operation. Checking, answering and documentation all read it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, get_type_hints

import msgspec
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from rest_framework.request import Request
from rest_framework.response import Response

from spaces_project.common.api.problems import MissingScope, NeedsUser
from spaces_project.common.api.reading import read_body, read_form, read_path, read_query
from spaces_project.common.api.scopes import Scope
from spaces_project.common.api.throttling import Allowance, take
from spaces_project.common.errors import TooMany

FORM = "multipart/form-data"
OPERATION = "operation"
"""The attribute of a handler that holds its declaration."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files of a multipart form: the name of their field, which is repeated, and how many there may be."""

    field: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The declaration of an operation.

    `path`, `query` and `body` are the types of the handler's parameters, `answer` its return type.
    """

    name: str
    tag: str
    scopes: tuple[Scope, ...]
    status: int
    creates: bool
    """A POST that `Idempotency-Key` makes safe to repeat."""
    needs_user: bool
    errors: tuple[int, ...]
    summary: str
    description: str
    path: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    answer: Any = None
    media_types: tuple[str, ...] = ()
    """Media types of an answer that is a `Text`."""
    files: Files | None = None
    """The files that the body may have. They make it a multipart form; without files it may be JSON, too."""


@dataclass(frozen=True, slots=True)
class Text:
    """An answer that is not JSON."""

    content: str
    content_type: str


class Door(Protocol):
    """The view that a REST operation is a method of: what an operation may ask of it."""

    request: Request
    allowance: Allowance | None

    def caller_key(self, request: Request) -> str: ...

    def once(self, operation: Operation, answer: Callable[[], Response]) -> Response: ...

    def shown(self, found: Any) -> Any: ...


Handler = Callable[..., Any]


def operation(
    name: str,
    *,
    tag: str,
    scopes: tuple[Scope, ...],
    status: int = 200,
    creates: bool = False,
    needs_user: bool = True,
    errors: tuple[int, ...] = (),
    media_types: tuple[str, ...] = (),
    files: Files | None = None,
) -> Callable[[Handler], Handler]:
    """Declare a handler as an API operation.

    `name` is the operation's id in the schema and for rate limits. `errors` are statuses of refusals besides those that
    every operation has. The handler's docstring becomes the description; its first line becomes the summary.
    """

    def declare(handler: Handler) -> Handler:
        hints = get_type_hints(handler)
        summary, _, description = (handler.__doc__ or name).partition("\n")
        declared = Operation(
            name=name,
            tag=tag,
            scopes=scopes,
            status=status,
            creates=creates,
            needs_user=needs_user,
            errors=errors,
            summary=summary.strip().rstrip("."),
            description=" ".join(description.split()),
            path=hints.get("path"),
            query=hints.get("query"),
            body=hints.get("body"),
            answer=None if media_types else hints.get("return"),
            media_types=media_types,
            files=files,
        )

        @wraps(handler)
        def answered(view: Door, request: Request, **kwargs: str) -> Response:
            return _answered(declared, handler, view, request, kwargs)

        setattr(answered, OPERATION, declared)
        return answered

    return declare


def _answered(declared: Operation, handler: Handler, view: Door, request: Request, path: dict[str, str]) -> Response:
    view.allowance = take(what=declared.name, who=view.caller_key(request))
    if view.allowance.is_spent:
        raise TooMany("too_many", "Too many requests. Wait until the window ends.", reset=view.allowance.reset)
    require_scopes(request, declared)
    arguments = _arguments(declared, request, path)

    def answer() -> Response:
        return _response(view.shown(handler(view, request, **arguments)), declared.status)

    return view.once(declared, answer) if declared.creates else answer()


def _response(found: Any, status: int) -> Response:
    if isinstance(found, Text):
        return TextResponse(found.content.encode(), status=status, content_type=found.content_type)
    return Response(found, status=status)


class TextResponse(Response):
    """A text response that keeps its media type even if empty.

    Django REST framework drops the type of an empty response.
    """

    @property
    def rendered_content(self) -> Any:
        content = super().rendered_content
        self["Content-Type"] = str(self.content_type)
        return content


def require_scopes(request: Request, declared: Operation) -> None:
    """Raise `MissingScope` or `NeedsUser` if the caller may not use the operation.

    A page of ours has no token and every scope.
    """
    if declared.needs_user and isinstance(request.user, AnonymousUser):
        raise NeedsUser
    if isinstance(request.auth, Model):
        granted = set(str(getattr(request.auth, "scope", "")).split())
        if not granted.issuperset(declared.scopes):
            raise MissingScope([scope.value for scope in declared.scopes])


def _arguments(declared: Operation, request: Request, path: dict[str, str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if declared.path is not None:
        arguments["path"] = read_path(path, declared.path)
    query = declared.query or NoQuery
    read = read_query(request._request, query)
    if declared.query is not None:
        arguments["query"] = read
    if declared.body is not None:
        arguments |= _body(declared.body, declared.files, request)
    return arguments


def _body(kind: type[msgspec.Struct], files: Files | None, request: Request) -> dict[str, Any]:
    plain = request._request
    if files is None:
        return {"body": read_body(plain, kind)}
    if plain.content_type != FORM:
        return {"body": read_body(plain, kind), "files": []}
    return {"body": read_form(plain, kind, files=files.field), "files": plain.FILES.getlist(files.field)}


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operation without parameters in its address."""
