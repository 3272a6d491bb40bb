"""A captioned Space on a real gateway, with people who need no browser."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest_asyncio

from accounts.models import User
from captions import services
from spaces import audio
from spaces.audio import talking
from spaces.audio.connection import ConnectionAudio
from spaces.audio.gateways import pool, room_credentials
from spaces.audio.lanes import GROUPS, IDLE
from spaces.audio.rooms import OPTIONS
from spaces.events import Envelope, Signal, space_channel
from spaces.gateway.addresses import own_address
from spaces.gateway.audiobridge import PLUGIN, Forwarder
from spaces.gateway.handle import Handle
from spaces.gateway.pool import Gateway
from spaces.live.subscription import RedisSubscription
from spaces.states import Role
from spaces_project.common.threads import in_thread
from tests.spaces.scene import Scene
from tests.support.janus import free_port
from tests.support.opus import RATE
from tests.support.voice import mixed, play, silence, spoken, tone

TEXT = "the weather is very good today and we will go to the park with the children"
PILOTS = {"host": 500, "cohost": 900, "fifth": 1300, "sixth": 1700}
"""Hz of a quiet tone under each voice: what was heard can be told apart however badly it was heard."""


class Room:
    """A captioned Space in the mixer. Its people are plain RTP, because a browser each would take a minute; everything
    that moves them between lanes is the product's own."""

    def __init__(self, scene: Scene, directory: Path) -> None:
        self.scene = scene
        self._directory = directory
        self._connections: dict[str, ConnectionAudio] = {}
        self._ports: dict[str, tuple[str, int, int]] = {}
        self._feed = RedisSubscription(on_envelope=self._hear, on_gap=self._follow)
        self._people: dict[str, User] = {name: getattr(scene, name) for name in ("host", "cohost", "speaker")}

    def invite(self, *names: str) -> None:
        """More people on the stage, with open microphones."""
        self._people |= zip(names, self.scene.add(Role.SPEAKER, len(names)), strict=True)
        self.scene.space.participants.with_mic().update(muted=False)

    def name_of(self, user_id: int) -> str:
        [name] = [name for name, user in self._people.items() if user.pk == user_id]
        return name

    async def open(self) -> None:
        await pool().run_async("main", self._create)
        self._listening = asyncio.create_task(self._feed.run())
        await self._feed.subscribe(space_channel(self.scene.id))

    async def close(self) -> None:
        self._listening.cancel()
        for connection in self._connections.values():
            await connection.close_all()

    async def plug_in(self, name: str, *, consents: bool = True) -> None:
        user = self._people[name]
        if consents:
            await in_thread(services.set_consent, public_id=self.scene.id, user=user, given=True)
        mixer_id = f"{user.pk}-{name}"
        await in_thread(self.scene.space.participants.filter(user=user).update, mixer_id=mixer_id, connection=name)
        local = free_port(socket.SOCK_DGRAM)
        handle, ip, port = await pool().run_async("main", lambda gateway: self._join(gateway, mixer_id, local))
        connection = ConnectionAudio(self.scene.id, user.pk, name, on_event=lambda event: None)
        connection._lines["speak"].current = handle
        self._connections[name], self._ports[name] = connection, (ip, port, local)
        await connection.follow_lane()

    async def say(self, name: str) -> None:
        """The person's text, and a pause after it."""
        pcm = await asyncio.to_thread(spoken, self._directory / f"{name}.wav", TEXT)
        pcm = mixed(pcm, tone(PILOTS[name], seconds=len(pcm) / 2 / RATE, amplitude=0.05))
        host, port, local = self._ports[name]
        await self._talks(name, is_so=True)
        await play(pcm + silence(1.2), host=host, port=port, local=local)
        await self._talks(name, is_so=False)

    async def _talks(self, name: str, *, is_so: bool) -> None:
        """The mixer would notice it by the level that browsers write into each packet; these voices do not."""
        await in_thread(talking.heard, self.scene.id, self._people[name].pk, talking=is_so)

    async def forwarders(self) -> list[Forwarder]:
        """Return the forwarders of lanes."""
        room, secret = self.scene.space.room, room_credentials(self.scene.space.room).secret
        found = await pool().run_async("main", lambda gateway: gateway.bridge.list_forwarders(room=room, secret=secret))
        return [forwarder for forwarder in found if forwarder.group is not None]

    async def _create(self, gateway: Gateway) -> None:
        keys = room_credentials(self.scene.space.room)
        control = await gateway.client.control(PLUGIN)
        await control.request(
            {
                "request": "create",
                "room": self.scene.space.room,
                "secret": keys.secret,
                "pin": keys.pin,
                "admin_key": gateway.client.endpoint.admin_key,
                "permanent": False,
                "sampling_rate": 48_000,
                "default_prebuffering": OPTIONS.prebuffering,
                "groups": list(GROUPS),
                "allow_rtp_participants": True,
            }
        )

    async def _join(self, gateway: Gateway, mixer_id: str, local: int) -> tuple[Handle, str, int]:
        handle = await gateway.bridge.attach(participant=mixer_id)
        request = {
            "request": "join",
            "room": self.scene.space.room,
            "pin": room_credentials(self.scene.space.room).pin,
            "id": mixer_id,
            "group": IDLE,
            "rtp": {"ip": own_address(), "port": local, "payload_type": 111},
        }
        address = (await handle.request(request)).data["rtp"]
        return handle, address["ip"], address["port"]

    async def _hear(self, channel: str, envelope: Envelope) -> None:
        if envelope.signal == Signal.LANES:
            await self._follow()

    async def _follow(self) -> None:
        for connection in list(self._connections.values()):
            await connection.follow_lane()


@pytest_asyncio.fixture
async def room(gateway: object, tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(await in_thread(Scene), tmp_path)
    await room.open()
    yield room
    await room.close()
    assert await asyncio.to_thread(audio.drain, timeout=10)


def has_lanes(scene: Scene, count: int) -> Callable[[], bool]:
    return lambda: scene.space.participants.exclude(lane=None).count() == count
