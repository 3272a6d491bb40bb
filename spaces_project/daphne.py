"""daphne with prepared messages and bounded requests. `python -m spaces_project.daphne` takes daphne's arguments."""

import asyncio
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from daphne import cli, http_protocol, server
from twisted.internet import interfaces, tcp
from zope.interface import implementer

from spaces_project.bodies import (
    LINGER_SECONDS,
    LONGEST_TARGET,
    TOO_LARGE,
    TOO_LONG,
    TOO_MANY,
    TOO_SLOW,
    Limit,
    Refusal,
    limit_of,
)
from spaces_project.common import flow
from spaces_project.common.prepared import EXTENSION

HEADERS_SECONDS: Final = 10
"""The deadline from the first line of a request to the end of its headers."""
TAKES_SECONDS: Final = 60
"""How long a client may read nothing of a long answer. A player that was paused asks for the rest later."""

WAITING_CONNECTIONS: Final = 1024
"""How many connections wait to be accepted. The kernel ignores more than these, and their clients try again a second
later. Twisted's 50 are too few for a crowd that comes back at once."""


class Request(http_protocol.WebRequest):  # type: ignore[misc]  # daphne has no types
    """A request whose body is counted while it arrives. daphne would pass it to the application only when all of it is
    there.

    An address that is too long, and what `handshakes.Paced` would refuse, is refused here, before daphne makes an
    application for it.

    A refused request is answered at once, then read on for a moment and thrown away (`_forget`).
    """

    _parsePOSTFormSubmission = False  # noqa: N815 - Twisted would read a form into memory; Django reads it itself

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_refused = False
        self._taker: Taker | None = None
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
        elif len(path) > LONGEST_TARGET:
            self._turn_away(TOO_LONG)
        elif self.requestHeaders.hasHeader(b"upgrade") and _is_hopeless(self._scope()):
            self._turn_away(TOO_MANY)
        else:
            super().requestReceived(command, path, version)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - the same
        self._wait(None)
        super().connectionLost(reason)

    def finish(self) -> None:
        self._let_go()
        super().finish()

    async def room(self) -> bool:
        """Wait until the client has taken most of what was written. Return False if it is gone or takes nothing."""
        if self.finished or self.channel is None:
            return False
        if self._taker is None:
            self._taker = Taker()
            self.registerProducer(self._taker, streaming=True)
        if await self._taker.has_room():
            return True
        if self.channel is not None:
            self.channel.transport.abortConnection()
        return False

    def _let_go(self) -> None:
        if self._taker is not None and self.channel is not None:
            self.unregisterProducer()
        self._taker = None

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
        self.channel.transport.write(refusal.response)
        self._wait(None)
        self._deadline = self.channel.callLater(LINGER_SECONDS, self._forget)

    def _turn_away(self, refusal: Refusal) -> None:
        self.channel.transport.write(refusal.response)
        self.channel.loseConnection()

    def _scope(self) -> dict[str, Any]:
        """Return what an application would be told of the client, before there is one."""
        peer = self.channel.transport.getPeer()
        headers = [(n.lower(), value) for n, values in self.requestHeaders.getAllRawHeaders() for value in values]
        return {"client": [peer.host, peer.port], "headers": headers}

    def _forget(self) -> None:
        if self.channel is not None:
            self.channel.loseConnection()


@implementer(interfaces.IPushProducer)
class Taker:
    """What Twisted tells when the unsent bytes of a connection are too many, and when they are gone."""

    def __init__(self) -> None:
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._is_gone = False

    def pauseProducing(self) -> None:  # noqa: N802 - the name Twisted gave it
        self._has_room.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - the same
        self._has_room.set()

    def stopProducing(self) -> None:  # noqa: N802 - the same
        self._is_gone = True
        self._has_room.set()

    async def has_room(self) -> bool:
        try:
            await asyncio.wait_for(self._has_room.wait(), TAKES_SECONDS)
        except TimeoutError:
            return False
        return not self._is_gone


def _is_hopeless(scope: dict[str, Any]) -> bool:
    # Only now: Django is set up when the application is loaded.
    from spaces.doors.signalling.handshakes import is_hopeless

    return is_hopeless(scope)


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
        own: dict[str, Any] = {EXTENSION: {"write": partial(_write, protocol)}}
        if scope["type"] == "http":
            own = {flow.EXTENSION: {"room": protocol.room}}
        scope["extensions"] = {**(scope.get("extensions") or {}), **own}
        queue: asyncio.Queue[dict[str, Any]] | None = super().create_application(protocol, scope)
        return queue

    def listen_success(self, port: tcp.Port) -> None:
        super().listen_success(port)
        port.__class__ = OneByOne
        port.socket.listen(WAITING_CONNECTIONS)


class OneByOne(tcp.Port):
    """A listening socket that accepts one connection in each turn of the event loop.

    Twisted accepts more and more of a flood in one turn. The commands of everyone else would wait for all handshakes
    of the flood, once for each turn of the loop that a command takes.
    """

    numberAccepts = property(lambda self: 1, lambda self, number: None)  # noqa: N815 - the name Twisted gave it


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
