"""What webhooks are told of Spaces and reports, each event where it happens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import tasks
from accounts.models import Delivery, User, WebhookEvent
from accounts.services import create_webhook
from spaces import services
from spaces.models import Recording
from spaces.moderation import services as moderation
from spaces.states import SpaceState
from tests.factories import UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

Heard = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Heard:
    """`heard(ada, verb, **arguments)`: `(event, state or subject)` of each that ada's webhook for everything hears."""
    monkeypatch.setattr(tasks.deliver, "delay", lambda delivery_id: None)

    def run(owner: User, verb: Callable[..., object], **arguments: object) -> list[tuple[str, str]]:
        create_webhook(owner=owner, url="https://example.com/", events=WebhookEvent.values)
        with django_capture_on_commit_callbacks(execute=True):
            verb(**arguments)
        told = [row.payload["data"] for row in Delivery.objects.order_by("pk")]
        events = Delivery.objects.order_by("pk").values_list("event", flat=True)
        details = [data["space"]["state"] if "space" in data else data["report"]["subject"] for data in told]
        return list(zip(events, details, strict=True))

    return run


def test_it_starts(heard: Heard) -> None:
    host = UserFactory.create(followers_count=600)
    assert heard(host, services.create_space, user=host, title="Tea") == [("space.started", "live")]


def test_it_is_scheduled(heard: Heard) -> None:
    host = UserFactory.create(followers_count=600)
    when = timezone.now() + timedelta(days=1)
    assert heard(host, services.schedule_space, user=host, title="Tea", when=when) == [("space.scheduled", "scheduled")]


def test_it_ends(heard: Heard, scene: Scene) -> None:
    assert heard(scene.host, services.end_space, public_id=scene.id, user=scene.host) == [("space.ended", "ended")]


def test_it_can_be_replayed(heard: Heard, scene: Scene) -> None:
    services.start_recording(public_id=scene.id, user=scene.host)
    services.end_space(public_id=scene.id, user=scene.host)
    recording = Recording.objects.get()
    epoch = services.take_over(recording)
    told = heard(
        scene.host, services.finish_recording, recording_id=recording.pk, epoch=epoch, duration_ms=1_000, size=7_000
    )
    assert told == [("recording.ready", "ended")]
    [delivery] = Delivery.objects.all()
    assert delivery.payload["data"]["recording"] == {"duration_ms": 1_000, "size": 7_000}


def test_it_is_called_off(heard: Heard) -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    told = heard(scene.host, services.cancel_space, public_id=scene.id, user=scene.host)
    assert told == [("space.ended", "canceled")]


@pytest.mark.parametrize("name", ["host", "cohost"])
def test_who_made_it_and_who_got_it_both_hear_of_its_end(heard: Heard, scene: Scene, name: str) -> None:
    services.hand_over(public_id=scene.id, user=scene.host, target_id=scene.cohost.pk)
    told = heard(getattr(scene, name), services.end_space, public_id=scene.id, user=scene.cohost)
    assert told == [("space.ended", "ended")]


def test_nobody_else_hears_of_it(heard: Heard, scene: Scene) -> None:
    assert heard(scene.speaker, services.end_space, public_id=scene.id, user=scene.host) == []


def test_a_report_is_decided(heard: Heard, scene: Scene) -> None:
    report = moderation.report_space(public_id=scene.id, user=scene.listener, reason="spam", text="")
    decision = {"report_id": report.pk, "verdict": "no_action", "user": moderator()}
    assert heard(scene.listener, moderation.decide_report, **decision) == [("report.decided", "space")]
