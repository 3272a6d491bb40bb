"""Captions that do not claim more than they know: doubt, masked words, misheard lines, lateness."""

from datetime import timedelta

import msgspec
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import captions.events
from captions import lateness, masking, selectors, services
from captions.files import FORMATS
from captions.masking import MASK, Mask
from captions.models import MaskedWord, Redaction, Utterance, UtteranceAudio
from captions.recognised import Word
from captions.services.jobs import BACKLOG
from captions.states import UtteranceState
from spaces.events import Envelope
from spaces.models import Report
from spaces.moderation.services import report_caption, report_person
from tests.captions.conftest import SOUND, Speak, finish
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

Said = list[dict[str, object]]


def say(utterance: Utterance, *words: Word) -> Utterance:
    claim = services.claim(utterance_id=utterance.pk)
    assert claim is not None
    services.complete(claim, words=words, engine="test", engine_ms=5)
    utterance.refresh_from_db()
    return utterance


def texts(scene: Scene) -> list[str]:
    """Return the lines as a listener reads them."""
    return [line.text for line in selectors.lines(public_id=scene.id, user=scene.listener).lines]


# --- Words of the list ---


@pytest.mark.parametrize(
    ("words", "text", "shown"),
    [
        (["bad"], "a bad word", f"a {MASK} word"),
        (["bad"], "BAD, badly", f"{MASK}, badly"),
        (["very bad"], "a very-bad word", f"a {MASK} word"),
        (["böse"], "das ist böse!", f"das ist {MASK}!"),
        ([], "nothing", "nothing"),
        (["(a+)+$", "x"], "aaaa x", f"aaaa {MASK}"),
    ],
)
def test_a_word_of_the_list_is_masked_where_it_stands_alone(words: list[str], text: str, shown: str) -> None:
    assert Mask(words).hide(text) == shown


def test_a_masked_word_is_in_no_line_and_no_file_and_is_kept(scene: Scene, speak: Speak, said: Said) -> None:
    MaskedWord.objects.create(text="hello")
    utterance = finish(speak(scene.speaker))
    assert said[-1]["text"] == f"{MASK} there"
    document = selectors.document(public_id=scene.id, user=scene.listener)
    for kind in FORMATS.values():
        assert "hello" not in kind.write(document.heading, document.cues)
    assert utterance.text == "hello there"


def test_a_moderator_shows_a_masked_word_and_masks_it_again(scene: Scene, speak: Speak) -> None:
    MaskedWord.objects.create(text="hello")
    utterance = finish(speak(scene.speaker))
    assert outcome(services.set_masked, utterance_id=utterance.pk, user=scene.host, masked=False) == "forbidden"
    scene.host.is_staff = True
    for masked, text in ((False, "hello there"), (True, f"{MASK} there")):
        services.set_masked(utterance_id=utterance.pk, user=scene.host, masked=masked)
        assert texts(scene) == [text]


def test_slurs_are_masked_where_nobody_chose_anything() -> None:
    assert masking.current().hide("a faggot is a bundle") == f"a {MASK} is a bundle"


def test_the_list_is_kept_by_seniors(scene: Scene) -> None:
    assert outcome(services.mask_word, user=scene.host, text="nonsense") == "forbidden"
    senior = moderator(senior=True)
    word = services.mask_word(user=senior, text="  Nonsense! ")
    assert word.text == "nonsense"
    assert outcome(services.mask_word, user=senior, text="NONSENSE") == "known_word"
    assert outcome(services.mask_word, user=senior, text=" ! ") == "bad_word"
    services.unmask_word(user=senior, word=word)
    assert not MaskedWord.objects.filter(text="nonsense").exists()


# --- Doubt ---


def test_doubtful_words_are_marked_where_a_browser_counts_them(scene: Scene, speak: Speak, said: Said) -> None:
    words = [
        Word(" Ah", 0, 100, 0.9),
        Word(" \U0001f600", 100, 200, 0.9),
        Word(" dout", 200, 300, 0.2),
        Word("-ful.", 300, 400, 0.1),
    ]
    say(speak(scene.speaker), *words)
    line = said[-1]
    text = str(line["text"]).encode("utf-16-le")
    unsure: list[list[int]] = line["unsure"]  # type: ignore[assignment]
    assert [text[2 * start : 2 * end].decode("utf-16-le") for start, end in unsure] == ["dout", "-ful."]


def test_a_line_without_doubt_marks_nothing(scene: Scene, speak: Speak, said: Said) -> None:
    finish(speak(scene.speaker))
    assert "unsure" not in said[-1]


# --- Misheard, and taken back ---


def test_misheard_is_told_to_the_host_and_the_speaker(
    scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    utterance = finish(speak(scene.speaker))
    published: list[Envelope] = []
    monkeypatch.setattr(captions.events, "publish", lambda channel, *envelopes: published.extend(envelopes))
    report_caption(public_id=scene.id, user=scene.listener, caption_id=utterance.pk, reason="misheard")
    [envelope] = published
    assert set(envelope.to or ()) == {scene.host.pk, scene.speaker.pk}
    event = msgspec.json.decode(envelope.frame or "")
    assert (event["type"], event["line"]["text"]) == ("captions.misheard", "hello there")
    assert Report.objects.get().reason == "misheard"


def test_only_a_caption_can_be_misheard(scene: Scene) -> None:
    assert outcome(report_person, user=scene.listener, person_id=scene.host.pk, reason="misheard") == "bad_reason"


def test_it_is_the_first_reason_for_a_caption_and_none_for_a_person(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    client = Client()
    client.force_login(scene.listener)
    page = client.get(f"{reverse('report')}?space={scene.id}&caption={utterance.pk}").text
    assert page.index("This is not what was said") < page.index("Harassment or abuse")
    of_a_person = client.get(f"{reverse('report')}?person={scene.host.pk}").text
    # Once is in the dialogue that every page has, whose script offers it for captions only.
    assert [text.count('value="misheard"') for text in (page, of_a_person)] == [2, 1]


def test_a_speaker_takes_back_a_line_of_their_own(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    for _ in range(2):
        services.take_back(public_id=scene.id, user=scene.speaker, line_id=utterance.pk)
    assert texts(scene) == [""]
    assert Redaction.objects.get().original == "hello there"
    [cue] = selectors.document(public_id=scene.id, user=scene.listener).cues
    assert cue.text == "[taken back by the speaker]"
    services.restore(utterance_id=utterance.pk)
    assert texts(scene) == ["hello there"]


@pytest.mark.parametrize("other", ["host", "listener", "outsider"])
def test_nobody_takes_back_what_another_said(scene: Scene, speak: Speak, other: str) -> None:
    utterance = finish(speak(scene.speaker))
    arguments = {"public_id": scene.id, "user": getattr(scene, other), "line_id": utterance.pk}
    assert outcome(services.take_back, **arguments) == "not_found"
    assert not Redaction.objects.exists()


def test_what_is_not_final_cannot_be_taken_back(scene: Scene, speak: Speak) -> None:
    utterance = speak(scene.speaker)
    assert outcome(services.take_back, public_id=scene.id, user=scene.speaker, line_id=utterance.pk) == "unfinished"


# --- Late ---


@pytest.mark.security("B11")
def test_late_captions_say_so_and_say_when_it_is_over(
    scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(services.recovery, "publish_late", lambda public_id, seconds: told.append(seconds))
    utterance = speak(scene.speaker)
    for seconds in (1, 4, 6, 6, 20):
        Utterance.objects.update(queued_at=timezone.now() - timedelta(seconds=seconds, milliseconds=300))
        services.tell_lateness()
    finish(utterance)
    services.tell_lateness()
    services.tell_lateness()
    assert told == [6, 20, 0]
    assert not lateness.change(scene.id, 0)


def test_a_backlog_of_one_speaker_is_understood_in_one_pass(scene: Scene, speak: Speak) -> None:
    starts = [1_000 + 2_000 * number for number in range(BACKLOG)]
    utterances = [speak(scene.speaker, start_ms=start) for start in starts]
    other = speak(scene.cohost, start_ms=1_500)
    claim = services.claim(utterance_id=utterances[0].pk)
    assert claim is not None
    assert len(claim.pcm) == (starts[-1] - starts[0] + 1_000) * 32
    for start in starts:
        at = (start - starts[0]) * 32
        assert claim.pcm[at : at + 100] == SOUND[:100]
    states = [Utterance.objects.get(pk=utterance.pk).state for utterance in utterances]
    assert states == [UtteranceState.RUNNING, *[UtteranceState.DROPPED] * (BACKLOG - 1)]
    assert Utterance.objects.get(pk=other.pk).state == UtteranceState.WAITING
    assert bytes(UtteranceAudio.objects.get(utterance=utterances[0]).pcm) == claim.pcm


def test_without_a_backlog_each_line_is_its_own(scene: Scene, speak: Speak) -> None:
    first, second = speak(scene.speaker), speak(scene.speaker, start_ms=3_000)
    claim = services.claim(utterance_id=first.pk)
    assert claim is not None
    assert claim.pcm == SOUND
    assert Utterance.objects.get(pk=second.pk).state == UtteranceState.WAITING
