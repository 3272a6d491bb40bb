"""Log lines that carry their context, and never contain secrets.

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
from typing import Any, Final

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039 - never changed in place

HIDDEN: Final = "[hidden]"
LONGEST_LINE: Final = 500
"""In characters. A stranger chooses the path and host of a request, and both get into log lines and tracebacks."""

# Text from strangers passes through here, so no part may restart at each character and then run to the end. That is
# quadratic: 15,000 characters stop the process for eight seconds (tests/common/test_expressions.py).
_UNSPEAKABLE: Final = re.compile(
    r"(?P<sdp>\bv=0(?:\\r\\n|\\n|\r\n|\n).*)"  # to the end: nothing marks where a description in a text ends
    r"|(?P<line>\ba=(?:ice-ufrag|ice-pwd|fingerprint|candidate|crypto|ssrc)[: ][^\r\n\\]*)"
    r"|(?P<candidate>\bcandidate:\d[^\r\n\\\"']*)"
    r"|(?P<before>[a-z][a-z0-9+.-]{0,20}://[^\s/:@]*:)[^\s/@]+(?=@)"
    r"|(?P<name>\bbearer:?\s+|(?:secret|password|passwd|token|session(?:id|_?key)?|csrf|pin|admin_key|cookie)"
    r"[\"']?\s*[:=]\s*[\"']?)[\w\-./+=~]{4,}",
    re.IGNORECASE | re.DOTALL,
)


@contextlib.contextmanager
def about(**fields: str) -> Iterator[None]:
    """Add these fields to every line logged inside this context, also by tasks and threads that are started in it."""
    token = _ABOUT.set({**_ABOUT.get(), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def hide(text: str) -> str:
    """Return the text without session descriptions, passwords in addresses, and values that
    follow the name of a secret."""
    return _UNSPEAKABLE.sub(lambda found: (found["before"] or found["name"] or "") + HIDDEN, text)


_CONTROLS: Final = {
    code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029, 0x202E, 0x2066) if code != 9
}


def one_line(text: str) -> str:
    """Return the text as one line without secrets, cut if it is long. No sender can turn it into two log lines."""
    return _cut(hide(text).translate(_CONTROLS))


def several_lines(text: str) -> str:
    """Return a traceback, cleaned like `one_line`. Each line begins with a bar, so that none looks like a log line."""
    return "\n".join(f"  | {_cut(line.translate(_CONTROLS))}" for line in hide(text).splitlines())


def _cut(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:LONGEST_LINE]}… [{len(line) - LONGEST_LINE} more]"


def tells_more(record: logging.LogRecord) -> bool:
    """Return False for Django's line about `/healthz`, which gives no reasons.

    `spaces_project.health` logs a line that does.
    """
    return getattr(getattr(record, "request", None), "path", "") != "/healthz"


def briefly(record: logging.LogRecord) -> bool:
    """Return True to let the line through, without its traceback: that only shows where Django refuses a Host."""
    record.exc_info = None
    return True


class LineFormatter(logging.Formatter):
    """The format for people: `2026-11-22 18:04:01,123 WARNING spaces.live.hub: … [space=1a request=…]`."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name logging gave it
        fields = " ".join(f"{name}={value}" for name, value in _ABOUT.get().items())
        record.message = one_line(record.message)
        return super().formatMessage(record) + (f" [{fields}]" if fields else "")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the same
        return several_lines(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the same
        return several_lines(super().formatStack(stack_info))


class JsonFormatter(logging.Formatter):
    """The format for programs: one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": one_line(record.getMessage()),
            **_ABOUT.get(),
        }
        if record.exc_info:
            line["error"] = several_lines("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line)
