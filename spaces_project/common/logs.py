"""Log lines that say what they are about, and never what nobody may read.

with about(space=public_id, request="3f9a-12"):
    logger.warning("not done")          {"time": …, "message": "not done", "space": …, "request": "3f9a-12"}
"""

import contextlib
import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039 - never changed in place

HIDDEN: Final = "[hidden]"
_UNSPEAKABLE: Final = re.compile(
    r"(?P<sdp>\bv=0(?:\\r\\n|\\n|\r\n|\n).*)"  # to the end: there is no telling where a description in a text ends
    r"|(?P<line>\ba=(?:ice-ufrag|ice-pwd|fingerprint|candidate|crypto|ssrc)[: ][^\r\n\\]*)"
    r"|(?P<candidate>\bcandidate:\d[^\r\n\\\"']*)"
    r"|(?P<before>[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"
    r"|(?P<name>\bbearer:?\s+|\b[\w-]*(?:secret|password|passwd|token|session(?:id|_?key)?|csrf|pin|admin_key|cookie)"
    r"[\"']?\s*[:=]\s*[\"']?)[\w\-./+=~]{4,}",
    re.IGNORECASE | re.DOTALL,
)


@contextlib.contextmanager
def about(**fields: str) -> Iterator[None]:
    """Lines that are logged meanwhile carry these fields, also from tasks and threads that are started meanwhile."""
    token = _ABOUT.set({**_ABOUT.get(), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def now_about() -> Mapping[str, str]:
    return _ABOUT.get()


def hide(text: str) -> str:
    """Without session descriptions, passwords in addresses, and what stands behind the name of a secret."""
    return _UNSPEAKABLE.sub(lambda found: (found["before"] or found["name"] or "") + HIDDEN, text)


def tells_more(record: logging.LogRecord) -> bool:
    """Of Django's lines about answers, the one for `/healthz` gives no reasons; `spaces_project.health` has."""
    return getattr(getattr(record, "request", None), "path", "") != "/healthz"


class LineFormatter(logging.Formatter):
    """For people: `2026-11-22 18:04:01,123 WARNING spaces.hub: … [space=1a request=…]`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _ABOUT.get().items())
        return hide(super().format(record)) + (f" [{fields}]" if fields else "")


class JsonFormatter(logging.Formatter):
    """For programs: one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hide(record.getMessage()),
            **_ABOUT.get(),
        }
        if record.exc_info:
            line["error"] = hide("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line)
