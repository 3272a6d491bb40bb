"""The moderators' pages of captions."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from captions import services
from captions.models import Redaction, Track, Utterance
from captions.services.jobs import MOST_ATTEMPTS
from captions.states import UtteranceState
from tests.captions.conftest import Speak, finish
from tests.factories import UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

PAGES = ("track", "consent", "utterance", "redaction")
UTTERANCES = "admin:captions_utterance_changelist"


@pytest.fixture
def staff() -> Client:
    """Log in as a member of the group that the migrations make."""
    import_module("captions.migrations.0002_moderators").let_moderators_in(apps, SimpleNamespace(connection=connection))
    user = UserFactory.create(is_staff=True)
    user.groups.add(Group.objects.get(name="moderator"))
    return logged_in(user)


def logged_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def act(client: Client, action: str, utterance: Utterance) -> str:
    """Run an action of the admin, and return the page that follows."""
    chosen = {"action": action, "_selected_action": [utterance.pk]}
    return client.post(reverse(UTTERANCES), chosen, follow=True).text


def failed(utterance: Utterance) -> Utterance:
    for _ in range(MOST_ATTEMPTS):
        claim = services.claim(utterance_id=utterance.pk)
        assert claim is not None
        services.fail(claim, error="the model is broken")
    utterance.refresh_from_db()
    return utterance


@pytest.mark.parametrize("model", PAGES)
def test_moderators_see_every_page_and_write_nothing(scene: Scene, staff: Client, speak: Speak, model: str) -> None:
    said = finish(speak(scene.speaker))
    Track.objects.create(space=scene.space)
    Redaction.objects.create(utterance=said, original="hello")
    page = staff.get(reverse(f"admin:captions_{model}_changelist"))
    assert (page.status_code, page.context["cl"].result_count) == (200, 1)
    assert staff.get(reverse(f"admin:captions_{model}_add")).status_code == 403


def test_other_staff_see_nothing(scene: Scene) -> None:
    client = logged_in(UserFactory.create(is_staff=True))
    assert {client.get(reverse(f"admin:captions_{model}_changelist")).status_code for model in PAGES} == {403}


def test_an_utterance_that_failed_three_times_says_so(scene: Scene, staff: Client, speak: Speak) -> None:
    failed(speak(scene.speaker))
    page = staff.get(reverse(UTTERANCES), {"state": UtteranceState.FAILED}).text
    assert "the model is broken" in page
    assert '<td class="field-state">Failed</td>' in page
    assert f'<td class="field-attempts">{MOST_ATTEMPTS}</td>' in page


def test_it_can_be_run_again(scene: Scene, staff: Client, speak: Speak) -> None:
    utterance = failed(speak(scene.speaker))
    assert "Sent again: 1" in act(staff, "rerun", utterance)
    assert finish(utterance).state == UtteranceState.FINAL
    assert "was deleted" in act(staff, "rerun", utterance)


def test_a_caption_can_be_redacted(scene: Scene, staff: Client, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    assert "Redacted: 1" in act(staff, "redact", utterance)
    utterance.refresh_from_db()
    assert (utterance.text, Redaction.objects.get().original) == ("", "hello there")


def test_who_may_only_look_has_no_actions(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    act(logged_in(moderator()), "redact", utterance)
    assert not Redaction.objects.exists()
