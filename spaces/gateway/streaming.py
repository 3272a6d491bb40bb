"""Mountpoints: one RTP stream in, the same packets out to every listener, encoded once.

Reference: https://janus.conf.meetecho.com/docs/streaming.html and `janus_streaming.c`, v1.1.2. Ids are strings.
All methods raise what `Handle.request` raises; the refusals worth a branch are named per method.
"""

from typing import Annotated, Any, Final

import msgspec

from . import srtp
from .answers import body, description, read
from .audiobridge import OPUS_PAYLOAD_TYPE
from .client import GatewayClient
from .errors import GatewayRefused, MountpointExists, Origin
from .handle import Handle
from .messages import Jsep

PLUGIN: Final = Origin.STREAMING.value
COLLISION_MS: Final = 1000
"""A packet with another SSRC is dropped unless the known one was silent for so long: strays are not heard."""
_CANNOT_CREATE: Final = 456
_TAKEN: Final = "already exists"


class _Media(msgspec.Struct, frozen=True):
    age_ms: int | None = None


class Mountpoint(msgspec.Struct, frozen=True):
    """A mountpoint that exists on the gateway."""

    id: str
    enabled: bool = True
    media: tuple[_Media, ...] = ()

    @property
    def age(self) -> float | None:
        """Seconds since the last packet came in, or since creation if none did; None when the gateway does not say."""
        ages = [media.age_ms for media in self.media if media.age_ms is not None]
        return min(ages) / 1000 if ages else None


class _Port(msgspec.Struct):
    port: int


class _Stream(msgspec.Struct):
    ports: Annotated[tuple[_Port, ...], msgspec.Meta(min_length=1)]


class _Created(msgspec.Struct):
    stream: _Stream


class _Mountpoints(msgspec.Struct):
    list: tuple[Mountpoint, ...]


class _Info(msgspec.Struct):
    info: Mountpoint


class Streaming:
    """Mountpoints are managed through a control handle; a listener has a handle of their own, see `attach`."""

    def __init__(self, client: GatewayClient) -> None:
        self._client = client
        self._admin_key = client.endpoint.admin_key

    async def create_mountpoint(
        self, *, mountpoint: str, secret: str, pin: str, srtp_key: str | None = None, iface: str = "127.0.0.1"
    ) -> int:
        """Open a mountpoint for one Opus stream; returns the UDP port it listens on. Raises MountpointExists.

        `iface` is the address bound. The plugin takes RTP from any sender, so that every program that reaches the port,
        of this machine at least, is heard by everybody; with `srtp_key`, of `srtp.new_key`, only one that has the key.
        """
        media = {"type": "audio", "mid": "a", "port": 0, "pt": OPUS_PAYLOAD_TYPE, "codec": "opus", "iface": iface}
        try:
            data = await self._control(
                "create",
                type="rtp",
                id=mountpoint,
                secret=secret,
                pin=pin,
                admin_key=self._admin_key,
                permanent=False,
                is_private=True,
                collision=COLLISION_MS,
                srtpsuite=srtp.SUITE if srtp_key else None,
                srtpcrypto=srtp_key,
                media=[media],
            )
        except GatewayRefused as error:
            raise _sharpened(error) from error
        return read(data, _Created).stream.ports[0].port

    async def destroy_mountpoint(self, *, mountpoint: str, secret: str) -> None:
        """Hang up on all its listeners and remove it. Raises NoSuchMountpoint."""
        await self._control("destroy", id=mountpoint, secret=secret)

    async def list_mountpoints(self) -> tuple[Mountpoint, ...]:
        return read(await self._control("list", admin_key=self._admin_key), _Mountpoints).list

    async def info(self, *, mountpoint: str) -> Mountpoint:
        """Raises NoSuchMountpoint."""
        return read(await self._control("info", id=mountpoint), _Info).info

    async def attach(self, *, listener: str) -> Handle:
        """A listener's handle; `listener` comes back as the opaque id of its notices."""
        return await self._client.attach(PLUGIN, opaque_id=listener)

    async def watch(self, handle: Handle, *, mountpoint: str, pin: str) -> str:
        """Returns the gateway's SDP offer for the browser. Raises NoSuchMountpoint, NotAuthorised."""
        return description(await handle.request(body("watch", id=mountpoint, pin=pin)), "offer")

    async def start(self, handle: Handle, *, answer: str) -> None:
        """Pass on the browser's SDP answer; audio flows as soon as ICE and DTLS are done. Raises InvalidSdp."""
        await handle.request(body("start"), jsep=Jsep("answer", answer))

    async def stop(self, handle: Handle) -> None:
        """End the listener's peer connection and keep the handle for another `watch`.

        A hangup, not the plugin's own `stop`: that one is never answered before media has started.
        """
        await handle.hangup()

    async def _control(self, request: str, **fields: object) -> dict[str, Any]:
        handle = await self._client.control(PLUGIN)
        return (await handle.request(body(request, **fields))).data


def _sharpened(error: GatewayRefused) -> GatewayRefused:
    """The plugin has one number for all that can go wrong with creation, and only its text tells them apart."""
    if error.number == _CANNOT_CREATE and _TAKEN in error.reason:
        return MountpointExists(error.origin, error.number, error.reason)
    return error
