"""The gateway holds what the database says: rooms, feeds, mutes, and no other participants."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from spaces import audio
from spaces.audio import rooms as audio_rooms
from spaces.audio.gateways import mountpoint_credentials, room_credentials
from spaces.audio.rooms import (
    close_room,
    converge,
    feed_anew,
    not_yet_replaced,
    open_room,
    present_in,
    voice_volume,
)
from spaces.gateway.audiobridge import PLUGIN, MixerParticipant
from spaces.gateway.pool import Gateway as Connected
from spaces.recordings.capture import Capture
from spaces.selectors import Microphone, Mix
from tests.audio.fixtures import ask, forwarders, mountpoints, people_in, rooms, wait_until
from tests.factories import SpaceFactory
from tests.gateway.descriptions import OFFER

pytestmark = [pytest.mark.redis, pytest.mark.gateway, pytest.mark.usefixtures("gateway")]

MIX = Mix(space_id=1, public_id="1test", gateway="main", room="room1", live=True, microphones=())
ENDED = replace(MIX, live=False)


def bring_in_line(mix: Mix) -> None:
    present = ask(partial(present_in, room=mix.room))
    ask(partial(converge, mix=mix, present=present))


def feed() -> bool:
    return ask(partial(feed_anew, room="room1"))


def with_microphones(**muted: bool) -> Mix:
    return replace(MIX, microphones=tuple(Microphone(1, name, is_muted) for name, is_muted in muted.items()))


def plug_in(name: str, *, muted: bool = False) -> None:
    pin = room_credentials(MIX.room).pin

    async def join(gateway: Connected) -> None:
        handle = await gateway.client.attach(PLUGIN, opaque_id=name)
        await gateway.bridge.join(handle, room=MIX.room, pin=pin, participant=name, offer=OFFER, muted=muted)

    ask(join)


def test_a_live_space_has_a_room_that_feeds_its_mountpoint() -> None:
    bring_in_line(MIX)
    assert (rooms(), mountpoints(), forwarders("room1")) == ({"room1"}, {"room1"}, 1)


def test_bringing_in_line_twice_changes_nothing() -> None:
    bring_in_line(MIX)
    bring_in_line(MIX)
    assert forwarders("room1") == 1


def test_an_ended_space_has_neither() -> None:
    bring_in_line(MIX)
    bring_in_line(ENDED)
    bring_in_line(ENDED)
    assert (rooms(), mountpoints()) == (set(), set())


def test_many_who_open_a_room_at_once_feed_it_once() -> None:
    async def open_at_once(gateway: Connected) -> None:
        await asyncio.gather(*(open_room(gateway, "room1", lanes=False) for _ in range(8)))

    ask(open_at_once)
    assert forwarders("room1") == 1


@pytest.mark.fault("D8")
def test_whoever_does_not_belong_is_put_out() -> None:
    bring_in_line(MIX)
    plug_in("stays")
    plug_in("ghost")
    bring_in_line(with_microphones(stays=False))
    wait_until(lambda: set(people_in("room1")) == {"stays"})  # a kick is answered before it is done


@pytest.mark.fault("D5")
def test_the_mixer_mutes_as_the_database_says() -> None:
    bring_in_line(MIX)
    plug_in("loud")
    plug_in("quiet", muted=True)
    bring_in_line(with_microphones(loud=True, quiet=False))
    assert {name: person.muted for name, person in people_in("room1").items()} == {"loud": True, "quiet": False}


def test_a_room_that_is_well_is_left_alone() -> None:
    bring_in_line(MIX)
    assert not feed()


def test_a_room_that_is_gone_needs_no_feed() -> None:
    assert (feed(), mountpoints()) == (False, set())


def test_a_mountpoint_that_is_gone_is_fed_again() -> None:
    bring_in_line(MIX)
    secret = mountpoint_credentials("room1").secret
    ask(lambda gateway: gateway.streaming.destroy_mountpoint(mountpoint="room1", secret=secret))
    assert feed()
    assert (mountpoints(), forwarders("room1")) == ({"room1"}, 1)


def test_a_feed_that_runs_dry_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in_line(MIX)
    monkeypatch.setattr(audio_rooms, "STALE_SECONDS", -1.0)
    assert feed()
    assert forwarders("room1") == 1


def test_a_voice_is_carried_until_the_connection_in_its_place_is_up() -> None:
    old, coming = MixerParticipant("1-old", setup=True), MixerParticipant("1-new")
    up, dead = MixerParticipant("1-new", setup=True), MixerParticipant("1-old")
    other = MixerParticipant("11-old", setup=True)
    new = Microphone(1, "1-new", muted=True)

    assert not_yet_replaced([new], [old, coming, other]) == {"1-old": new}
    assert not_yet_replaced([new], [old, up]) == {}
    assert not_yet_replaced([new], [dead, coming]) == {}
    assert not_yet_replaced([new], [old]) == {}
    assert not_yet_replaced([], [old, coming]) == {}


@pytest.mark.parametrize(("open_microphones", "percent"), [(0, 50), (1, 50), (2, 50), (3, 33), (4, 25), (11, 25)])
def test_as_many_voices_as_may_talk_at_once_fit_into_the_mix(open_microphones: int, percent: int) -> None:
    assert voice_volume(open_microphones) == percent


# --- Comparing everything ---


def test_leftovers_go_and_live_rooms_stay() -> None:
    space = SpaceFactory.create()
    ask(lambda gateway: open_room(gateway, space.room, lanes=False))
    ask(lambda gateway: open_room(gateway, "leftover", lanes=False))
    report = audio.reconcile()
    assert (report.spaces, report.refed, report.removed, rooms()) == (1, 0, 1, {space.room})


@pytest.mark.fault("A1")
def test_live_spaces_get_their_rooms_back() -> None:
    space = SpaceFactory.create()
    audio.reconcile()
    assert (rooms(), mountpoints()) == ({space.room}, {space.room})


def test_rooms_of_another_site_are_left_alone() -> None:
    ask(lambda gateway: gateway.bridge.create_room(room="theirs", secret="their secret", pin="p"))
    audio.reconcile()
    assert rooms() == {"theirs"}
    ask(lambda gateway: gateway.bridge.destroy_room(room="theirs", secret="their secret"))


def test_closing_what_is_not_there_is_fine() -> None:
    ask(lambda gateway: close_room(gateway, "never"))


# --- Recording ---


def recorded(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.mjr"))


def has_sound(path: Path) -> bool:
    return any(Capture(path).packets())


def has_begun(directory: Path) -> bool:
    return any(map(has_sound, recorded(directory)))


def test_the_gateway_records_what_listeners_hear_without_a_second_forward(tmp_path: Path) -> None:
    """Two forwards of one mix cut each other's packets short (measured on Janus 1.1.2)."""
    directory = tmp_path / "not made yet" / "capture"
    mix = replace(MIX, capture=str(directory), was_captured=True)
    bring_in_line(mix)
    bring_in_line(mix)
    wait_until(lambda: has_begun(directory))
    assert (len(recorded(directory)), forwarders("room1")) == (1, 1)


def test_a_recording_stops_and_goes_on_in_a_new_file(tmp_path: Path) -> None:
    mix = replace(MIX, capture=str(tmp_path), was_captured=True)
    bring_in_line(mix)
    wait_until(lambda: has_begun(tmp_path))
    bring_in_line(replace(mix, capture=""))
    first = recorded(tmp_path)[0]
    size = first.stat().st_size
    bring_in_line(mix)
    wait_until(lambda: len(recorded(tmp_path)) == 2 and all(map(has_sound, recorded(tmp_path))))
    assert first.stat().st_size == size


def test_a_feed_that_is_made_anew_is_recorded_too(tmp_path: Path) -> None:
    mix = replace(MIX, capture=str(tmp_path), was_captured=True)
    bring_in_line(mix)
    wait_until(lambda: has_begun(tmp_path))
    secret = mountpoint_credentials(MIX.room).secret
    ask(lambda gateway: gateway.streaming.destroy_mountpoint(mountpoint=MIX.room, secret=secret))
    assert ask(partial(feed_anew, room=MIX.room, capture=mix.capture))
    wait_until(lambda: len(recorded(tmp_path)) == 2 and all(map(has_sound, recorded(tmp_path))))
    assert forwarders("room1") == 1


@pytest.mark.fault("A17")
def test_a_place_that_cannot_be_written_costs_the_recording_and_not_the_sound(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    bring_in_line(replace(MIX, capture=str(tmp_path / "a file" / "x"), was_captured=True))
    assert (rooms(), mountpoints(), forwarders("room1")) == ({"room1"}, {"room1"}, 1)


def test_what_listeners_over_http_hear_goes_on_in_the_recording(tmp_path: Path) -> None:
    """The gateway writes one file at a time, and what is not recorded is never among what is."""
    heard, kept = tmp_path / "room1", tmp_path / "recording" / "capture"
    bring_in_line(replace(MIX, capture=str(heard), was_captured=True))
    wait_until(lambda: has_begun(heard))
    for _ in range(2):
        bring_in_line(replace(MIX, capture=str(kept), was_captured=True))
    wait_until(lambda: has_begun(kept))
    bring_in_line(replace(MIX, capture=str(heard), was_captured=True))
    wait_until(lambda: len(recorded(heard)) == 2 and all(map(has_sound, recorded(heard))))
    assert (len(recorded(kept)), forwarders("room1")) == (1, 1)
