"""The trouble of one socket is not the trouble of the others."""

import asyncio
import json

import pytest

from spaces import events
from spaces.doors.signalling.consumers import HomeConsumer
from spaces.live.sockets import BACKLOG, Message, Socket, broadcast

pytestmark = pytest.mark.asyncio


class Peer:
    """The server's end of one connection, as uvicorn behaves: a send waits while the peer does not read."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.socket = Socket(1, "", self.send)

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        self.got.append(message)

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.got]

    async def read_again(self) -> None:
        self.reads.set()
        await asyncio.sleep(0.01)


async def test_everybody_has_the_frame_when_broadcast_returns() -> None:
    peers = [Peer() for _ in range(500)]
    await broadcast([peer.socket for peer in peers], "news")
    assert all(peer.texts == ["news"] for peer in peers)


async def test_who_does_not_read_holds_nobody_up() -> None:
    slow, other = Peer(), Peer()
    slow.reads.clear()
    await broadcast([slow.socket, other.socket], "news")
    assert other.texts == ["news"]


async def test_who_reads_again_gets_what_was_missed_in_order() -> None:
    slow = Peer()
    slow.reads.clear()
    for number in range(3):
        await broadcast([slow.socket], str(number))
    await slow.read_again()
    slow.socket.write("3")
    assert slow.texts == ["0", "1", "2", "3"]


async def test_who_reads_again_is_written_to_directly_from_then_on() -> None:
    slow = Peer()
    slow.reads.clear()
    slow.socket.write("0")
    await slow.read_again()
    slow.socket.write("1")
    assert slow.texts == ["0", "1"]


@pytest.mark.fault("B9")
async def test_who_is_too_late_is_sent_away_to_start_over() -> None:
    slow = Peer()
    slow.reads.clear()
    for number in range(BACKLOG * 3):
        slow.socket.write(str(number))
    await slow.read_again()
    first, bye, close = slow.got
    assert (first["text"], json.loads(bye["text"])["code"], close["code"]) == ("0", "slow", events.CLOSE_SLOW.code)


async def test_the_close_comes_after_what_was_put_off() -> None:
    slow = Peer()
    slow.reads.clear()
    slow.socket.write("bye")
    slow.socket.close(4410)
    await slow.read_again()
    assert [message["type"] for message in slow.got] == ["websocket.send", "websocket.close"]


@pytest.mark.parametrize("error", [OSError, RuntimeError])
async def test_a_peer_that_is_gone_is_written_to_once(error: type[Exception]) -> None:
    tries: list[Message] = []

    async def send(message: Message) -> None:
        tries.append(message)
        raise error

    socket = HomeConsumer()
    socket.base_send = send
    await socket.send_frame("one")
    await socket.send_frame("two")
    assert [message["text"] for message in tries] == ["one"]


class Preparing(Peer):
    """The same where the server takes ready-made bytes, as long as the peer reads."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[bytes] = []
        self.socket.write_prepared = self.write_prepared

    def write_prepared(self, frame: bytes) -> bool:
        if self.reads.is_set():
            self.frames.append(frame)
        return self.reads.is_set()


async def test_a_broadcast_is_made_into_bytes_once() -> None:
    peers = [Preparing() for _ in range(3)]
    await broadcast([peer.socket for peer in peers], "news")
    assert [peer.frames for peer in peers] == [[b"\x81\x04news"]] * 3
    assert peers[0].frames[0] is peers[1].frames[0]


async def test_ready_made_bytes_do_not_overtake_what_was_put_off() -> None:
    slow = Preparing()
    slow.reads.clear()
    await broadcast([slow.socket], "0")
    slow.reads.set()
    await broadcast([slow.socket], "1")
    await slow.read_again()
    await broadcast([slow.socket], "2")
    assert (slow.texts, slow.frames) == (["0", "1"], [b"\x81\x012"])
