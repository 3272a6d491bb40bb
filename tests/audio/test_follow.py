"""What services change is heard: the mixer follows each commit."""

import importlib
import itertools
import logging
import time

import pytest
from django.db import OperationalError

from spaces import audio, selectors, services
from spaces.audio.gateways import pool, room_credentials
from spaces.audio.rooms import Present, open_room
from spaces.gateway.audiobridge import PLUGIN
from spaces.gateway.pool import Gateway as Connected
from spaces.selectors import Mix
from spaces.states import SpaceState
from tests.audio.fixtures import ask, mountpoints, people_in, rooms, wait_until
from tests.gateway.descriptions import OFFER
from tests.spaces.scene import Scene
from tests.support.janus import Gateway

pytestmark = [pytest.mark.redis, pytest.mark.gateway, pytest.mark.usefixtures("gateway")]


@pytest.fixture
def on_air(gateway: Gateway) -> Scene:
    """The speaker's microphone is in the mixer, open."""
    scene = Scene()
    ask(lambda connected: open_room(connected, scene.space.room, lanes=False))
    scene.space.participants.filter(user=scene.speaker).update(mixer_id="voice")
    enter_mixer(scene, "voice")
    return scene


def enter_mixer(scene: Scene, name: str) -> None:
    room = scene.space.room
    pin = room_credentials(room).pin

    async def join(connected: Connected) -> None:
        handle = await connected.client.attach(PLUGIN, opaque_id=name)
        await connected.bridge.join(handle, room=room, pin=pin, participant=name, offer=OFFER, muted=False)

    ask(join)


def is_in(scene: Scene) -> bool:
    return "voice" in people_in(scene.space.room)


def is_muted(scene: Scene) -> bool:
    return people_in(scene.space.room)["voice"].muted


def test_a_space_that_starts_has_its_room() -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    services.start_space(public_id=scene.id, user=scene.host)
    wait_until(lambda: mountpoints() == {scene.space.room})


def test_a_space_that_ends_has_none(on_air: Scene) -> None:
    services.end_space(public_id=on_air.id, user=on_air.host)
    wait_until(lambda: (rooms(), mountpoints()) == (set(), set()))


@pytest.mark.fault("D5")
def test_muting_reaches_the_mixer(on_air: Scene) -> None:
    services.mute_other(public_id=on_air.id, user=on_air.host, target_id=on_air.speaker.pk)
    wait_until(lambda: is_muted(on_air))
    services.unmute_self(public_id=on_air.id, user=on_air.speaker)
    wait_until(lambda: not is_muted(on_air))


@pytest.mark.fault("D9")
def test_a_demoted_speaker_is_out_of_the_mixer(on_air: Scene) -> None:
    services.take_mic(public_id=on_air.id, user=on_air.host, target_id=on_air.speaker.pk)
    wait_until(lambda: not is_in(on_air))


@pytest.mark.fault("D8")
def test_a_removed_speaker_is_out_of_the_mixer(on_air: Scene) -> None:
    services.remove_participant(public_id=on_air.id, user=on_air.host, target_id=on_air.speaker.pk)
    assert wait_until(lambda: not is_in(on_air)) < 2


def test_many_changes_become_few_visits(on_air: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    visits: list[Mix] = []
    module = importlib.import_module("spaces.audio.follow")  # the package gives the function of this name
    apply = module.apply

    def visit(mix: Mix, present: Present) -> None:
        visits.append(mix)
        apply(mix, present)

    monkeypatch.setattr(module, "apply", visit)
    for _ in range(100):
        audio.follow(on_air.space.pk)
    assert audio.drain(timeout=10)
    assert 1 <= len(visits) < 20


@pytest.mark.parametrize("error", [OperationalError("database is away"), KeyError("a bug")])
def test_one_failure_does_not_end_the_following(
    on_air: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(space_id: int) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(selectors, "mix", fail)
        audio.follow(on_air.space.pk)
        assert audio.drain(timeout=5)
    services.mute_self(public_id=on_air.id, user=on_air.speaker)
    wait_until(lambda: is_muted(on_air))


def test_the_last_change_wins(on_air: Scene) -> None:
    for _ in range(10):
        services.mute_self(public_id=on_air.id, user=on_air.speaker)
        services.unmute_self(public_id=on_air.id, user=on_air.speaker)
    services.mute_self(public_id=on_air.id, user=on_air.speaker)
    assert audio.drain(timeout=10)
    assert is_muted(on_air)


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_whoever_comes_while_the_mixer_is_compared_is_no_ghost(
    on_air: Scene, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    read, reads = selectors.mix, itertools.count(1)

    def read_and_be_joined(space_id: int) -> Mix | None:
        mix = read(space_id)
        if next(reads) == moment:
            on_air.space.participants.filter(user=on_air.host).update(mixer_id="newcomer")
            enter_mixer(on_air, "newcomer")
        return mix

    monkeypatch.setattr(selectors, "mix", read_and_be_joined)
    audio.follow(on_air.space.pk)
    assert audio.drain(timeout=10)
    time.sleep(0.3)  # a kick is answered before it is done
    assert set(people_in(on_air.space.room)) == {"voice", "newcomer"}


def test_a_space_that_is_gone_is_nothing_to_follow(caplog: pytest.LogCaptureFixture) -> None:
    audio.follow(987_654)
    assert audio.drain(timeout=5)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.fault("A1")
def test_services_do_not_fail_while_the_gateway_is_away(on_air: Scene, gateway: Gateway) -> None:
    gateway.kill9()
    services.mute_self(public_id=on_air.id, user=on_air.speaker)
    assert on_air.place(on_air.speaker).muted
    gateway.start()
    wait_until(lambda: _answers(), seconds=10)
    wait_until(lambda: rooms() == {on_air.space.room}, seconds=10)


def _answers() -> bool:
    try:
        pool().run("main", lambda gateway: gateway.bridge.list_rooms(), timeout=3)
    except Exception:  # noqa: BLE001 - whatever it is, it is not an answer yet
        return False
    return True
