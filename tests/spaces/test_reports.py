"""Saying that something is not right."""

import pytest

from accounts.models import User
from spaces import services
from spaces.models import FlaggedWord, Report
from spaces.moderation import services as moderation
from spaces.states import LogKind, ReportSource, SpaceState, Subject
from tests.spaces.captions import Captions
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


def report(scene: Scene, user: User, reason: str = "abuse", text: str = "") -> str:
    return outcome(moderation.report_space, public_id=scene.id, user=user, reason=reason, text=text)


def test_a_space_is_reported_and_its_host_is_whom_it_is_about(scene: Scene) -> None:
    made = moderation.report_space(
        public_id=scene.id, user=scene.listener, reason="hate", text=" It\u202e is\n\n\nbad "
    )
    assert (made.person, made.text, made.subject) == (scene.host, "It is\n\nbad", Subject.SPACE)


def test_a_report_keeps_what_there_was_to_see(scene: Scene) -> None:
    made = moderation.report_person(user=scene.listener, person_id=scene.speaker.pk, reason="spam", public_id=scene.id)
    assert made.shown["space"] == {
        "id": scene.id,
        "title": scene.space.title,
        "host": scene.host.username,
        "state": "live",
    }
    assert {"username": scene.speaker.username, "role": "speaker"} in made.shown["stage"]
    assert made.shown["person"]["username"] == scene.speaker.username


def test_the_log_does_not_say_who_reported(scene: Scene) -> None:
    report(scene, scene.listener)
    entry = scene.space.log.get()
    assert (entry.kind, entry.actor, entry.target, entry.reason) == (
        LogKind.REPORTED,
        None,
        scene.host,
        "space: abuse",
    )


def test_one_open_report_for_each_person_and_thing(scene: Scene) -> None:
    assert [report(scene, scene.listener), report(scene, scene.listener), report(scene, scene.speaker)] == [
        "ok",
        "already_reported",
        "ok",
    ]
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("reason", "text", "code"),
    [("nonsense", "", "bad_reason"), ("", "", "bad_reason"), ("spam", "x" * 1001, "too_long")],
)
def test_what_cannot_be_used_is_refused(scene: Scene, reason: str, text: str, code: str) -> None:
    before = scene.dump()
    assert (report(scene, scene.listener, reason, text), scene.dump()) == (code, before)


def test_nobody_reports_themselves(scene: Scene) -> None:
    assert report(scene, scene.host) == "own_report"


def test_a_suspended_person_reports_nothing(scene: Scene) -> None:
    assert report(scene, scene.suspended) == "suspended"


def test_whoever_is_gone_is_not_reported(scene: Scene) -> None:
    assert outcome(moderation.report_person, user=scene.host, person_id=10**9, reason="spam") == "not_found"


def test_reports_are_limited_and_say_when_to_try_again(scene: Scene) -> None:
    codes = [report(Scene(), scene.listener) for _ in range(11)]
    assert codes == ["ok"] * 10 + ["too_many"]


# --- Captions, by their seam ---


def test_a_caption_is_reported_with_its_words(scene: Scene, captions: Captions) -> None:
    captions.say(scene.space.pk, scene.speaker, "what was said", at=5_000)
    made = moderation.report_caption(public_id=scene.id, user=scene.listener, caption_id=1, reason="hate")
    assert (made.person, made.clock_ms, made.shown["caption"]["text"]) == (scene.speaker, 5_000, "what was said")


def test_a_caption_of_another_space_is_not_there(scene: Scene, captions: Captions) -> None:
    captions.say(Scene().space.pk, scene.speaker, "elsewhere", at=0)
    verdict = outcome(moderation.report_caption, public_id=scene.id, user=scene.listener, caption_id=1, reason="hate")
    assert verdict == "not_found"


# --- Words ---


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Buy PILLS now", True),
        ("buy-pills, cheap", True),
        ("pillsbury", False),
        ("\uff42\uff55\uff59 \uff50\uff49\uff4c\uff4c\uff53", True),
        ("", False),
    ],
)
def test_a_live_title_with_a_word_of_the_list_is_flagged(scene: Scene, title: str, found: bool) -> None:
    FlaggedWord.objects.create(text="buy pills")
    FlaggedWord.objects.create(text="pills")
    scene.space.title = title
    scene.space.save()
    assert (moderation.flag_title(space_id=scene.space.pk) is not None) == found


def test_a_flag_is_in_the_queue_once_and_changes_nothing_else(scene: Scene) -> None:
    FlaggedWord.objects.create(text=scene.space.title.casefold())
    first, again = moderation.flag_title(space_id=scene.space.pk), moderation.flag_title(space_id=scene.space.pk)
    assert first is not None
    assert (first.source, first.reporter, first.text, again) == (ReportSource.WORDS, None, first.text, None)
    assert (scene.log(), scene.space.state) == ([LogKind.FLAGGED], SpaceState.LIVE)


def test_a_title_is_flagged_when_its_space_starts(scene: Scene, django_capture_on_commit_callbacks: object) -> None:
    FlaggedWord.objects.create(text="bad")
    services.end_space(public_id=scene.id, user=scene.host)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.create_space(user=scene.host, title="A bad one")
    assert Report.objects.get().source == ReportSource.WORDS


def test_what_is_over_is_not_flagged(scene: Scene) -> None:
    FlaggedWord.objects.create(text=scene.space.title.casefold())
    services.end_space(public_id=scene.id, user=scene.host)
    assert moderation.flag_title(space_id=scene.space.pk) is None


def test_a_caption_is_flagged(scene: Scene, captions: Captions) -> None:
    FlaggedWord.objects.create(text="pills")
    captions.say(scene.space.pk, scene.speaker, "Pills!", at=9)
    moderation.flag_caption(space_id=scene.space.pk, caption_id=1, text="Pills!")
    assert (Report.objects.get().person, Report.objects.get().subject) == (scene.speaker, Subject.CAPTION)
