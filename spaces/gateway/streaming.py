"""Send requests to the mountpoint plugin. One RTP stream comes in, and every listener gets the same packets, encoded
once.

Reference: https://janus.conf.meetecho.com/docs/streaming.html and `janus_streaming.c`, v1.1.2. Ids are strings. All
methods raise what `Handle.request` raises. A method names the refusals that a caller may want to handle.
"""

from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from . import srtp
from .answers import body, description, read
from .audiobridge import OPUS_PAYLOAD_TYPE
from .client import GatewayClient
from .errors import GatewayRefused, MountpointExists, Origin, RecordingStarted
from .handle import Handle
from .messages import Jsep

PLUGIN: Final = Origin.STREAMING.value
COLLISION_MS: Final = 1000
"""The plugin drops a packet with another SSRC unless the known one was silent for this long, so stray packets are not
heard."""
_CANNOT_CREATE: Final = 456
_TAKEN: Final = "already exists"
_INVALID: Final = 452
_STARTED: Final = "already started"


class _Media(msgspec.Struct, frozen=True):
    age_ms: int | None = None
    recording: str = ""


class Mountpoint(msgspec.Struct, frozen=True):
    """A mountpoint that exists on the gateway."""

    id: str
    enabled: bool = True
    media: tuple[_Media, ...] = ()

    @property
    def age(self) -> float | None:
        """Return the seconds since the last packet came in, or since creation if none did. None if the gateway does not
        say."""
        ages = [media.age_ms for media in self.media if media.age_ms is not None]
        return min(ages) / 1000 if ages else None

    @property
    def recording(self) -> str:
        """Return the name, without its directory, of the file that the plugin writes. Empty: it writes none. The plugin
        says so only to a caller with the secret."""
        return next((Path(media.recording).name for media in self.media if media.recording), "")


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
    """The requests to the mountpoint plugin. Mountpoints are managed through a control handle. A listener has a handle
    of their own, see `attach`."""

    def __init__(self, client: GatewayClient) -> None:
        self._client = client
        self._admin_key = client.endpoint.admin_key

    async def create_mountpoint(
        self, *, mountpoint: str, secret: str, pin: str, srtp_key: str | None = None, iface: str = "127.0.0.1"
    ) -> int:
        """Open a mountpoint for one Opus stream. Return the UDP port it listens on. Raise MountpointExists.

        `iface` is the address bound. The plugin takes RTP from any sender: any program that reaches the port, at least
        on this machine, would be heard by every listener. With `srtp_key`, made by `srtp.new_key`, only a program with
        the key is heard.
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
        """Disconnect all listeners of a mountpoint and remove it. Raise NoSuchMountpoint."""
        await self._control("destroy", id=mountpoint, secret=secret)

    async def list_mountpoints(self) -> tuple[Mountpoint, ...]:
        """Return all mountpoints, private ones too."""
        return read(await self._control("list", admin_key=self._admin_key), _Mountpoints).list

    async def info(self, *, mountpoint: str, secret: str | None = None) -> Mountpoint:
        """Return one mountpoint. Raise NoSuchMountpoint."""
        return read(await self._control("info", id=mountpoint, secret=secret), _Info).info

    async def start_recording(self, *, mountpoint: str, secret: str, base: str) -> None:
        """Write what listeners get to `base` + `.mjr`, on the gateway's machine. Missing directories are made.

        Raise RecordingStarted if the plugin is writing already, CannotRecord if the file cannot be written, and
        NoSuchMountpoint. A disk that becomes full later is not reported by the plugin.
        """
        media = [{"mid": "a", "filename": base}]
        try:
            await self._control("recording", action="start", id=mountpoint, secret=secret, media=media)
        except GatewayRefused as error:
            raise _sharpened(error) from error

    async def stop_recording(self, *, mountpoint: str, secret: str) -> None:
        """Close the file of the recording. Do nothing if there is none. Raise NoSuchMountpoint."""
        await self._control("recording", action="stop", id=mountpoint, secret=secret, media=[{"mid": "a"}])

    async def attach(self, *, listener: str) -> Handle:
        """Make a listener's handle. `listener` comes back as the opaque id of its notices."""
        return await self._client.attach(PLUGIN, opaque_id=listener)

    async def watch(self, handle: Handle, *, mountpoint: str, pin: str) -> str:
        """Return the gateway's SDP offer for the browser. Raise NoSuchMountpoint or NotAuthorised."""
        return description(await handle.request(body("watch", id=mountpoint, pin=pin)), "offer")

    async def start(self, handle: Handle, *, answer: str) -> None:
        """Pass on the browser's SDP answer. Audio flows as soon as ICE and DTLS are done. Raise InvalidSdp."""
        await handle.request(body("start"), jsep=Jsep("answer", answer))

    async def stop(self, handle: Handle) -> None:
        """End the listener's peer connection and keep the handle for another `watch`.

        This is a hangup and not the plugin's own `stop`, which is never answered before media has started.
        """
        await handle.hangup()

    async def _control(self, request: str, **fields: object) -> dict[str, Any]:
        handle = await self._client.control(PLUGIN)
        return (await handle.request(body(request, **fields))).data


def _sharpened(error: GatewayRefused) -> GatewayRefused:
    """Return a more specific error. The plugin has one number for every failed creation and one for every field that it
    does not accept. Only its text tells them apart."""
    if error.number == _CANNOT_CREATE and _TAKEN in error.reason:
        return MountpointExists(error.origin, error.number, error.reason)
    if error.number == _INVALID and _STARTED in error.reason:
        return RecordingStarted(error.origin, error.number, error.reason)
    return error
