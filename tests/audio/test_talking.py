"""Who is heard talking."""

import pytest

from spaces import events
from spaces.audio import now_talking, talking
from spaces.events import Envelope, Signal
from spaces.gateway.audiobridge import MixerParticipant
from spaces.selectors import Microphone, Mix
from spaces_project.common.store import store
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis

ID = "1talk"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Envelope]:
    told: list[Envelope] = []
    monkeypatch.setattr(events, "publish", lambda channel, *envelopes: told.extend(envelopes))
    return told


def mix(*microphones: Microphone) -> Mix:
    return Mix(space_id=1, public_id=ID, gateway="main", room="r", live=True, microphones=microphones)


def test_whoever_talks_is_told_to_everyone(told: list[Envelope]) -> None:
    talking.heard(ID, 12, talking=True)
    talking.heard(ID, 7, talking=True)
    assert now_talking(ID) == ["7", "12"]
    assert [envelope.signal for envelope in told] == [None, Signal.TALKING] * 2


def test_the_dots_rest_when_everybody_is_silent(told: list[Envelope]) -> None:
    talking.heard(ID, 7, talking=True)
    talking.heard(ID, 7, talking=False)
    assert (now_talking(ID), told[-1].signal) == ([], Signal.SILENT)


@pytest.mark.parametrize("is_talking", [True, False])
def test_what_is_known_already_is_not_told(told: list[Envelope], is_talking: bool) -> None:
    talking.heard(ID, 7, talking=is_talking)
    told.clear()
    talking.heard(ID, 7, talking=is_talking)
    assert told == []


def test_whoever_is_muted_or_gone_talks_no_more(told: list[Envelope]) -> None:
    for user_id in (1, 2, 3):
        talking.heard(ID, user_id, talking=True)
    talking.keep_only(mix(Microphone(1, "m1", muted=False), Microphone(2, "m2", muted=True)))
    assert now_talking(ID) == ["1"]


def test_a_ring_does_not_stay_for_ever(told: list[Envelope]) -> None:
    talking.heard(ID, 7, talking=True)
    assert 0 < store().ttl(f"spaces:talking:{ID}") <= 120


@pytest.mark.fault("A4")
def test_without_redis_the_rings_rest(redis_server: RedisServer) -> None:
    redis_server.kill9()
    try:
        talking.heard(ID, 7, talking=True)
        talking.keep_only(mix())
        assert now_talking(ID) == []
    finally:
        redis_server.start()


@pytest.mark.security("A3")
def test_whoever_is_not_in_the_mixer_any_more_talks_no_more(told: list[Envelope]) -> None:
    """Forget a microphone of a process that crashed: no process was left to notice its end."""
    for user_id in (1, 2, 3, 4):
        talking.heard(ID, user_id, talking=True)
    microphones = [Microphone(user_id, f"{user_id}-new", muted=False) for user_id in (1, 2, 3, 4)]
    up, old = MixerParticipant("1-new", setup=True), MixerParticipant("2-old", setup=True)
    talking.keep_only(mix(*microphones), [up, old, MixerParticipant("3-new", setup=False)])
    assert now_talking(ID) == ["1", "2"]
