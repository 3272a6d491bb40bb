"""daphne with prepared messages: `python -m spaces_project.daphne` takes the arguments that `daphne` takes."""

import asyncio
from functools import partial
from typing import Any

from daphne import cli, server

from spaces_project.common.prepared import EXTENSION


class Server(server.Server):  # type: ignore[misc]  # daphne has no types
    def create_application(self, protocol: Any, scope: dict[str, Any]) -> "asyncio.Queue[dict[str, Any]] | None":
        if scope["type"] == "websocket":
            extensions = scope.get("extensions") or {}
            scope["extensions"] = {**extensions, EXTENSION: {"write": partial(_write, protocol)}}
        queue: asyncio.Queue[dict[str, Any]] | None = super().create_application(protocol, scope)
        return queue


class CommandLineInterface(cli.CommandLineInterface):  # type: ignore[misc]  # the same
    server_class = Server


def _write(protocol: Any, frame: bytes) -> bool:
    """Past Autobahn, which makes the frame and two lines for its log anew for every socket."""
    if protocol.state != protocol.STATE_OPEN or protocol.send_queue:
        return False
    protocol.transport.write(frame)
    return True


if __name__ == "__main__":
    CommandLineInterface.entrypoint()
