"""The two ASGI servers, with the limits of `deploy/web`, on one core."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from benchmarks._support import cores
from tests.support.ports import listens
from tests.support.processes import Child

Server = Literal["daphne", "uvicorn", "node", "floor"]
STARTS_WITHIN: Final = 30.0

CHANNEL: Final = "bench:bare"
"""The Redis channel of `node` and `floor`. They write its messages to their sockets unchanged."""

PRODUCT: Final = "spaces_project.asgi:application"
_OURS: Final = {
    "daphne": ".venv/bin/python -m spaces_project.daphne",
    "protocol": "spaces_project.uvicorn:PreparedMessageProtocol",
}
_STOCK: Final = {"daphne": ".venv/bin/daphne", "protocol": "websockets-sansio"}
"""The command of daphne and the WebSocket protocol of uvicorn, as the product and as other applications use them."""

# Every browser offers compression. If uvicorn accepted it, each socket would have, and pay for, a compressor.
_COMMANDS: Final[dict[Server, str]] = {
    "daphne": (
        "{daphne} --bind 127.0.0.1 --port {port} --no-server-name --verbosity 0"
        " --websocket-max-message-size 65536 --ping-interval 10 --ping-timeout 10 {application}"
    ),
    "uvicorn": (
        ".venv/bin/uvicorn --host 127.0.0.1 --port {port} --no-server-header --no-access-log --log-level warning"
        " --loop uvloop --ws {protocol} --ws-per-message-deflate false"
        " --ws-max-size 65536 --ws-ping-interval 60 --ws-ping-timeout 20 {application}"
    ),
    "node": "node benchmarks/_support/rival/server.mjs {port} " + CHANNEL,
    "floor": ".venv/bin/python -m benchmarks._support.floor {port} " + CHANNEL,
}


@contextlib.contextmanager
def running(
    server: Server, application: str, *, port: int, core: int, log: Path, env: Mapping[str, str]
) -> Iterator[Child]:
    """Run a server until the block ends. It listens on entering; if the block fails, the end of its log is printed."""
    ways = _OURS if application == PRODUCT else _STOCK
    command = _COMMANDS[server].format(port=port, application=application, **ways).split()
    child = Child(cores.on_core(core, command), log=log, env=env)
    try:
        child.wait_until(lambda: listens(port), seconds=STARTS_WITHIN)
        yield child
    except BaseException:
        print(f"{server} said last:\n{child.output[-6000:]}", file=sys.stderr)
        raise
    finally:
        child.stop()
