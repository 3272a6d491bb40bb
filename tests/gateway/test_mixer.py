"""Rooms, speakers, forwards and mountpoints on a real gateway."""

import asyncio
import subprocess

import pytest
import pytest_asyncio

from spaces.gateway.admin import AdminClient
from spaces.gateway.audiobridge import (
    PLUGIN,
    AudioBridge,
    MixerParticipant,
    RoomOptions,
    TalkingChanged,
    talking_changed,
)
from spaces.gateway.client import GatewayClient
from spaces.gateway.errors import (
    AlreadyJoined,
    GatewayRefused,
    MountpointExists,
    NoSuchMountpoint,
    NoSuchParticipant,
    NoSuchRoom,
    NotAuthorised,
    NotJoined,
    ParticipantExists,
    RoomExists,
)
from spaces.gateway.handle import Handle
from spaces.gateway.messages import HangUp, PluginData, PluginEvent
from spaces.gateway.notices import Notice
from spaces.gateway.streaming import Streaming
from tests.support.janus import Gateway

from .conftest import TWO_DEADLINES, Notices
from .descriptions import CANDIDATES, OFFER

pytestmark = [pytest.mark.gateway, pytest.mark.asyncio]


@pytest.fixture
def bridge(client: GatewayClient) -> AudioBridge:
    return AudioBridge(client)


@pytest.fixture
def streaming(client: GatewayClient) -> Streaming:
    return Streaming(client)


@pytest_asyncio.fixture
async def room(bridge: AudioBridge) -> str:
    await bridge.create_room(room="r", secret="s", pin="p")
    return "r"


@pytest_asyncio.fixture
async def mountpoint(streaming: Streaming) -> int:
    """The port of mountpoint "m" with secret "s" and pin "p"."""
    return await streaming.create_mountpoint(mountpoint="m", secret="s", pin="p")


async def test_a_room_is_there_until_it_is_destroyed(bridge: AudioBridge, room: str) -> None:
    assert [found.id for found in await bridge.list_rooms()] == ["r"]
    await bridge.destroy_room(room="r", secret="s")
    assert await bridge.list_rooms() == ()


async def test_a_room_is_made_once(bridge: AudioBridge, room: str) -> None:
    with pytest.raises(RoomExists):
        await bridge.create_room(room="r", secret="s", pin="p")


async def test_a_room_that_is_gone_cannot_be_destroyed(bridge: AudioBridge) -> None:
    with pytest.raises(NoSuchRoom):
        await bridge.destroy_room(room="r", secret="s")


async def test_a_wrong_secret_destroys_nothing(bridge: AudioBridge, room: str) -> None:
    with pytest.raises(NotAuthorised):
        await bridge.destroy_room(room="r", secret="x")
    assert len(await bridge.list_rooms()) == 1


@pytest.mark.parametrize("key", [{}, {"admin_key": "wrong"}])
async def test_without_the_admin_key_no_room_is_made(client: GatewayClient, key: dict[str, str]) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    with pytest.raises(GatewayRefused):
        await handle.request({"request": "create", "room": "r"} | key)
    assert await AudioBridge(client).list_rooms() == ()


async def test_a_private_room_is_not_listed_without_the_admin_key(client: GatewayClient, room: str) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    assert (await handle.request({"request": "list"})).data["list"] == []


async def test_a_sixth_group_is_refused_before_the_gateway_is_asked() -> None:
    with pytest.raises(ValueError, match="5 groups"):
        RoomOptions(groups=("a", "b", "c", "d", "e", "f"))


async def test_five_groups_are_accepted(bridge: AudioBridge) -> None:
    await bridge.create_room(room="r", secret="s", pin="p", options=RoomOptions(groups=("a", "b", "c", "d", "e")))


async def test_a_speaker_joins_is_listed_and_leaves(bridge: AudioBridge, room: str) -> None:
    handle = await bridge.attach(participant="ada:1")
    answer = await bridge.join(handle, room="r", pin="p", participant="ada:1", offer=OFFER)
    assert "m=audio" in answer
    assert await bridge.list_participants(room="r") == (MixerParticipant("ada:1", muted=True, talking=False),)
    await bridge.leave(handle)
    assert await bridge.list_participants(room="r") == ()


async def test_a_speaker_takes_candidates(bridge: AudioBridge, room: str) -> None:
    handle = await _speaker(bridge)
    for candidate in CANDIDATES:
        await handle.trickle({"candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0})
    await handle.trickle(None)


async def test_the_wrong_pin_keeps_a_speaker_out(bridge: AudioBridge, room: str) -> None:
    handle = await bridge.attach(participant="ada:1")
    with pytest.raises(NotAuthorised):
        await bridge.join(handle, room="r", pin="x", participant="ada:1", offer=OFFER)


@pytest.mark.fault("E8")
async def test_an_id_is_taken_while_its_handle_lives(bridge: AudioBridge, room: str) -> None:
    first = await _speaker(bridge, participant="ada:1")
    second = await bridge.attach(participant="ada:1")
    with pytest.raises(ParticipantExists):
        await bridge.join(second, room="r", pin="p", participant="ada:1", offer=OFFER)
    await first.detach()
    await _speaker(bridge, participant="ada:1")


async def test_a_handle_joins_once(bridge: AudioBridge, room: str) -> None:
    handle = await _speaker(bridge)
    with pytest.raises(AlreadyJoined):
        await bridge.join(handle, room="r", pin="p", participant="ada:2", offer=OFFER)


async def test_a_speaker_is_muted_and_unmuted(bridge: AudioBridge, room: str) -> None:
    await _speaker(bridge, muted=False)
    await bridge.mute(room="r", secret="s", participant="ada:1")
    assert [one.muted for one in await bridge.list_participants(room="r")] == [True]
    await bridge.unmute(room="r", secret="s", participant="ada:1")
    assert [one.muted for one in await bridge.list_participants(room="r")] == [False]


async def test_a_speaker_configures_what_they_may(bridge: AudioBridge, room: str) -> None:
    handle = await _speaker(bridge)
    await bridge.configure(handle, muted=False, volume=60)
    assert [one.muted for one in await bridge.list_participants(room="r")] == [False]


async def test_nobody_configures_before_joining(bridge: AudioBridge, room: str) -> None:
    with pytest.raises(NotJoined):
        await bridge.configure(await bridge.attach(participant="ada:1"), muted=False)


async def test_a_kicked_speaker_is_out(bridge: AudioBridge, room: str, notices: Notices) -> None:
    await _speaker(bridge)
    await bridge.kick(room="r", secret="s", participant="ada:1")
    await notices.wait_for(HangUp)
    assert await bridge.list_participants(room="r") == ()


async def test_nobody_absent_is_kicked(bridge: AudioBridge, room: str) -> None:
    with pytest.raises(NoSuchParticipant):
        await bridge.kick(room="r", secret="s", participant="ada:1")


async def test_a_forward_is_listed_until_it_is_stopped(bridge: AudioBridge, room: str, mountpoint: int) -> None:
    forwarder = await bridge.rtp_forward(room="r", secret="s", port=mountpoint, ssrc=7)
    (found,) = await bridge.list_forwarders(room="r", secret="s")
    assert (found.id, found.ip, found.port, found.ssrc) == (forwarder, "127.0.0.1", mountpoint, 7)
    await bridge.stop_rtp_forward(room="r", secret="s", forwarder=forwarder)
    assert await bridge.list_forwarders(room="r", secret="s") == ()


async def test_a_group_is_forwarded_alone(bridge: AudioBridge, mountpoint: int) -> None:
    await bridge.create_room(room="r", secret="s", pin="p", options=RoomOptions(groups=("lane",)))
    await bridge.rtp_forward(room="r", secret="s", port=mountpoint, ssrc=7, group="lane")
    assert [one.group for one in await bridge.list_forwarders(room="r", secret="s")] == ["lane"]


async def test_without_the_rooms_secret_nothing_is_forwarded(bridge: AudioBridge, room: str, mountpoint: int) -> None:
    with pytest.raises(NotAuthorised):
        await bridge.rtp_forward(room="r", secret="x", port=mountpoint, ssrc=7)


async def test_without_the_admin_key_nothing_is_forwarded(client: GatewayClient, room: str) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    body = {"request": "rtp_forward", "room": "r", "secret": "s", "host": "127.0.0.1", "port": 5004}
    with pytest.raises(GatewayRefused):
        await handle.request(body)


async def test_an_empty_room_is_heard_as_silence_and_not_as_a_dead_stream(
    bridge: AudioBridge, streaming: Streaming, room: str, mountpoint: int
) -> None:
    await asyncio.sleep(0.5)
    assert ((await streaming.info(mountpoint="m")).age or 0) > 0.4
    await bridge.rtp_forward(room="r", secret="s", port=mountpoint, ssrc=7)
    async with asyncio.timeout(TWO_DEADLINES):
        while ((await streaming.info(mountpoint="m")).age or 0) >= 0.2:
            await asyncio.sleep(0.1)


async def test_a_mountpoint_is_there_until_it_is_destroyed(streaming: Streaming, mountpoint: int) -> None:
    assert [found.id for found in await streaming.list_mountpoints()] == ["m"]
    await streaming.destroy_mountpoint(mountpoint="m", secret="s")
    assert await streaming.list_mountpoints() == ()


async def test_a_mountpoint_is_made_once(streaming: Streaming, mountpoint: int) -> None:
    with pytest.raises(MountpointExists):
        await streaming.create_mountpoint(mountpoint="m", secret="s", pin="p")


async def test_a_mountpoint_that_is_gone_says_nothing(streaming: Streaming) -> None:
    with pytest.raises(NoSuchMountpoint):
        await streaming.info(mountpoint="m")


async def test_mountpoints_listen_on_loopback_alone(mountpoint: int) -> None:
    listening = subprocess.run(["ss", "-Hlun", f"sport = :{mountpoint}"], check=True, capture_output=True, text=True)
    assert [line.split()[3] for line in listening.stdout.splitlines()] == [f"127.0.0.1:{mountpoint}"]


async def test_a_listener_gets_an_offer_that_only_sends(streaming: Streaming, mountpoint: int) -> None:
    offer = await streaming.watch(await streaming.attach(listener="bob:1"), mountpoint="m", pin="p")
    assert "a=sendonly" in offer


async def test_the_wrong_pin_keeps_a_listener_out(streaming: Streaming, mountpoint: int) -> None:
    with pytest.raises(NotAuthorised):
        await streaming.watch(await streaming.attach(listener="bob:1"), mountpoint="m", pin="x")


async def test_a_stopped_listener_can_watch_again(streaming: Streaming, mountpoint: int, notices: Notices) -> None:
    handle = await streaming.attach(listener="bob:1")
    await streaming.watch(handle, mountpoint="m", pin="p")
    await streaming.stop(handle)
    await notices.wait_for(HangUp)
    await streaming.watch(handle, mountpoint="m", pin="p")


async def test_a_new_session_gets_new_control_handles(client: GatewayClient, bridge: AudioBridge) -> None:
    first = await client.control(PLUGIN)
    await first.detach()
    await bridge.list_rooms()
    assert await client.control(PLUGIN) is not first


async def test_nothing_is_left_after_everything_was_undone(
    bridge: AudioBridge, streaming: Streaming, client: GatewayClient, room: str, mountpoint: int, admin: AdminClient
) -> None:
    speaker = await _speaker(bridge)
    listener = await streaming.attach(listener="bob:1")
    await streaming.watch(listener, mountpoint="m", pin="p")
    await speaker.detach()
    await listener.detach()
    await streaming.destroy_mountpoint(mountpoint="m", secret="s")
    await bridge.destroy_room(room="r", secret="s")
    assert (await bridge.list_rooms(), await streaming.list_mountpoints()) == ((), ())
    await client.close()
    assert await admin.list_sessions() == ()


async def test_the_log_holds_no_session_description(gateway: Gateway, bridge: AudioBridge, room: str) -> None:
    await _speaker(bridge)
    assert "ice-pwd" not in gateway.log


def _talk(kind: str, *, about: str, seen_by: str) -> Notice:
    data = {"audiobridge": kind, "room": "r", "id": about}
    return Notice("test", PluginEvent(7, PluginData(PLUGIN, data)), opaque_id=seen_by)


async def test_talk_is_reported_by_the_talkers_own_handle() -> None:
    assert talking_changed(_talk("talking", about="ada:1", seen_by="ada:1")) == TalkingChanged(
        "r", "ada:1", talking=True
    )
    assert talking_changed(_talk("talking", about="ada:1", seen_by="bob:1")) is None


async def test_silence_is_reported_too() -> None:
    silent = talking_changed(_talk("stopped-talking", about="ada:1", seen_by="ada:1"))
    assert silent == TalkingChanged("r", "ada:1", talking=False)


async def test_other_events_are_not_talk() -> None:
    assert talking_changed(_talk("event", about="ada:1", seen_by="ada:1")) is None


async def _speaker(bridge: AudioBridge, *, participant: str = "ada:1", muted: bool = True) -> Handle:
    handle = await bridge.attach(participant=participant)
    await bridge.join(handle, room="r", pin="p", participant=participant, offer=OFFER, muted=muted)
    return handle
