"""A TCP proxy on loopback whose connections a test can cut.

async with tcp_proxy(port) as proxy:
    client = connect(f"ws://127.0.0.1:{proxy.port}")
    proxy.cut()
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class TcpProxy:
    """Carries bytes to `target` on loopback. While `refusing`, new connections are closed at once."""

    def __init__(self, target: int, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.refusing = False
        self.accepted = 0
        self._target = target
        self._address = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, *self._address)

    def cut(self) -> None:
        """Reset every connection, without a closing handshake."""
        for writer in self._writers:
            writer.transport.abort()

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self.refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except ConnectionRefusedError:  # as the target would have
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))
        self._writers -= both


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def tcp_proxy(target: int) -> AsyncIterator[TcpProxy]:
    proxy = TcpProxy(target)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
