"""A bot that hosts a Space, gives everybody the microphone who asks for it, and plays a sound file over and over.

    SPACES_URL=https://spaces.example SPACES_TOKEN=spc_… python bot.py "Tea at four" greeting.wav

Needs `aiortc` and `websockets`. The token's scopes: space.read space.write space.moderate.
"""

import asyncio
import itertools
import json
import os
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer
from websockets.asyncio.client import ClientConnection, connect

URL, TOKEN = os.environ["SPACES_URL"], os.environ["SPACES_TOKEN"]
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
PING_EVERY_SECONDS = 10


class Room:
    """One socket of docs/protocol.md: each command gets one reply, and events come in between."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._replies: dict[int, asyncio.Future] = {}
        self.events: asyncio.Queue = asyncio.Queue()

    async def ask(self, kind: str, **fields: object) -> dict:
        number = next(self._numbers)
        self._replies[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"type": kind, "id": number, **fields}))
        reply = await asyncio.wait_for(self._replies[number], 15)
        if "error" in reply:
            raise RuntimeError(f"{kind}: {reply['error']['code']}")
        return reply["data"]

    async def read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            if "re" in message:
                self._replies.pop(message["re"]).set_result(message)
            else:
                self.events.put_nowait(message)

    async def stay(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_SECONDS)
            await self.ask("ping")


def create_space(title: str) -> str:
    body = json.dumps({"title": title}).encode()
    headers = {**HEADERS, "Content-Type": "application/json", "Idempotency-Key": os.urandom(8).hex()}
    request = urllib.request.Request(f"{URL}/api/v1/spaces", body, headers)
    with urllib.request.urlopen(request, timeout=15) as answer:
        return json.load(answer)["space"]["id"]


async def speak(room: Room, path: str) -> RTCPeerConnection:
    """One connection sends the file; the answer brings back what everybody else says."""
    peer = RTCPeerConnection()
    peer.addTrack(MediaPlayer(path, loop=True).audio)
    await peer.setLocalDescription(await peer.createOffer())
    answer = await room.ask("audio.speak", sdp=offered(peer.localDescription.sdp))
    await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
    await room.ask("unmute")
    return peer


def offered(sdp: str) -> str:
    """Return the SDP without the fingerprints that aiortc adds to the one of browsers: the room takes SHA-256 only."""
    others = ("a=fingerprint:sha-384", "a=fingerprint:sha-512")
    return "".join(f"{line}\r\n" for line in sdp.splitlines() if not line.startswith(others))


async def welcome(room: Room) -> None:
    while True:
        event = await room.events.get()
        if event["type"] == "queue.changed" and event["state"] == "pending":
            await room.ask("request.approve", user_id=event["person"]["id"])


async def main(title: str, path: str) -> None:
    space_id = await asyncio.to_thread(create_space, title)
    print(f"{URL}/i/spaces/{space_id}", flush=True)
    address = URL.replace("http", "ws", 1) + f"/ws/spaces/{space_id}"
    async with connect(address, additional_headers=HEADERS) as socket, asyncio.TaskGroup() as tasks:
        room = Room(socket)
        tasks.create_task(room.read())
        await room.ask("join")
        tasks.create_task(room.stay())
        tasks.create_task(welcome(room))
        peer = await speak(room, path)
        try:
            await socket.wait_closed()
        finally:
            await peer.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
