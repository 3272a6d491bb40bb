"""Examples for the published schema. They are generated from the schema itself, so none is missing or out of date."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_MOMENT = "2026-05-03T17:04:05.000Z"
WORDS: dict[str, Any] = {
    "actor_id": "2244994945",
    "at": _MOMENT,
    "avatar": "/media/avatars/5f2c.webp",
    "can": "leave",
    "clock_ms": 754_000,
    "connection": "Zk3w9uQ1",
    "consent": "given",
    "consenting": "2244994945",
    "counts": {"host": 1, "cohost": 1, "speaker": 3, "listener": 40},
    "created_at": _MOMENT,
    "deleted": True,
    "description": "Talks about knots.",
    "end_ms": 86_200,
    "expires_at": "2026-05-04T17:04:05.000Z",
    "final": True,
    "followers_count": 640,
    "following": True,
    "given": True,
    "id": "2244994945",
    "image": "/fleets/1207/image",
    "is_active": True,
    "kind": "text",
    "lang": "und",
    "language": "en",
    "languages": "en",
    "lease_seconds": 25,
    "locked": True,
    "max_speakers": 10,
    "display_name": "Ada",
    "media_key": "3_1207",
    "media_keys": "3_1207",
    "alt": "A field of lavender.",
    "alts": "A field of lavender.",
    "alt_text": "A field of lavender.",
    "name": "Ada",
    "next": "1207",
    "next_token": "n2a",
    "previous_token": "p2f",
    "people": 45,
    "reason": "spam",
    "role": "host",
    "scheduled_start": _MOMENT,
    "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    "speak_policy": "everyone",
    "start_ms": 83_500,
    "started_at": _MOMENT,
    "state": "live",
    "subject": "space",
    "text": "Hello",
    "title": "Tea at four",
    "topics": "Knots",
    "url": "https://example.com/spaces",
    "user_id": "2244994945",
    "username": "ada",
    "LogLine.id": "1207",
    "LogLine.reason": "",
    "Reason.reason": "",
    "ReportLine.id": "1207",
    "Line.id": "1207",
    "SpaceInfo.id": "1DXxyRYNejbKM",
    "TopicLine.name": "Knots",
    "XTopic.id": "12",
    "XTopic.name": "Knots",
    "XSpace.topic_ids": "12",
}
"""Values by the name of a property, or of an object and its property, where the schema alone says too little."""
LEFT_OUT = frozenset(
    {
        "errors",
        "ended_at",
        "end_reason",
        "end_message",
        "host_lost_at",
        "host_grace_seconds",
        "host_seconds_left",
        "acting_host",
        "parent_id",
    }
    | {
        "caption_id",
        "quote_tweet_id",
        "redacted",
        "invited",
        "invited_to_cohost",
        "previous_token",
        "unsure",
        "translation",
        "engine",
    }
)
"""Optional properties that are absent from most answers."""

_FORMATS = {"date-time": _MOMENT, "uri": "https://example.com/ada.webp"}
_PLAIN: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": False, "null": None}


def example_of(schema: Schema, components: Mapping[str, Schema], name: str = "") -> Any:
    """Return a value that the schema accepts.

    `name` is `Object.property`, naming the object and property of the value.
    """
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components, name)
    if "anyOf" in schema:
        return example_of(_best(schema["anyOf"]), components, name)
    for said in ("examples", "enum"):
        if said in schema:
            return schema[said][0]
    return _built(schema, components, name)


def _best(choices: list[Schema]) -> Schema:
    return next((choice for choice in choices if choice.get("type") != "null"), choices[0])


def _built(schema: Schema, components: Mapping[str, Schema], name: str) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema["items"], components, name)]
    if kind == "object" and "properties" in schema:
        return _object(schema, components)
    word = _FORMATS.get(schema.get("format", "")) or _word(name, {} if kind == "object" else _PLAIN[str(kind)])
    return word if word is not None else schema.get("minimum", _PLAIN.get(str(kind), {}))


def _object(schema: Schema, components: Mapping[str, Schema]) -> dict[str, Any]:
    """Return an example object. Its `title` is the name of the type."""
    shown = {
        key: value
        for key, value in schema["properties"].items()
        if key in schema.get("required", ()) or key not in LEFT_OUT
    }
    return {key: example_of(value, components, f"{schema.get('title', '')}.{key}") for key, value in shown.items()}


def _word(name: str, like: Any) -> Any:
    """Return the value from `WORDS` for this name, if it has the same type as `like`."""
    word = WORDS.get(name, WORDS.get(name.rpartition(".")[2]))
    return word if type(word) is type(like) else None
