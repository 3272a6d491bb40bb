"""A push service that takes everything: `python -m benchmarks._support.push_sink PORT`.

It is as cheap as Python allows, because it shares the machine with what is measured. `GET /count` answers
`{"count", "last", "single"}`: posts so far, when the last came, and when the last to `/single` came (`time.time()`).
"""

import asyncio
import json
import sys
import time
from typing import Final, cast

import uvloop

CREATED: Final = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
LENGTH: Final = b"content-length:"


class Sink(asyncio.Protocol):
    """One connection. Its requests come one after the other, each with a length."""

    count = 0
    last = single = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.rest = cast(asyncio.Transport, transport), b""

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            head, end, after = self.rest.partition(b"\r\n\r\n")
            size = _length(head)
            if not end or len(after) < size:
                return
            self.rest = after[size:]
            self.transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        if head.startswith(b"GET /count"):
            body = json.dumps({"count": Sink.count, "last": Sink.last, "single": Sink.single}).encode()
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        Sink.last = time.time()
        if head.startswith(b"POST /single"):
            Sink.single = Sink.last
        else:
            Sink.count += 1
        return CREATED


def _length(head: bytes) -> int:
    found = head.lower().partition(LENGTH)[2]
    return int(found.split(b"\r\n")[0]) if found else 0


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
