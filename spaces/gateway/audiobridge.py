"""Send requests to the mixer plugin: rooms in which every speaker hears all others, and RTP forwards of the mix.

Reference: https://janus.conf.meetecho.com/docs/audiobridge.html and `janus_audiobridge.c`, v1.1.2. Ids of rooms and
participants are strings. All methods raise what `Handle.request` raises. A method names the refusals that a caller may
want to handle.
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
"""The one rate of all rooms. Mixed rates use code paths that crashed in v1.1.2."""
OPUS_PAYLOAD_TYPE: Final = 111
MAX_GROUPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOptions:
    """The sound of a room, and how it detects talk.

    Attributes:
        groups: at most five names. If there are any, every participant must belong to one, and a group can be forwarded
            alone.
        talk_packets: packets of 20 ms over which loudness is averaged before a participant counts as talking or silent.
        talk_level: average in -dBov below which it is talk: 0 is the loudest, 127 is silence.
        prebuffering: packets of 20 ms collected from a speaker before mixing starts. More add delay and avoid gaps.
        expected_loss: percent, at most 20. It sets how much in-band FEC the mix carries, forwards included.
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
    """A participant of a room. `setup` is True when the peer connection is up. `talking` is None if talk events are
    off."""

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
    """The report that a participant began or stopped talking."""

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
    """The requests to the mixer plugin. Rooms are managed through a control handle. A speaker has a handle of their
    own, see `attach`."""

    def __init__(self, client: GatewayClient) -> None:
        self._client = client
        self._admin_key = client.endpoint.admin_key

    async def create_room(self, *, room: str, secret: str, pin: str, options: RoomOptions = DEFAULT_OPTIONS) -> None:
        """Open a room that lasts until it is destroyed or the gateway ends. Raise RoomExists."""
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
        """Remove the room and everyone in it. Raise NoSuchRoom."""
        await self._control("destroy", room=room, secret=secret)

    async def list_rooms(self) -> tuple[MixerRoom, ...]:
        """Return all rooms, private ones too."""
        return read(await self._control("list", admin_key=self._admin_key), _Rooms).list

    async def list_participants(self, *, room: str) -> tuple[MixerParticipant, ...]:
        """Return the participants of a room. Raise NoSuchRoom."""
        return read(await self._control("listparticipants", room=room), _Participants).participants

    async def mute(self, *, room: str, secret: str, participant: str) -> None:
        """Mute a participant. Their own `configure(muted=False)` would undo it. Raise NoSuchRoom or
        NoSuchParticipant."""
        await self._control("mute", room=room, secret=secret, id=participant)

    async def unmute(self, *, room: str, secret: str, participant: str) -> None:
        """Unmute a participant. Raise NoSuchRoom or NoSuchParticipant."""
        await self._control("unmute", room=room, secret=secret, id=participant)

    async def kick(self, *, room: str, secret: str, participant: str) -> None:
        """Remove a participant from the room. Their handle lives on, and its HangUp reports when the removal is done.
        Use this for ghosts of other processes, and `detach` for a handle of this one. Raise NoSuchRoom or
        NoSuchParticipant."""
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
        """Send the mix, or one group's voices, as Opus over RTP. Return the forwarder's id. Raise NoSuchRoom.

        With `srtp_key`, made by `srtp.new_key`, the stream is SRTP: a program without the key can neither hear nor
        replace it. Silence is sent too. Without it the stream would stop in an empty room, and receivers would take it
        for dead. The gateway does not report when no program listens at `port`.
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
        """Stop a forward. Raise NoSuchRoom."""
        await self._control(
            "stop_rtp_forward", room=room, secret=secret, admin_key=self._admin_key, stream_id=forwarder
        )

    async def list_forwarders(self, *, room: str, secret: str) -> tuple[Forwarder, ...]:
        """Return the forwards of a room. Raise NoSuchRoom."""
        return read(await self._control("listforwarders", room=room, secret=secret), _Forwarders).rtp_forwarders

    async def attach(self, *, participant: str) -> Handle:
        """Make a speaker's handle. Its opaque id is the participant's id, on which `talking_changed` relies."""
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
        """Enter a room with the browser's SDP offer. Return the SDP answer.

        Never use an id twice: a ghost may still hold the old one. `volume` is percent. A handle whose `join` was
        refused is of no further use, because the offer has half set up its peer connection. Raise NoSuchRoom,
        ParticipantExists, AlreadyJoined, NotAuthorised or InvalidSdp.
        """
        request = body("join", room=room, pin=pin, id=participant, muted=muted, volume=volume, group=group)
        return description(await handle.request(request, jsep=Jsep("offer", offer)), "answer")

    async def configure(
        self, handle: Handle, *, muted: bool | None = None, volume: int | None = None, group: str | None = None
    ) -> None:
        """Change a speaker who has joined. An argument that is None changes nothing. `volume` is percent. Raise
        NotJoined."""
        await handle.request(body("configure", muted=muted, volume=volume, group=group))

    async def leave(self, handle: Handle) -> None:
        """Leave the room and keep the handle. Raise NotJoined."""
        await handle.request(body("leave"))

    async def _control(self, request: str, **fields: object) -> dict[str, Any]:
        handle = await self._client.control(PLUGIN)
        return (await handle.request(body(request, **fields))).data


def talking_changed(notice: Notice) -> TalkingChanged | None:
    """Return what `notice` says about a participant's talking, or None.

    The gateway tells every participant of the room, the talking one included. Only the talking participant's own copy
    counts, so that a room of ten does not report everything ten times.
    """
    match notice.subject:
        case PluginEvent(plugindata=PluginData(plugin=Origin.AUDIOBRIDGE, data=data)):
            match data:
                case {"audiobridge": "talking" | "stopped-talking" as kind, "room": str(room), "id": str(participant)}:
                    own = participant == notice.opaque_id
                    return TalkingChanged(room, participant, kind == "talking") if own else None
    return None
