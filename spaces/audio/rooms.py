"""Keep what the gateway holds for one live Space in line with the database.

A Space is a mixer room for those with a microphone, and a mountpoint of the same name for all listeners. One RTP
forward of the whole mix feeds the mountpoint.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from spaces.audio.feeding import feeding
from spaces.audio.gateways import mountpoint_credentials, room_credentials
from spaces.audio.lanes import GROUPS
from spaces.gateway import srtp
from spaces.gateway.audiobridge import Forwarder, MixerParticipant, RoomOptions
from spaces.gateway.errors import (
    CannotRecord,
    MountpointExists,
    NoSuchMountpoint,
    NoSuchParticipant,
    NoSuchRoom,
    RecordingStarted,
    RoomExists,
)
from spaces.gateway.pool import Gateway
from spaces.models.tokens import is_mixer_id_of
from spaces.selectors import Microphone, Mix

logger = logging.getLogger(__name__)

STALE_SECONDS = 3.0
"""The forward never pauses, so a mountpoint without packets for this long has lost its feed."""

OPTIONS = RoomOptions(talk_packets=10, talk_level=45, prebuffering=2, expected_loss=10, bitrate=32_000)
"""Opus for voice, see docs/audio.md. 32 kbit/s mono is transparent for speech. FEC is set for 10 % loss, because the
one mix reaches every listener over their own bad network. Two packets of prebuffering take 80 ms off the delay of the
default six. At 30 ms of jitter they lose no more of a voice than six do; one packet would
(docs/measurements/latency.md)."""

Present = tuple[MixerParticipant, ...] | None


def voice_volume(open_microphones: int) -> int:
    """Return the volume of each voice in percent. The mixer adds samples and wraps around above full scale
    (janus_audiobridge.c, 1.1.2). So as many full-scale voices as are likely to talk at once must fit: two to four,
    whatever the number of microphones."""
    return 100 // min(max(open_microphones, 2), 4)


async def present_in(gateway: Gateway, room: str) -> Present:
    """Return the participants of the mixer room, or None if there is no such room."""
    try:
        return await gateway.bridge.list_participants(room=room)
    except NoSuchRoom:
        return None


async def converge(gateway: Gateway, mix: Mix, present: Present) -> None:
    """Open or close the room, remove every participant who does not belong, and set every mute as the database has it.

    `present` must be read before `mix`. A participant who came in between is then in neither, and is not taken for a
    ghost.
    """
    if not mix.live:
        await close_room(gateway, mix.room)
    elif present is None:
        await open_room(gateway, mix.room, lanes=mix.captions, capture=mix.capture)
    else:
        await follow_recording(gateway, mix)
        wanted = {microphone.mixer_id: microphone for microphone in mix.microphones}
        wanted |= not_yet_replaced(mix.microphones, present)
        await asyncio.gather(*(_correct(gateway, mix.room, p, wanted.get(p.id)) for p in present))


def not_yet_replaced(microphones: Iterable[Microphone], present: Sequence[MixerParticipant]) -> dict[str, Microphone]:
    """Return the older connections that still carry a voice until the same user's newer one is up, by their mixer ids.
    Each one is muted and removed together with the microphone it stands for."""
    is_up = {participant.id: participant.setup for participant in present}
    return {
        old.id: coming
        for coming in microphones
        if is_up.get(coming.mixer_id) is False
        for old in present
        if old.setup and is_mixer_id_of(coming.user_id, old.id)
    }


async def open_room(gateway: Gateway, room: str, *, lanes: bool, capture: str = "") -> None:
    """Create the mixer room, feed its mountpoint, and record it into the directory `capture`, if given. A caller that
    finds the room existing leaves it alone: its creator feeds it."""
    keys = room_credentials(room)
    options = replace(OPTIONS, groups=GROUPS) if lanes else OPTIONS
    try:
        await gateway.bridge.create_room(room=room, secret=keys.secret, pin=keys.pin, options=options)
    except RoomExists:
        return
    await _feed_mountpoint(gateway, room, capture)


async def close_room(gateway: Gateway, room: str) -> None:
    """Remove the mixer room and its mountpoint, if they exist."""
    keys = room_credentials(room)
    with contextlib.suppress(NoSuchRoom):
        await gateway.bridge.destroy_room(room=room, secret=keys.secret)
    with contextlib.suppress(NoSuchMountpoint):
        await gateway.streaming.destroy_mountpoint(mountpoint=room, secret=mountpoint_credentials(room).secret)


async def follow_recording(gateway: Gateway, mix: Mix) -> None:
    """Let the gateway write the mix into the directory that the database names, or nowhere."""
    if not mix.was_captured:
        return
    secret = mountpoint_credentials(mix.room).secret
    with contextlib.suppress(NoSuchMountpoint):  # the process that makes the mountpoint starts its recording
        written = (await gateway.streaming.info(mountpoint=mix.room, secret=secret)).recording
        if written and not (mix.capture and written.startswith(_name_in(mix.capture))):
            await gateway.streaming.stop_recording(mountpoint=mix.room, secret=secret)
            written = ""
        if mix.capture and not written:
            await _record(gateway, mix.room, mix.capture)


async def feed_anew(gateway: Gateway, room: str, *, capture: str = "") -> bool:
    """Feed the room's mountpoint again if it is missing or gets no packets. Return True if that was necessary."""
    try:
        return not await _is_fed(gateway, room) and await _feed_mountpoint(gateway, room, capture)
    except NoSuchRoom:  # the Space has ended meanwhile
        return False


async def _is_fed(gateway: Gateway, room: str) -> bool:
    forwarders = await _whole_mixes(gateway, room)
    try:
        age = (await gateway.streaming.info(mountpoint=room)).age
    except NoSuchMountpoint:
        return False
    return len(forwarders) == 1 and (age is None or age < STALE_SECONDS)


async def _whole_mixes(gateway: Gateway, room: str) -> list[Forwarder]:
    """Return the forwards of the whole mix, without those of a lane."""
    secret = room_credentials(room).secret
    return [f for f in await gateway.bridge.list_forwarders(room=room, secret=secret) if f.group is None]


async def _feed_mountpoint(gateway: Gateway, room: str, capture: str) -> bool:
    """Forward the mix to a new mountpoint, with a new secret key, and record that if `capture` is a directory. Return
    False if another process is doing so.

    There must never be a second forward of a mix: the gateway then cuts the packets of one of them short, without an
    error.
    """
    async with feeding(room) as is_ours:
        if not is_ours:
            return False
        secret = room_credentials(room).secret
        for forwarder in await _whole_mixes(gateway, room):
            await gateway.bridge.stop_rtp_forward(room=room, secret=secret, forwarder=forwarder.id)
        key = srtp.new_key()
        port = await _fresh_mountpoint(gateway, room, key)
        await gateway.bridge.rtp_forward(room=room, secret=secret, port=port, ssrc=srtp.new_ssrc(), srtp_key=key)
        if capture:
            await _record(gateway, room, capture)
    return True


def _name_in(directory: str) -> str:
    """Return how names of files in this directory begin. The gateway tells the name of a file, but not where it is."""
    return f"{Path(directory).name}-"


async def _record(gateway: Gateway, room: str, directory: str) -> None:
    """Record the mountpoint into a new file of the directory. The gateway itself writes what it sends to listeners:
    there is no second forward, and it records also while nobody listens.

    A file that cannot be written costs the recording and never the sound. The recorder sees that no file comes, and
    stops the recording with the reason.
    """
    base = f"{directory}/{_name_in(directory)}{secrets.token_hex(8)}"
    secret = mountpoint_credentials(room).secret
    try:
        await gateway.streaming.start_recording(mountpoint=room, secret=secret, base=base)
    except RecordingStarted:
        pass
    except CannotRecord as error:
        logger.warning("room %s is not recorded: %s", room, error)


async def _fresh_mountpoint(gateway: Gateway, room: str, srtp_key: str) -> int:
    keys = mountpoint_credentials(room)
    create = partial(
        gateway.streaming.create_mountpoint, mountpoint=room, secret=keys.secret, pin=keys.pin, srtp_key=srtp_key
    )
    try:
        return await create()
    except MountpointExists:
        await gateway.streaming.destroy_mountpoint(mountpoint=room, secret=keys.secret)
    return await create()


async def _correct(gateway: Gateway, room: str, present: MixerParticipant, wanted: Microphone | None) -> None:
    secret = room_credentials(room).secret
    bridge = gateway.bridge
    with contextlib.suppress(NoSuchParticipant):  # the participant has left meanwhile
        if wanted is None:
            await bridge.kick(room=room, secret=secret, participant=present.id)
        elif wanted.muted and not present.muted:
            await bridge.mute(room=room, secret=secret, participant=present.id)
        elif present.muted and not wanted.muted:
            await bridge.unmute(room=room, secret=secret, participant=present.id)
