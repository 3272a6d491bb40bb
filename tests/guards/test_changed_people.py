"""A name or a picture that changes while its user is in a live Space changes in all shown copies."""

import io
from typing import Any

import pytest
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.services import remove_avatar, set_avatar, update_profile
from captions.models import Utterance
from captions.selectors import lines
from captions.services import begin_utterance, set_consent
from captions.states import UtteranceState
from spaces import events
from spaces.events import Signal
from spaces.models import Space
from spaces.moderation import services as moderation
from spaces.states import Verdict
from tests.factories import PostFactory, UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline.selectors import pins
from timeline.services import pin_post

pytestmark = [pytest.mark.security("A14"), pytest.mark.django_db, pytest.mark.redis]


def rename(user: User) -> User:
    return update_profile(user=user, display_name="New name", bio="", protected=False)


def test_the_stage_the_bubble_and_lines_are_told(scene: Scene, told: Told) -> None:
    news = told(rename, user=scene.speaker)
    [person] = news.only("stage.changed")["people"]
    assert (person["id"], person["name"]) == (str(scene.speaker.pk), "New name")
    assert news.only("person.changed")["person"]["name"] == "New name"
    assert {Signal.STAGE, Signal.BUBBLE, Signal.AUDIENCE} <= set(news.signals())


def test_the_space_is_told_of_its_host(scene: Scene, told: Told) -> None:
    assert told(rename, user=scene.host).only("space.changed")["space"]["host"]["name"] == "New name"


def test_those_who_run_it_are_told_of_who_waits(scene: Scene, told: Told) -> None:
    scene.ask(scene.listener)
    news = told(rename, user=scene.listener)
    assert news.only("queue.replaced")["queue"]["people"][0]["name"] == "New name"
    assert set(news.heard_by("queue.replaced") or ()) == {scene.host.pk, scene.cohost.pk}


def test_of_a_listener_the_faces_are_looked_at_again_and_no_name_is_told(scene: Scene, told: Told) -> None:
    news = told(rename, user=scene.listener)
    assert (news.types(), news.signals()) == ([], [Signal.AUDIENCE])


def test_nothing_is_told_where_nothing_changed_that_is_shown(scene: Scene, told: Told) -> None:
    def log_in() -> None:
        scene.speaker.save(update_fields=["last_login"])

    assert told(log_in) == []
    assert told(rename, user=scene.outsider) == []


@pytest.mark.parametrize("how", ["picture", "no picture", "admin", "moderator"])
def test_whoever_changes_it(scene: Scene, told: Told, how: str) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    if how == "no picture":
        set_avatar(user=scene.speaker, image=picture)

    def change() -> None:
        if how == "picture":
            set_avatar(user=scene.speaker, image=picture)
        elif how == "no picture":
            remove_avatar(user=scene.speaker)
        elif how == "admin":
            by_the_admin(scene.speaker)
        else:
            take_down(scene)

    assert "stage.changed" in told(change).types()


def by_the_admin(user: User) -> None:
    user.display_name = "By staff"
    user.save()


def take_down(scene: Scene) -> None:
    User.objects.filter(pk=scene.speaker.pk).update(display_name="Rude")
    report = moderation.report_person(user=scene.listener, person_id=scene.speaker.pk, reason="abuse")
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.REDACT)


def test_lines_are_under_the_new_name(scene: Scene) -> None:
    set_consent(public_id=scene.id, user=scene.speaker, given=True)
    utterance = begin_utterance(space=scene.space, speaker_id=scene.speaker.pk, start_ms=1000)
    Utterance.objects.filter(pk=utterance.pk).update(state=UtteranceState.FINAL, text="hello")
    rename(scene.speaker)
    assert [line.name for line in lines(public_id=scene.id, user=scene.listener).lines] == ["New name"]


def test_a_protected_account_takes_its_posts_out_of_the_strip(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    author = UserFactory.create()
    pin_post(public_id=scene.id, user=scene.host, post_id=PostFactory.create(author=author).pk)
    before = Space.objects.get(pk=scene.space.pk).pins_version
    published: list[Any] = []
    monkeypatch.setattr(events, "publish", lambda channel, *envelopes: published.extend(envelopes))
    with django_capture_on_commit_callbacks(execute=True):
        update_profile(user=author, display_name="", bio="", protected=True)
    assert Space.objects.get(pk=scene.space.pk).pins_version == before + 1
    assert (pins(public_id=scene.id, viewer_id=scene.listener.pk), bool(published)) == ([], True)
