"""daphne with prepared messages and bounded requests. `python -m spaces_project.daphne` takes daphne's arguments."""

import asyncio
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from daphne import cli, http_protocol, server

from spaces_project.bodies import LINGER_SECONDS, TOO_LARGE, TOO_SLOW, Limit, Refusal, limit_of
from spaces_project.common.prepared import EXTENSION

HEADERS_SECONDS: Final = 10
"""The deadline from the first line of a request to the end of its headers."""


class Request(http_protocol.WebRequest):  # type: ignore[misc]  # daphne has no types
    """A request whose body is counted while it arrives. daphne would pass it to the application only when all of it is
    there.

    A refused request is answered at once, then read on for a moment and thrown away (`_forget`).
    """

    _parsePOSTFormSubmission = False  # noqa: N815 - Twisted would read a form into memory; Django reads it itself

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_refused = False
        self._deadline = self.channel.callLater(HEADERS_SECONDS, self._refuse, TOO_SLOW)

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - the name Twisted gave it
        super().gotLength(0 if self._is_refused else length)
        self._wait(None)
        if length == 0:
            return
        limit = limit_of(_path(self.channel))
        self._left = limit.size
        self._wait(limit)
        if length is not None and length > limit.size:
            self._refuse(TOO_LARGE)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - the same
        self._left -= len(data)
        if self._is_refused:
            return
        if self._left < 0:
            self._refuse(TOO_LARGE)
            return
        super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 - the same
        self._wait(None)
        if self._is_refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(command, path, version)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - the same
        self._wait(None)
        super().connectionLost(reason)

    def _wait(self, limit: Limit | None) -> None:
        """Cancel the running deadline and start another one, or none."""
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = limit and self.channel.callLater(limit.seconds, self._refuse, TOO_SLOW)

    def _refuse(self, refusal: Refusal) -> None:
        if self._is_refused or self.channel is None:
            return
        self._is_refused = True
        self.requestHeaders.removeHeader(b"Expect")
        lines = [f"HTTP/1.1 {refusal.status} {refusal.phrase}".encode()]
        lines += [name + b": " + value for name, value in refusal.headers]
        self.channel.transport.write(b"\r\n".join([*lines, b"", refusal.body]))
        self._wait(None)
        self._deadline = self.channel.callLater(LINGER_SECONDS, self._forget)

    def _forget(self) -> None:
        if self.channel is not None:
            self.channel.loseConnection()


def _path(channel: Any) -> str:
    """Return the path of the request whose headers have just been read, as an application sees it."""
    path: bytes = channel._path
    return unquote(path.partition(b"?")[0].decode("latin1"))


class Factory(http_protocol.HTTPFactory):  # type: ignore[misc]  # the same
    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - the name Twisted gave it
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class Server(server.Server):  # type: ignore[misc]  # the same
    def create_application(self, protocol: Any, scope: dict[str, Any]) -> "asyncio.Queue[dict[str, Any]] | None":
        if scope["type"] == "websocket":
            extensions = scope.get("extensions") or {}
            scope["extensions"] = {**extensions, EXTENSION: {"write": partial(_write, protocol)}}
        queue: asyncio.Queue[dict[str, Any]] | None = super().create_application(protocol, scope)
        return queue


class CommandLineInterface(cli.CommandLineInterface):  # type: ignore[misc]  # the same
    server_class = Server


def _write(protocol: Any, frame: bytes) -> bool:
    """Write a frame to the transport. Autobahn would build the frame and two log lines again for every socket."""
    if protocol.state != protocol.STATE_OPEN or protocol.send_queue:
        return False
    protocol.transport.write(frame)
    return True


if __name__ == "__main__":
    server.HTTPFactory = Factory  # daphne has no setting for it
    CommandLineInterface.entrypoint()
