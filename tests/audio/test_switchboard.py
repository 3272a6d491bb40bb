"""What the gateway says reaches the page it is about."""

import importlib
from dataclasses import dataclass, field
from typing import Any

import pytest

from spaces.audio.switchboard import Switchboard
from spaces.gateway.audiobridge import PLUGIN
from spaces.gateway.messages import Detached, HangUp, MediaState, PluginData, PluginEvent, WebrtcUp
from spaces.gateway.notices import Disconnected, Notice, NoticesLost, Reconnected
from tests.factories import SpaceFactory

pytestmark = pytest.mark.django_db


@dataclass
class Listener:
    """A party that writes down what it hears."""

    public_id: str = "1party"
    user_id: int = 7
    up: list[str] = field(default_factory=list)
    down: list[str] = field(default_factory=list)

    def went_up(self, opaque_id: str) -> None:
        self.up.append(opaque_id)

    def went_down(self, opaque_id: str) -> None:
        self.down.append(opaque_id)


@pytest.fixture
def board() -> Switchboard:
    return Switchboard()


@pytest.fixture
def party(board: Switchboard) -> Listener:
    party = Listener()
    board.register("a", party, gateway="main")
    return party


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    followed: list[int] = []
    module = importlib.import_module("spaces.audio.switchboard")  # the package gives the object of this name
    monkeypatch.setattr(module, "follow", followed.append)
    return followed


def plugin_event(**data: Any) -> PluginEvent:
    return PluginEvent(handle_id=1, plugindata=PluginData(PLUGIN, data))


def notice(subject: Any, opaque_id: str | None = "a") -> Notice:
    return Notice("main", subject, opaque_id)


def test_a_connection_that_is_up(board: Switchboard, party: Listener) -> None:
    board.hear(notice(WebrtcUp(handle_id=1)))
    assert (party.up, party.down) == (["a"], [])


@pytest.mark.parametrize(
    "subject",
    [
        HangUp(handle_id=1, reason="ICE failed"),
        Detached(handle_id=1),
        plugin_event(audiobridge="event", kicked="a"),
        plugin_event(audiobridge="destroyed"),
    ],
)
def test_a_connection_that_is_gone(board: Switchboard, party: Listener, subject: Any) -> None:
    board.hear(notice(subject))
    assert party.down == ["a"]


def test_whoever_sees_another_kicked_stays(board: Switchboard, party: Listener) -> None:
    board.hear(notice(plugin_event(audiobridge="event", kicked="b")))
    assert party.down == []


def test_what_is_about_nobody_known_is_ignored(board: Switchboard, party: Listener) -> None:
    board.hear(notice(WebrtcUp(handle_id=1), "somebody else"))
    board.hear(notice(HangUp(handle_id=1, reason="x"), None))
    board.forget("a")
    board.hear(notice(WebrtcUp(handle_id=1)))
    assert (party.up, party.down) == ([], [])


@pytest.mark.fault("A1")
def test_with_a_lost_session_every_connection_is_gone(board: Switchboard, party: Listener, followed: list[int]) -> None:
    space = SpaceFactory.create()
    board.hear(notice(Reconnected(session_kept=False), None))
    assert (party.down, followed) == (["a"], [space.pk])


@pytest.mark.fault("A3")
@pytest.mark.parametrize("subject", [Reconnected(session_kept=True), NoticesLost(3)])
def test_with_a_kept_session_rooms_are_compared_and_connections_stay(
    board: Switchboard, party: Listener, followed: list[int], subject: Any
) -> None:
    space = SpaceFactory.create()
    board.hear(notice(subject, None))
    assert (party.down, followed) == ([], [space.pk])


def test_a_lost_socket_is_no_lost_audio(board: Switchboard, party: Listener) -> None:
    board.hear(notice(Disconnected("cut"), None))
    assert party.down == []


# --- Voices that are cut off ---


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Collect what was reported of the user's talking; each report that differs from the one before is news."""
    heard: list[bool] = []

    def hear(public_id: str, user_id: int, *, talking: bool) -> bool:
        assert (public_id, user_id) == ("1party", 7)
        is_news = talking != (heard[-1] if heard else False)
        heard.append(talking)
        return is_news

    monkeypatch.setattr("spaces.audio.talking.heard", hear)
    return heard


def talks(*, talking: bool) -> PluginEvent:
    kind = "talking" if talking else "stopped-talking"
    return plugin_event(audiobridge=kind, room="r", id="a")


def media(*, receiving: bool) -> MediaState:
    return MediaState(handle_id=1, kind="audio", receiving=receiving)


@pytest.mark.security("A3")
@pytest.mark.parametrize(
    "ending",
    [
        media(receiving=False),
        HangUp(handle_id=1, reason="DTLS alert"),
        Detached(handle_id=1),
    ],
)
def test_whoever_is_cut_off_talks_no_more(board: Switchboard, party: Listener, heard: list[bool], ending: Any) -> None:
    board.hear(notice(talks(talking=True)))
    board.hear(notice(ending))
    assert heard == [True, False]


@pytest.mark.security("A3")
def test_whoever_was_put_out_may_talk_by_a_newer_connection(
    board: Switchboard, party: Listener, heard: list[bool]
) -> None:
    for subject in (talks(talking=True), plugin_event(audiobridge="event", kicked="a"), HangUp(handle_id=1)):
        board.hear(notice(subject))
    assert heard == [True]


@pytest.mark.security("A3")
def test_whoever_is_back_talks_on_until_the_mixer_says_otherwise(
    board: Switchboard, party: Listener, heard: list[bool]
) -> None:
    for subject in (talks(talking=True), media(receiving=False), media(receiving=True), talks(talking=False)):
        board.hear(notice(subject))
    assert heard == [True, False, True, False]


@pytest.mark.security("A3")
def test_whoever_was_silent_before_is_silent_after(board: Switchboard, party: Listener, heard: list[bool]) -> None:
    for subject in (media(receiving=False), media(receiving=True)):
        board.hear(notice(subject))
    assert heard == [False]


@pytest.mark.security("A3")
def test_of_a_connection_that_was_replaced_nothing_is_told(
    board: Switchboard, party: Listener, heard: list[bool]
) -> None:
    board.forget("a")
    board.hear(notice(media(receiving=False)))
    board.hear(notice(HangUp(handle_id=1)))
    assert heard == []


@pytest.mark.security("A3")
def test_who_only_listens_has_no_voice_to_cut_off(board: Switchboard, heard: list[bool]) -> None:
    board.register("l-1", Listener(), gateway="main")
    board.hear(notice(media(receiving=False), "l-1"))
    assert heard == []


@pytest.mark.security("A3")
def test_a_voice_whose_page_is_gone_is_trusted_again_unless_its_packets_ceased(
    board: Switchboard, party: Listener, heard: list[bool]
) -> None:
    board.hear(notice(talks(talking=True)))
    board.doubt("a")
    board.trust_again("a")
    assert heard == [True, False, True]
    board.doubt("a")
    board.hear(notice(media(receiving=False)))
    board.trust_again("a")
    assert heard[3] is False
    assert True not in heard[3:]
