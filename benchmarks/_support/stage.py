"""A gateway with its own core and network namespace, voices in its room, and peers that listen."""

import asyncio
import contextlib
import itertools
import os
import shlex
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks._support import cores, product
from benchmarks._support.peers import FRAME_SECONDS, Identity, Peer, identity, opus_tone
from spaces.audio.rooms import OPTIONS
from spaces.gateway.answers import body
from spaces.gateway.audiobridge import AudioBridge
from spaces.gateway.client import GatewayClient
from spaces.gateway.handle import Handle
from spaces.gateway.streaming import Streaming
from tests.support.janus import Gateway, running_gateway

ADDRESS: Final = "10.77.0.1"
WITNESSES: Final = 20
TRACKS: Final = 10
ROOM: Final = "room"
_INSIDE: Final = "BENCHMARK_IN_NAMESPACE"


def move_into_a_namespace(module: str) -> None:
    """Run this program again inside a network namespace of its own, and exit with its status.

    Inside the namespace this returns at once. It needs root, as `unshare` does.
    """
    if os.environ.get(_INSIDE):
        return
    script = (
        f"ip link set lo up && ip link add ours type veth peer name theirs && ip addr add {ADDRESS}/24 dev ours"
        f" && ip link set ours up && ip link set theirs up && exec {sys.executable} -m {module} "
        + shlex.join(sys.argv[1:])
    )
    command, environment = ["unshare", "--net", "sh", "-c", script], {**os.environ, _INSIDE: "1"}
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


@dataclass
class Stage:
    """A gateway with a client, and the peers connected to it."""

    gateway: Gateway
    client: GatewayClient
    own: Identity
    listeners: list[Peer] = field(default_factory=list)
    profile: str = ""
    _handles: list[Handle] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def watch(self, mountpoint: str, *, decodes: bool = False) -> float:
        """Add a listener. Return the seconds from its answer to its first packet of audio."""
        streaming, peer = Streaming(self.client), Peer(ADDRESS, self.own, offers=False, decodes=decodes)
        handle = await streaming.attach(listener=f"l-{next(self._ids)}")
        offer = await streaming.watch(handle, mountpoint=mountpoint, pin="p")
        peer.witness()
        started = time.monotonic()
        await asyncio.gather(streaming.start(handle, answer=peer.answer(offer)), peer.connect(offer))
        await peer.heard()
        took = time.monotonic() - started
        self._seat(peer, handle)
        return took

    async def silence(self) -> None:
        """Disconnect the speaker that was added last."""
        self._voice.close()
        await self._microphone.detach()

    async def forget_last(self) -> None:
        """Disconnect the listener that was added last."""
        self.listeners.pop().close()
        await self._handles.pop().detach()

    async def enter(self) -> None:
        """Add a participant of the mixer with a closed microphone."""
        self._seat(*await self._join(muted=True, ssrc=1))

    async def speak(self, payloads: Sequence[bytes]) -> Callable[[int], None]:
        """Add a speaker. Return a function that sends the speaker's packet with a given number."""
        ssrc = 1_000 + next(self._ids)
        peer, self._microphone = await self._join(muted=False, ssrc=ssrc)
        self._voice = peer
        peer.sink()
        send = peer.sender(ssrc)
        return lambda number: send(payloads[number % len(payloads)], number)

    async def _join(self, *, muted: bool, ssrc: int) -> tuple[Peer, Handle]:
        bridge, peer, name = AudioBridge(self.client), Peer(ADDRESS, self.own, offers=True), f"p-{next(self._ids)}"
        handle = await bridge.attach(participant=name)
        answer = await bridge.join(
            handle, room=ROOM, pin="p", participant=name, offer=peer.offer(ssrc), muted=muted, volume=25
        )
        await peer.connect(answer)
        return peer, handle

    def _seat(self, peer: Peer, handle: Handle) -> None:
        self.profile = peer.profile
        if len(self.listeners) < WITNESSES:
            peer.witness()
        else:
            peer.sink()
        self.listeners.append(peer)
        self._handles.append(handle)

    async def measure(self, window: float) -> tuple[float, float]:
        """Return the number of cores used and the packets per second that each witness received."""
        witnesses = self.listeners[:WITNESSES]
        for peer in witnesses:
            peer.witness()
        loop = asyncio.get_running_loop()
        cpu, started = cores.cpu_seconds(self.gateway.pid), loop.time()
        await asyncio.sleep(window)
        seconds = loop.time() - started
        used = (cores.cpu_seconds(self.gateway.pid) - cpu) / seconds
        return used, statistics.mean([peer.packets / seconds for peer in witnesses] or [0.0])


@contextlib.asynccontextmanager
async def open_stage(core: int, event_loops: int = 2) -> AsyncIterator[Stage]:
    with tempfile.TemporaryDirectory(dir=product.VAR) as directory:
        settings = {"media_address": ADDRESS, "event_loops": event_loops, "debug_level": 3}
        with running_gateway(Path(directory), **settings) as gateway:
            for thread in Path(f"/proc/{gateway.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})
            client = GatewayClient(gateway.endpoint())
            await client.start()
            await client.wait_ready(timeout=5)
            stage = Stage(gateway, client, identity())
            try:
                yield stage
            finally:
                for peer in stage.listeners:
                    peer.close()
                await client.close()


@contextlib.asynccontextmanager
async def sound(stage: Stage, kind: str, speakers: int) -> AsyncIterator[None]:
    """Keep the speakers talking while the block runs."""
    payloads = opus_tone(440)
    if kind == "tracks":
        sends = await _tracks(stage, payloads)
    else:
        await AudioBridge(stage.client).create_room(room=ROOM, secret="s", pin="p", options=OPTIONS)
        port = await Streaming(stage.client).create_mountpoint(mountpoint="mountpoint", secret="s", pin="p")
        await AudioBridge(stage.client).rtp_forward(room=ROOM, secret="s", port=port, ssrc=7)
        sends = [await stage.speak(payloads) for _ in range(speakers)]
    talking = asyncio.create_task(_talk(sends))
    try:
        yield
    finally:
        talking.cancel()


async def _talk(sends: list[Callable[[int], None]]) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    for number in itertools.count():
        for send in sends:
            send(number)
        await asyncio.sleep(started + (number + 1) * FRAME_SECONDS - loop.time())


async def _tracks(stage: Stage, payloads: Sequence[bytes]) -> list[Callable[[int], None]]:
    """Create a mountpoint of ten streams, each fed with plain RTP, so that a listener gets ten packets every 20 ms."""
    handle = await stage.client.control("janus.plugin.streaming")
    media = [
        {"type": "audio", "mid": f"a{n}", "port": 0, "pt": 111, "codec": "opus", "iface": "127.0.0.1"}
        for n in range(TRACKS)
    ]
    request = body(
        "create",
        type="rtp",
        id="tracks",
        secret="s",
        pin="p",
        permanent=False,
        media=media,
        admin_key=stage.gateway.settings.admin_key,
    )
    created = (await handle.request(request)).data
    ports = [entry["port"] for entry in created["stream"]["ports"]]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def track(port: int) -> Callable[[int], None]:
        def send(number: int) -> None:
            header = struct.pack("!BBHII", 0x80, 111, number & 0xFFFF, number * 960 & 0xFFFFFFFF, port)
            sender.sendto(header + payloads[number % len(payloads)], ("127.0.0.1", port))

        return send

    return [track(port) for port in ports]
