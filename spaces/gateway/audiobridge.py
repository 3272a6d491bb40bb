"""The mixer: rooms in which every speaker hears everybody else, and RTP forwards of the mix.

Reference: https://janus.conf.meetecho.com/docs/audiobridge.html and `janus_audiobridge.c`, v1.1.2. Ids of rooms and
participants are strings. All methods raise what `Handle.request` raises; refusals worth a branch are named per method.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from . import srtp
from .answers import body, description, read
from .client import GatewayClient
from .errors import Origin
from .handle import Handle
from .messages import Jsep, PluginData, PluginEvent
from .notices import Notice

PLUGIN: Final = Origin.AUDIOBRIDGE.value
SAMPLING_RATE: Final = 48000
"""One rate for all rooms: mixed rates go through code paths that crashed in v1.1.2."""
OPUS_PAYLOAD_TYPE: Final = 111
MAX_GROUPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOptions:
    """How a room sounds and listens.

    Attributes:
        groups: at most five names; with any, every participant must belong to one, and a group can be forwarded alone.
        talk_packets: packets of 20 ms over which loudness is averaged before somebody counts as talking or silent.
        talk_level: average in -dBov below which it is talk: 0 is the loudest, 127 is silence.
        prebuffering: packets of 20 ms collected from a speaker before mixing starts; delay against drop-outs.
        expected_loss: percent, at most 20; how much in-band FEC the mix carries, forwards included.
        bitrate: bits per second of every encoded mix, forwards included.
    """

    groups: tuple[str, ...] = ()
    talk_packets: int = 25
    talk_level: int = 50
    prebuffering: int = 6
    expected_loss: int = 10
    bitrate: int = 32000

    def __post_init__(self) -> None:
        if len(self.groups) > MAX_GROUPS:
            raise ValueError(f"the gateway allows {MAX_GROUPS} groups in a room")


DEFAULT_OPTIONS: Final = RoomOptions()


class MixerRoom(msgspec.Struct, frozen=True):
    """A room that exists on the gateway."""

    id: str = msgspec.field(name="room")
    participants: int = msgspec.field(name="num_participants", default=0)


class MixerParticipant(msgspec.Struct, frozen=True):
    """Somebody in a room. `setup`: the peer connection is up. `talking` is None where talk events are off."""

    id: str
    setup: bool = False
    muted: bool = False
    talking: bool | None = None


class Forwarder(msgspec.Struct, frozen=True):
    """An RTP stream of a room's mix, or of one group's, to `ip`:`port`."""

    id: int = msgspec.field(name="stream_id")
    ip: str
    port: int
    ssrc: int = 0
    group: str | None = None


@dataclass(frozen=True, slots=True)
class TalkingChanged:
    """Somebody began or ceased to talk."""

    room: str
    participant: str
    talking: bool


class _Rooms(msgspec.Struct):
    list: tuple[MixerRoom, ...]


class _Participants(msgspec.Struct):
    participants: tuple[MixerParticipant, ...]


class _Forwarders(msgspec.Struct):
    rtp_forwarders: tuple[Forwarder, ...]


class _Forwarded(msgspec.Struct):
    stream_id: int


class AudioBridge:
    """Rooms are managed through a control handle; a speaker acts through a handle of their own, see `attach`."""

    def __init__(self, client: GatewayClient) -> None:
        self._client = client
        self._admin_key = client.endpoint.admin_key

    async def create_room(self, *, room: str, secret: str, pin: str, options: RoomOptions = DEFAULT_OPTIONS) -> None:
        """Open a room that lasts until it is destroyed or the gateway ends. Raises RoomExists."""
        await self._control(
            "create",
            room=room,
            secret=secret,
            pin=pin,
            admin_key=self._admin_key,
            permanent=False,  # a permanent room is kept in the configuration and outlives its Space
            is_private=True,
            sampling_rate=SAMPLING_RATE,
            audiolevel_event=True,
            audio_active_packets=options.talk_packets,
            audio_level_average=options.talk_level,
            default_prebuffering=options.prebuffering,
            default_expectedloss=options.expected_loss,
            default_bitrate=options.bitrate,
            groups=list(options.groups) or None,
        )

    async def destroy_room(self, *, room: str, secret: str) -> None:
        """Put everybody out and remove the room. Raises NoSuchRoom."""
        await self._control("destroy", room=room, secret=secret)

    async def list_rooms(self) -> tuple[MixerRoom, ...]:
        return read(await self._control("list", admin_key=self._admin_key), _Rooms).list

    async def list_participants(self, *, room: str) -> tuple[MixerParticipant, ...]:
        """Raises NoSuchRoom."""
        return read(await self._control("listparticipants", room=room), _Participants).participants

    async def mute(self, *, room: str, secret: str, participant: str) -> None:
        """Raises NoSuchRoom, NoSuchParticipant. The participant's own `configure(muted=False)` would undo it."""
        await self._control("mute", room=room, secret=secret, id=participant)

    async def unmute(self, *, room: str, secret: str, participant: str) -> None:
        """Raises NoSuchRoom, NoSuchParticipant."""
        await self._control("unmute", room=room, secret=secret, id=participant)

    async def kick(self, *, room: str, secret: str, participant: str) -> None:
        """Put somebody out; their handle lives on, and its HangUp says when it is done. For ghosts of other processes;
        one's own are detached. Raises NoSuchRoom, NoSuchParticipant."""
        await self._control("kick", room=room, secret=secret, id=participant)

    async def rtp_forward(
        self,
        *,
        room: str,
        secret: str,
        port: int,
        ssrc: int,
        group: str | None = None,
        host: str = "127.0.0.1",
        srtp_key: str | None = None,
    ) -> int:
        """Send the mix, or one group's voices, as Opus over RTP; returns the forwarder's id. Raises NoSuchRoom.

        With `srtp_key`, of `srtp.new_key`, over SRTP: who has no key can neither hear nor replace it. Silence is sent
        too: without it the stream stops in an empty room and receivers take it for dead.
        The gateway does not say when nobody listens at `port`.
        """
        data = await self._control(
            "rtp_forward",
            room=room,
            secret=secret,
            admin_key=self._admin_key,
            host=host,
            port=port,
            ssrc=ssrc,
            group=group,
            codec="opus",
            ptype=OPUS_PAYLOAD_TYPE,
            always_on=True,
            srtp_suite=srtp.SUITE if srtp_key else None,
            srtp_crypto=srtp_key,
        )
        return read(data, _Forwarded).stream_id

    async def stop_rtp_forward(self, *, room: str, secret: str, forwarder: int) -> None:
        """Raises NoSuchRoom."""
        await self._control(
            "stop_rtp_forward", room=room, secret=secret, admin_key=self._admin_key, stream_id=forwarder
        )

    async def list_forwarders(self, *, room: str, secret: str) -> tuple[Forwarder, ...]:
        """Raises NoSuchRoom."""
        return read(await self._control("listforwarders", room=room, secret=secret), _Forwarders).rtp_forwarders

    async def attach(self, *, participant: str) -> Handle:
        """A speaker's handle. Its opaque id is the participant's, on which `talking_changed` relies."""
        return await self._client.attach(PLUGIN, opaque_id=participant)

    async def join(
        self,
        handle: Handle,
        *,
        room: str,
        pin: str,
        participant: str,
        offer: str,
        muted: bool = True,
        volume: int | None = None,
        group: str | None = None,
    ) -> str:
        """Enter a room with the browser's SDP offer; returns the SDP answer.

        Ids are not used twice: a ghost may still hold the old one. `volume` is percent. A handle whose `join` was
        refused is of no further use: the offer has half set up its peer connection.
        Raises NoSuchRoom, ParticipantExists, AlreadyJoined, NotAuthorised, InvalidSdp.
        """
        request = body("join", room=room, pin=pin, id=participant, muted=muted, volume=volume, group=group)
        return description(await handle.request(request, jsep=Jsep("offer", offer)), "answer")

    async def configure(
        self, handle: Handle, *, muted: bool | None = None, volume: int | None = None, group: str | None = None
    ) -> None:
        """Change a speaker who has joined; what is None stays. `volume` is percent. Raises NotJoined."""
        await handle.request(body("configure", muted=muted, volume=volume, group=group))

    async def leave(self, handle: Handle) -> None:
        """Leave the room and keep the handle. Raises NotJoined."""
        await handle.request(body("leave"))

    async def _control(self, request: str, **fields: object) -> dict[str, Any]:
        handle = await self._client.control(PLUGIN)
        return (await handle.request(body(request, **fields))).data


def talking_changed(notice: Notice) -> TalkingChanged | None:
    """What `notice` says about somebody's talking, if anything.

    The gateway tells every participant of the room, the talker included; only the talker's own copy counts, so that
    a room of ten does not report everything ten times.
    """
    match notice.subject:
        case PluginEvent(plugindata=PluginData(plugin=Origin.AUDIOBRIDGE, data=data)):
            match data:
                case {"audiobridge": "talking" | "stopped-talking" as kind, "room": str(room), "id": str(participant)}:
                    own = participant == notice.opaque_id
                    return TalkingChanged(room, participant, kind == "talking") if own else None
    return None
