"""Files that a client may ask for in parts, such as sound: one range of bytes, a strong ETag, `If-Range`, HEAD.

A file never passes through the memory of the web process. Either the server in front sends it (`X-Accel-Redirect`), or
this process reads small pieces and waits until the client has taken them (`flow`).
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date

from spaces_project.common import flow
from spaces_project.common.threads import end_request_thread

PIECE: Final = 64 * 1024
"""Bytes read at once. Twisted, too, considers a connection with this much unsent as full."""
_ONE_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from `first` up to, but without, `end`."""

    first: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Ranged:
    """A file, and how the server in front knows it: a path below an internal location, or an empty string.

    `disposition` is the header that names the file for those who keep it.
    """

    path: Path
    content_type: str
    location: str = ""
    disposition: str = ""


class Unsatisfiable(ValueError):
    """The range lies outside the file."""


def ranged_response(request: HttpRequest, file: Ranged) -> HttpResponseBase:
    """Return the response to a GET or HEAD of the file. Raise `FileNotFoundError` if there is none.

    Shared caches do not keep it, and browsers ask each time: the file may be withdrawn at any moment.
    """
    response = _handed_on(file) if file.location else _served(request, file)
    patch_cache_control(response, private=True, no_cache=True)
    response["X-Content-Type-Options"] = "nosniff"
    if file.disposition:
        response["Content-Disposition"] = file.disposition
    return response


def asked_part(header: str, size: int) -> Part | None:
    """Return the part that a `Range` header asks for. None for the whole file. Raise `Unsatisfiable`.

    A header that is malformed, or asks for several ranges, is ignored, as RFC 9110 allows: the answer is the file.
    """
    found = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    first, last = found.groups() if found else ("", "")
    if not first and not last:
        return None
    if not first:
        return _suffix(int(last), size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable(header)
    return Part(int(first), min(int(last) + 1, size) if last else size)


def _suffix(length: int, size: int) -> Part:
    if length == 0 or size == 0:
        raise Unsatisfiable("the last 0 bytes")
    return Part(max(0, size - length), size)


def _handed_on(file: Ranged) -> HttpResponse:
    """Let the server in front send the file. It adds length, ETag and ranges itself."""
    file.path.stat()
    response = HttpResponse(content_type=file.content_type)
    response["X-Accel-Redirect"] = quote(file.location)
    return response


def _served(request: HttpRequest, file: Ranged) -> HttpResponseBase:
    known = file.path.stat()
    etag = f'"{known.st_mtime_ns:x}-{known.st_size:x}"'
    modified = int(known.st_mtime)
    response = get_conditional_response(request, etag, modified) or _body(request, file, etag, known.st_size)
    response["ETag"], response["Last-Modified"] = etag, http_date(modified)
    response["Accept-Ranges"] = "bytes"
    return response


def _body(request: HttpRequest, file: Ranged, etag: str, size: int) -> HttpResponseBase:
    try:
        part = asked_part(request.headers["Range"], size) if _honours_range(request, etag) else None
    except Unsatisfiable:
        return HttpResponse(status=416, content_type=file.content_type, headers={"Content-Range": f"bytes */{size}"})
    sent = part or Part(0, size)
    headers = {"Content-Length": str(sent.size)}
    if part is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.end - 1}/{size}"
    if request.method == "HEAD":
        return HttpResponse(content_type=file.content_type, headers=headers)
    return StreamingHttpResponse(
        _pieces(file.path, sent, flow.of(request)),
        status=200 if part is None else 206,
        content_type=file.content_type,
        headers=headers,
    )


def _honours_range(request: HttpRequest, etag: str) -> bool:
    """Return whether the range counts. `If-Range` with another version of the file asks for the whole new one. A date
    there is too coarse to tell two versions apart, so it counts as another version."""
    return request.method == "GET" and "Range" in request.headers and request.headers.get("If-Range", etag) == etag


async def _pieces(path: Path, part: Part, room: flow.Room) -> AsyncIterator[bytes]:
    """Read the part in small pieces, each when the client has taken the ones before."""
    await end_request_thread()
    file: Any = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, part.first)
        left = part.size
        while left > 0 and await room():
            piece: bytes = await asyncio.to_thread(file.read, min(PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
    finally:
        file.close()
