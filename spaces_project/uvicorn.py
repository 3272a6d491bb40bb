"""uvicorn's protocols with prepared messages and a deadline for headers, for the arguments `--ws` and `--http`."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from spaces_project.bodies import TOO_MANY
from spaces_project.common.prepared import EXTENSION

HEADERS_SECONDS: Final = 10
"""The deadline from the first byte of a request to the end of its headers. uvicorn itself would wait for ever."""


class DeadlineProtocol(H11Protocol):
    _headers_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._headers_deadline = self.loop.call_later(HEADERS_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        if self._headers_deadline is None and self.conn.their_state is h11.IDLE:
            self._headers_deadline = self.loop.call_later(HEADERS_SECONDS, self.transport.close)
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._forget_deadline()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Refuse what `handshakes.Paced` would refuse, before uvicorn makes a socket and an application for it."""
        # Only now: Django is set up when the application is loaded.
        from spaces.doors.signalling.handshakes import is_hopeless

        if is_hopeless({"client": self.client, "headers": self.headers}):
            self.transport.write(TOO_MANY.response)
            self.transport.close()
        else:
            super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _forget_deadline(self) -> None:
        if self._headers_deadline is not None:
            self._headers_deadline.cancel()
            self._headers_deadline = None


class PreparedMessageProtocol(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, dict[object, object]] = {EXTENSION: {"write": self.write_prepared}}
            self.scope["extensions"] = {**(self.scope.get("extensions") or {}), **extensions}

    def write_prepared(self, frame: bytes) -> bool:
        """Write a whole frame and return whether it was written.

        Every other write of this protocol is a whole frame too, so this one always lies between two of them.
        """
        if self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True
