"""Speakers whose own browser recognises speech."""

import msgspec
import pytest
from pytest_django import Settings

from captions import selectors, services
from captions.models import Consent, Utterance
from captions.services import browser
from captions.socket import Say
from captions.states import UtteranceState
from spaces.doors.signalling.messages import CommandParser
from spaces_project.common.errors import BadInput
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]
Said = list[dict[str, object]]


@pytest.fixture
def recognising(scene: Scene, said: Said, settings: Settings) -> Scene:
    """The speaker's browser recognises."""
    settings.CAPTIONS_BROWSER = True
    services.set_consent(public_id=scene.id, user=scene.speaker, given=True)
    services.set_source(public_id=scene.id, user=scene.speaker, browser=True)
    return scene


def say(scene: Scene, text: str, *, final: bool = False, spoken_ms: int = 0) -> str:
    say = services.say_in_browser
    return outcome(say, public_id=scene.id, user=scene.speaker, text=text, final=final, spoken_ms=spoken_ms)


def test_a_phrase_grows_into_one_line(recognising: Scene, said: Said) -> None:
    assert [say(recognising, "hel"), say(recognising, "hello"), say(recognising, "Hello.", final=True)] == ["ok"] * 3
    assert len({line["id"] for line in said}) == 1
    assert [(line["text"], line["final"], line["revision"]) for line in said] == [
        ("hel", False, 1),
        ("hello", False, 2),
        ("Hello.", True, 3),
    ]


def test_after_a_final_phrase_comes_another(recognising: Scene) -> None:
    say(recognising, "One.", final=True, spoken_ms=0)
    say(recognising, "Two.", final=True, spoken_ms=0)
    assert list(Utterance.objects.order_by("id").values_list("text", "state")) == [
        ("One.", UtteranceState.FINAL),
        ("Two.", UtteranceState.FINAL),
    ]


def test_what_is_typed_into_it_is_cleaned(recognising: Scene, said: Said) -> None:
    say(recognising, "a\u202eb\n c", final=True)
    assert said[-1]["text"] == "ab c"


def test_a_closed_microphone_says_nothing(recognising: Scene) -> None:
    recognising.mute(recognising.speaker)
    assert (say(recognising, "hello"), Utterance.objects.count()) == ("muted", 0)


def test_without_consent_it_says_nothing(recognising: Scene) -> None:
    services.set_consent(public_id=recognising.id, user=recognising.speaker, given=False)
    assert say(recognising, "hello") == "no_consent"


def test_who_was_not_announced_is_left_to_the_server(recognising: Scene) -> None:
    services.set_source(public_id=recognising.id, user=recognising.speaker, browser=False)
    assert say(recognising, "hello") == "browser_off"


def test_another_connection_starts_with_the_server(recognising: Scene) -> None:
    recognising.space.participants.filter(user=recognising.speaker).update(connection="another")
    assert say(recognising, "hello") == "browser_off"


def test_a_site_may_not_want_it(recognising: Scene, settings: Settings) -> None:
    settings.CAPTIONS_BROWSER = False
    assert say(recognising, "hello") == "browser_off"
    again = outcome(services.set_source, public_id=recognising.id, user=recognising.speaker, browser=True)
    assert again == "browser_off"


def test_a_recognising_browser_needs_no_lane(recognising: Scene) -> None:
    assert recognising.place(recognising.speaker).lane is None
    assert Consent.objects.get().source == "browser"


@pytest.mark.fault("D15")
def test_a_listener_cannot_say_anything(recognising: Scene) -> None:
    say = services.say_in_browser
    arguments = {"public_id": recognising.id, "text": "hello", "final": True, "spoken_ms": 0}
    assert outcome(say, user=recognising.listener, **arguments) == "forbidden"
    assert outcome(say, user=recognising.outsider, **arguments) == "not_in_space"


def test_a_flood_is_stopped(recognising: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "MOST", 2)
    assert [say(recognising, "hello") for _ in range(3)] == ["ok", "ok", "too_many"]


def test_a_phrase_is_short_and_began_a_moment_ago() -> None:
    parse = CommandParser((Say,))

    def message(**changes: object) -> str:
        fields = {"type": "captions.text", "id": 1, "text": "a", "final": True, "spoken_ms": 0}
        return msgspec.json.encode(fields | changes).decode()

    assert parse(message(text="a" * 500, spoken_ms=60_000))
    for beyond in ({"text": "a" * 501}, {"spoken_ms": 60_001}, {"spoken_ms": -1}):
        with pytest.raises(BadInput):
            parse(message(**beyond))


def test_a_browser_that_cannot_gives_its_speaker_back_to_the_server(recognising: Scene) -> None:
    recognising.space.participants.filter(user=recognising.speaker).update(mixer_id="m")
    assert selectors.candidates(recognising.space) == []
    services.set_source(public_id=recognising.id, user=recognising.speaker, browser=False)
    assert [candidate.user_id for candidate in selectors.candidates(recognising.space)] == [recognising.speaker.pk]


def test_so_does_any_new_connection(recognising: Scene) -> None:
    recognising.space.participants.filter(user=recognising.speaker).update(mixer_id="m", connection="another")
    assert [candidate.user_id for candidate in selectors.candidates(recognising.space)] == [recognising.speaker.pk]
