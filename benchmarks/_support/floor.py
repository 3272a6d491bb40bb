"""The floor: a server that does only the WebSocket handshake and writes ready-made bytes, to show the kernel's cost.

python -m benchmarks._support.floor PORT CHANNEL, with REDIS_URL in the environment
"""

import asyncio
import base64
import hashlib
import os
import re
import struct
import sys
from typing import cast

import redis.asyncio
import uvloop

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_everybody: set[asyncio.Transport] = set()


class Socket(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if found := re.search(rb"Sec-WebSocket-Key: (\S+)", data):
            accept = base64.b64encode(hashlib.sha1(found[1] + _MAGIC, usedforsecurity=False).digest())
            head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            self._transport.write(head + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            _everybody.add(self._transport)

    def connection_lost(self, error: Exception | None) -> None:
        _everybody.discard(self._transport)


async def main(port: int, channel: str) -> None:
    await asyncio.get_running_loop().create_server(Socket, "127.0.0.1", port)
    async with redis.asyncio.Redis.from_url(os.environ["REDIS_URL"]).pubsub() as pubsub:
        await pubsub.subscribe(channel)
        async for message in pubsub.listen():
            if message["type"] == "message":
                payload = message["data"]
                frame = b"\x81\x7e" + struct.pack("!H", len(payload)) + payload
                for transport in _everybody:
                    transport.write(frame)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
