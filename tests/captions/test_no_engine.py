"""A site without a speech engine: everything else works, and captions say why there are none."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from captions import selectors
from spaces_project import health, heartbeat
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def _no_model(settings: Settings, tmp_path: object) -> None:
    settings.CAPTIONS_MODELS_DIR = str(tmp_path)
    heartbeat.arrive_at_speech()


@pytest.mark.usefixtures("_no_model")
def test_health_says_no_engine() -> None:
    assert health.PROBES["speech"]() == "no engine"


@pytest.mark.usefixtures("_no_model")
def test_the_page_is_told(scene: Scene) -> None:
    assert selectors.captions_info(scene.id, scene.listener.pk).engine is False


@pytest.mark.usefixtures("_no_model")
def test_the_admin_says_what_to_do() -> None:
    staff = moderator()
    staff.is_superuser = True
    staff.save()
    client = Client()
    client.force_login(staff)
    assert "Captions have no engine" in client.get(reverse("admin:captions_utterance_changelist")).text


def test_with_an_engine_nothing_is_said(scene: Scene, speech_model: None) -> None:
    heartbeat.arrive_at_speech()
    assert health.PROBES["speech"]() == "ok"
    assert selectors.captions_info(scene.id, scene.listener.pk).engine is True
