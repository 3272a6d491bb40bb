"""Whether a person's words may become captions."""

import pytest

from captions import selectors, services
from captions.models import Consent, Utterance
from captions.states import ConsentState, UtteranceState
from spaces.models import Space
from spaces.services import take_mic
from spaces.states import LogKind
from tests.captions.conftest import Speak, finish
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, outcome

pytestmark = pytest.mark.django_db


def answer(scene: Scene, *, given: bool) -> None:
    services.set_consent(public_id=scene.id, user=scene.speaker, given=given)


def test_nobody_consents_unasked(scene: Scene) -> None:
    assert selectors.consenting(scene.id) == []
    assert selectors.captions_info(scene.id, scene.speaker.pk).consent is None


def test_whoever_consents_is_named_to_all(told: Told, scene: Scene) -> None:
    news = told(services.set_consent, public_id=scene.id, user=scene.speaker, given=True)
    assert news.only("captions.changed")["consenting"] == [str(scene.speaker.pk)]
    assert news.heard_by("captions.changed") is None


def test_the_own_answer_is_told_to_oneself(told: Told, scene: Scene) -> None:
    news = told(services.set_consent, public_id=scene.id, user=scene.speaker, given=False)
    assert news.only("captions.you")["consent"] == "refused"
    assert news.heard_by("captions.you") == (scene.speaker.pk,)


def test_the_same_answer_again_is_no_news(told: Told, scene: Scene) -> None:
    answer(scene, given=True)
    assert told(services.set_consent, public_id=scene.id, user=scene.speaker, given=True) == []


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([False], ConsentState.REFUSED),
        ([False, True], ConsentState.GIVEN),
        ([True, False], ConsentState.WITHDRAWN),
        ([True, False, False], ConsentState.WITHDRAWN),
        ([True, False, True], ConsentState.GIVEN),
    ],
)
def test_answers_may_change(scene: Scene, answers: list[bool], state: ConsentState) -> None:
    for given in answers:
        answer(scene, given=given)
    assert Consent.objects.get(user=scene.speaker).state == state


def test_each_answer_is_in_the_log(scene: Scene) -> None:
    answer(scene, given=True)
    answer(scene, given=False)
    assert scene.log() == [LogKind.CAPTIONS_GIVEN, LogKind.CAPTIONS_WITHDRAWN]


def test_a_room_without_captions_asks_nobody(scene: Scene) -> None:
    Space.objects.update(captions_allowed=False)
    assert outcome(services.set_consent, public_id=scene.id, user=scene.speaker, given=True) == "captions_off"


def test_withdrawing_gives_the_lane_back_at_once(scene: Scene) -> None:
    answer(scene, given=True)
    scene.space.participants.filter(user=scene.speaker).update(lane=2)
    answer(scene, given=False)
    assert scene.place(scene.speaker).lane is None


def test_withdrawing_drops_what_is_not_final(scene: Scene, speak: Speak, said: list[dict[str, object]]) -> None:
    done, waiting = finish(speak(scene.speaker)), speak(scene.speaker, start_ms=5000)
    answer(scene, given=False)
    waiting.refresh_from_db()
    assert (waiting.state, hasattr(waiting, "audio")) == (UtteranceState.DROPPED, False)
    assert [u.pk for u in selectors.transcript(scene.space)] == [done.pk]


def test_withdrawing_leaves_others_alone(scene: Scene, speak: Speak) -> None:
    speak(scene.speaker)
    of_host = speak(scene.host)
    answer(scene, given=False)
    of_host.refresh_from_db()
    assert of_host.state == UtteranceState.WAITING


def test_nothing_is_begun_without_consent(scene: Scene) -> None:
    begin = services.begin_utterance
    assert outcome(begin, space=scene.space, speaker_id=scene.speaker.pk, start_ms=0) == "no_consent"
    assert not Utterance.objects.exists()


def test_who_loses_the_microphone_is_not_named_any_more(scene: Scene) -> None:
    answer(scene, given=True)
    scene.space.participants.filter(user=scene.speaker).update(lane=2)
    take_mic(public_id=scene.id, user=scene.host, target_id=scene.speaker.pk)
    assert (selectors.consenting(scene.id), scene.place(scene.speaker).lane) == ([], None)
