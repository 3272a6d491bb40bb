"""uvicorn's WebSocket protocol, with prepared messages: `--ws spaces_project.uvicorn:PreparedMessageProtocol`."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from spaces_project.common.prepared import EXTENSION


class PreparedMessageProtocol(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, dict[object, object]] = {EXTENSION: {"write": self.write_prepared}}
            self.scope["extensions"] = {**(self.scope.get("extensions") or {}), **extensions}

    def write_prepared(self, frame: bytes) -> bool:
        """Every other write of this protocol is a whole frame as well, so that this one lies between two of them."""
        if self.close_sent or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True
