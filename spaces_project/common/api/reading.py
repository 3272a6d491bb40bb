"""Conversion of requests to typed values.

A `msgspec.Struct` declares the allowed fields once, for checking and for the schema.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from msgspec import inspect

from spaces_project.common.api.problems import BadRequest

S = TypeVar("S", bound=msgspec.Struct)

LARGEST_BODY = 64 * 1024
_AT = re.compile(r"at `\$\.(?P<name>[^`\[]+)")
_NAMED = re.compile(r"field `(?P<name>[^`]+)`")


def read_query(request: HttpRequest, kind: type[S]) -> S:
    """Return the query string as `kind`.

    Lists are comma-separated. Raises `BadRequest`, also for unknown parameters.
    """
    lists = _lists(kind)
    given = {name: _value(request.GET, name, is_list=name in lists) for name in request.GET}
    return _converted(given, kind, {name: request.GET.getlist(name) for name in request.GET})


def read_path(values: Mapping[str, str], kind: type[S]) -> S:
    """Return the parts of the path as `kind`. Raises `BadRequest`."""
    return _converted(dict(values), kind, {name: [value] for name, value in values.items()})


def read_body(request: HttpRequest, kind: type[S]) -> S:
    """Return the JSON body as `kind`.

    Raises `BadRequest`: 400 for a body of another shape, 413 for a large one, 415 for another media type.
    """
    if request.content_type != "application/json":
        raise BadRequest("Send application/json.", status=415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise BadRequest(f"A request has at most {LARGEST_BODY} bytes.", status=413)
    try:
        read: S = _decoder(kind).decode(request.body or b"null")
        return read
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(_message(error), {_name(str(error)): []} if _name(str(error)) else {}) from error


def read_form(request: HttpRequest, kind: type[S], *, files: str) -> S:
    """Return the fields of a multipart form as `kind`. A field that is a list is repeated. The operation reads the
    files, which are in fields of the name `files`.

    Raises `BadRequest`: 400 for a form of another shape, 413 for one with too much beside its files.
    """
    try:
        fields, uploaded = request.POST, request.FILES
    except RequestDataTooBig as error:
        raise BadRequest("The fields beside the files are too large.", status=413) from error
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise BadRequest("This is no form that can be read.") from error
    if other := next((name for name in uploaded if name != files), None):
        raise BadRequest(f"Send files as `{files}`.", {other[:200]: []})
    lists = _lists(kind)
    given = {name: fields.getlist(name) if name in lists else _value(fields, name, is_list=False) for name in fields}
    return _converted(given, kind, {name: fields.getlist(name) for name in fields})


def _value(query: QueryDict, name: str, *, is_list: bool) -> list[str] | str:
    values = query.getlist(name)
    if is_list:
        return ",".join(values).split(",")
    if len(values) > 1:
        raise BadRequest(f"The parameter [{name}] may be given once.", {name: values})
    return values[0]


def _converted(given: dict[str, Any], kind: type[S], shown: dict[str, list[str]]) -> S:
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        name = _name(str(error))
        raise BadRequest(_message(error), {name: shown.get(name, [])}) from error


def _message(error: Exception) -> str:
    return str(error)[:300]


def _name(message: str) -> str:
    found = _NAMED.search(message) or _AT.search(message)
    return found["name"] if found else ""


@cache
def _lists(kind: type[msgspec.Struct]) -> frozenset[str]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return frozenset(field.encode_name for field in info.fields if _is_list(field.type))


def _is_list(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _is_list(kind.type)
    if isinstance(kind, inspect.UnionType):
        return any(_is_list(member) for member in kind.types)
    return isinstance(kind, inspect.ListType)


@cache
def _decoder(kind: type[S]) -> "msgspec.json.Decoder[S]":
    return msgspec.json.Decoder(kind)
