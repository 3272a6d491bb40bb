"""The published schema: our operations as OpenAPI 3.1, written through drf-spectacular."""

from enum import Enum
from http import HTTPStatus
from typing import Any

import msgspec
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from spaces_project.common.api.examples import example_of
from spaces_project.common.api.operations import FORM, OPERATION, Files, Operation
from spaces_project.common.api.problems import Problem, XProblem

REF = "#/components/schemas/{name}"
RATE_HEADERS = {
    name: {"description": text, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
    for name, text in {
        "x-rate-limit-limit": "Allowed calls in a window of 15 minutes.",
        "x-rate-limit-remaining": "Calls left in the window.",
        "x-rate-limit-reset": "When the window ends, in seconds since the epoch.",
    }.items()
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A request that is repeated with the same key within a day gets the first answer again. Nothing is "
    "created twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of an earlier answer; 304 says that it has not changed.",
    "schema": {"type": "string"},
}
_EVERYWHERE = (400, 401, 403, 429, 503)


class OperationSchema(AutoSchema):
    """A schema class that reads an operation's declaration instead of serializers."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        declared = getattr(getattr(self.view, method.lower(), None), OPERATION, None)
        return None if declared is None else _documented(declared, path, method, registry)


def _documented(declared: Operation, path: str, method: str, registry: Any) -> dict[str, Any]:
    problem: type[Any] = XProblem if path.startswith("/2/") else Problem
    kinds = [
        kind for kind in (declared.path, declared.query, declared.body, declared.answer, problem) if _is_kind(kind)
    ]
    schemas, components = msgspec.json.schema_components(kinds, schema_hook=_choices, ref_template=REF)
    found = dict(zip([_key(kind) for kind in kinds], schemas, strict=True))
    parameters = _parameters(declared, components, found)
    used = _without({kind.__name__ for kind in (declared.path, declared.query) if kind}, components)
    for name, schema in used.items():
        registry.register_on_missing(ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name))
    documented: dict[str, Any] = {
        "operationId": declared.name,
        "summary": declared.summary,
        "tags": [declared.tag],
        "parameters": parameters + _headers(declared, method),
        "security": _security(declared),
        "responses": _responses(declared, method, found, components, problem),
    }
    if declared.description:
        documented["description"] = declared.description
    if declared.body:
        content = {"application/json": _content(declared.body, found, components)}
        if declared.files:
            content[FORM] = {"schema": _form(components[declared.body.__name__], declared.files)}
        documented["requestBody"] = {"required": True, "content": content}
    return documented


def _choices(kind: type) -> dict[str, Any]:
    """Return the schema of a Django choices class. msgspec reads and writes it but does not
    recognise it as an enum here."""
    if issubclass(kind, Enum):
        return {"type": "string", "enum": [member.value for member in kind]}
    raise NotImplementedError


def _is_kind(kind: Any) -> bool:
    return kind is not None and kind is not type(None)


def _key(kind: Any) -> str:
    return repr(kind)


def _without(names: set[str], components: dict[str, Any]) -> dict[str, Any]:
    return {name: schema for name, schema in components.items() if name not in names}


def _parameters(declared: Operation, components: dict[str, Any], found: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = []
    for place, kind in (("path", declared.path), ("query", declared.query)):
        if kind is None:
            continue
        schema = components[kind.__name__]
        for name, form in schema["properties"].items():
            parameters.append(_parameter(place, name, form, is_required=name in schema.get("required", ())))
    return parameters


def _parameter(place: str, name: str, form: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    # Inside the code an empty text or list stands for a parameter that was not given. It must not be published as a
    # default: clients would send it, and the parameter's own pattern or length refuses it.
    form = {key: value for key, value in form.items() if key != "default" or value not in ("", [])}
    parameter = {"name": name, "in": place, "required": place == "path" or is_required, "schema": form}
    if "description" in form:
        parameter["description"] = form["description"]
    if form.get("type") == "array":
        parameter |= {"style": "form", "explode": False}
    return parameter


def _headers(declared: Operation, method: str) -> list[dict[str, Any]]:
    if method == "GET":
        return [IF_NONE_MATCH]
    return [IDEMPOTENCY_KEY] if declared.creates else []


def _security(declared: Operation) -> list[dict[str, list[str]]]:
    scopes = [scope.value for scope in declared.scopes]
    return [{"bearer": []}, {"oauth2": scopes}]


def _content(kind: Any, found: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    schema = found[_key(kind)]
    return {"schema": schema, "example": example_of(schema, components)}


def _form(schema: dict[str, Any], files: Files) -> dict[str, Any]:
    """Return the schema of a body as a multipart form with files."""
    several = {"type": "array", "maxItems": files.most, "items": {"type": "string", "format": "binary"}}
    return schema | {"properties": schema["properties"] | {files.field: several}}


def _responses(
    declared: Operation, method: str, found: dict[str, Any], components: dict[str, Any], problem: type[Any]
) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(declared.status).phrase, "headers": dict(RATE_HEADERS)}
    if declared.media_types:
        answer["content"] = {kind: {"schema": {"type": "string"}} for kind in declared.media_types}
    if _is_kind(declared.answer):
        answer["content"] = {"application/json": _content(declared.answer, found, components)}
    responses: dict[str, Any] = {str(declared.status): answer}
    if method == "GET":
        answer["headers"]["ETag"] = {"description": "Of this answer.", "schema": {"type": "string"}}
        responses["304"] = {"description": "Nothing changed."}
    statuses = {*_EVERYWHERE, *declared.errors}
    if declared.body:
        statuses |= {413, 415}
    if declared.creates:
        statuses |= {409, 422}
    for status in sorted(statuses):
        content = {"application/problem+json": {"schema": found[_key(problem)]}}
        phrase = HTTPStatus(status).phrase
        responses[str(status)] = {"description": phrase, "headers": dict(RATE_HEADERS), "content": content}
    return responses
