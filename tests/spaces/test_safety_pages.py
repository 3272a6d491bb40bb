"""Reporting, and reading what was decided about oneself, as pages do it."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from spaces.models import Appeal, Decision, Report
from spaces.moderation import services as moderation
from spaces.states import Verdict
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline.models import Notification

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

JSON = {"accept": "application/json"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def decided(scene: Scene, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Decision:
    """Decide about the speaker, as a moderator whose name the speaker must never read."""
    judge = moderator()
    User.objects.filter(pk=judge.pk).update(username="judge_judy")
    report = moderation.report_person(
        user=scene.listener, person_id=scene.speaker.pk, reason="abuse", public_id=scene.id
    )
    with django_capture_on_commit_callbacks(execute=True):
        return moderation.decide_report(
            report_id=report.pk, user=judge, verdict=Verdict.WARN, reason="Be kind, please", note="Third time"
        )


@pytest.mark.parametrize("about", ["space", "person"])
def test_a_report_without_a_script(scene: Scene, about: str) -> None:
    fields = {"space": scene.id} if about == "space" else {"person": str(scene.speaker.pk), "space": scene.id}
    page = browser(scene.listener).get(reverse("report"), fields)
    assert 'name="reason"' in page.text
    done = browser(scene.listener).post(reverse("report"), fields | {"reason": "spam"}, follow=True)
    assert ("Thank you." in done.text, Report.objects.get().subject) == (True, about)


def test_a_report_by_the_script(scene: Scene) -> None:
    client, fields = browser(scene.listener), {"space": scene.id, "reason": "spam"}
    first = client.post(reverse("report"), fields, headers=JSON)
    again = client.post(reverse("report"), fields, headers=JSON)
    assert (first.status_code, again.status_code, again.json()["error"]["code"]) == (201, 409, "already_reported")


@pytest.mark.parametrize("person", ["x", "9" * 30, "-1", "10000000"])
def test_whom_there_is_not_cannot_be_reported(scene: Scene, person: str) -> None:
    answer = browser(scene.listener).post(reverse("report"), {"person": person, "reason": "spam"}, headers=JSON)
    assert answer.status_code == 404


def test_visitors_log_in_first(scene: Scene) -> None:
    assert Client().post(reverse("report"), {"space": scene.id, "reason": "spam"}).status_code == 302


def test_the_person_is_told_and_reads_why_but_not_who(scene: Scene, decided: Decision) -> None:
    client = browser(scene.speaker)
    assert reverse("decision", args=[decided.pk]) in client.get(reverse("notifications")).text
    page = client.get(reverse("decision", args=[decided.pk])).text
    assert ("You were warned." in page, "Be kind, please" in page) == (True, True)
    for secret in ("judge_judy", "Third time", scene.listener.username):
        assert secret not in page


def test_nobody_else_reads_it(scene: Scene, decided: Decision) -> None:
    for other in (scene.listener, scene.host):
        assert browser(other).get(reverse("decision", args=[decided.pk])).status_code == 404
    assert Notification.objects.get().user == scene.speaker


def test_an_appeal_by_its_form(scene: Scene, decided: Decision) -> None:
    client = browser(scene.speaker)
    page = client.post(reverse("appeal", args=[decided.pk]), {"text": "It was a joke"}, follow=True).text
    assert ("It was a joke" in page, Appeal.objects.get().user) == (True, scene.speaker)
    again = client.post(reverse("appeal", args=[decided.pk]), {"text": "Really"})
    assert again.status_code == 409
    assert browser(scene.listener).post(reverse("appeal", args=[decided.pk]), {"text": "Me"}).status_code == 404


def test_no_action_tells_nobody(
    scene: Scene, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    report = moderation.report_space(public_id=scene.id, user=scene.listener, reason="abuse")
    with django_capture_on_commit_callbacks(execute=True):
        moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.NO_ACTION)
    assert not Notification.objects.exists()


def test_ones_own_profile_and_space_offer_no_report(scene: Scene) -> None:
    def openers(url: str) -> int:
        return browser(scene.host).get(url).text.count("data-report-open")

    everywhere = openers(reverse("notifications"))
    assert openers(f"/{scene.host.username}") == openers(f"/i/spaces/{scene.id}") == everywhere
    assert openers(f"/{scene.speaker.username}") == everywhere + 1
