"""A deleted account leaves no word and no file: everything it can say carries a marker, which is looked for then."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.mail import EmailMessage, get_connection
from django.core.serializers.json import DjangoJSONEncoder
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts import services as accounts
from accounts.models import Delivery, User
from accounts.services import delete_user, set_avatar
from spaces import services
from spaces.models import Report
from spaces.moderation import services as moderation
from spaces.states import Role, Verdict
from spaces_project.common.mail_files import forget_old_mails
from tests.factories import ParticipantFactory, UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline import services as timeline
from timeline.models import Fleet

pytestmark = [pytest.mark.security("C17"), pytest.mark.asvs("14.2.4"), pytest.mark.django_db, pytest.mark.redis]

MARK = "zqmarker"


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")


def picture() -> io.BytesIO:
    found = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(found, "PNG")
    found.seek(0)
    return found


@pytest.fixture
def ada() -> User:
    ada = UserFactory.create(
        username=MARK, display_name=f"{MARK} name", bio=f"{MARK} bio", email=f"{MARK}@example.test", followers_count=600
    )
    set_avatar(user=ada, image=picture())
    return ada


@pytest.fixture
def lived(ada: User, scene: Scene, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> User:
    """Make a user who has written everything that a user can write, and of whom others' records speak."""
    grace = UserFactory.create()
    accounts.create_webhook(owner=None, url="https://example.com/", events=["space.started", "space.ended"])
    with django_capture_on_commit_callbacks(execute=True):
        timeline.post_fleet(author=ada, text=f"{MARK} fleet", image=picture())
        described = timeline.NewPicture(picture(), f"{MARK} picture")
        post = timeline.create_post(author=ada, text=f"{MARK} post", pictures=[described])
        timeline.like_post(user=grace, post_id=post.pk)
        timeline.send_message(sender=ada, to=grace, text=f"{MARK} message")
        space = services.create_space(user=ada, title=f"{MARK} title")
        services.end_space(public_id=space.public_id, user=ada)
    ParticipantFactory.create(space=scene.space, user=ada, role=Role.SPEAKER)
    moderation.report_person(user=scene.listener, person_id=scene.speaker.pk, reason="abuse", public_id=scene.id)
    report = moderation.report_person(user=grace, person_id=scene.cohost.pk, reason="abuse", public_id=scene.id)
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.WARN, reason="x")
    LogEntry.objects.log_actions(moderator().pk, User.objects.filter(pk=ada.pk), CHANGE, "changed")
    write_mail(ada.email)
    return ada


def write_mail(to: str) -> None:
    backend = get_connection("spaces_project.common.mail_files.FileBackend")
    EmailMessage("Hello", "text", "site@example.test", [to], connection=backend).send()


def words() -> Iterator[str]:
    """Every row of every table as JSON."""
    for model in apps.get_models():
        for row in model._base_manager.values():
            text = json.dumps(row, cls=DjangoJSONEncoder, default=str)
            if MARK in text.lower():
                yield f"{model.__name__}: {text}"


def files(settings: Settings) -> list[str]:
    roots = (Path(settings.MEDIA_ROOT), Path(settings.EMAIL_FILE_PATH))
    return [str(file) for root in roots for file in root.rglob("*") if file.is_file()]


def test_nothing_of_it_stays(
    lived: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert len(list(words())) > 8 and len(files(settings)) == 4
    assert [delivery for delivery in Delivery.objects.all() if MARK in str(delivery.payload)]
    with django_capture_on_commit_callbacks(execute=True):
        delete_user(user=lived)
    assert list(words()) == []
    assert files(settings) == []


def test_mails_to_others_stay(
    lived: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    write_mail("grace@example.test")
    with django_capture_on_commit_callbacks(execute=True):
        delete_user(user=lived)
    assert len(files(settings)) == 1
    forget_old_mails()
    assert len(files(settings)) == 1


def test_an_open_report_about_them_keeps_what_it_shows_until_it_is_decided(ada: User, scene: Scene) -> None:
    report = moderation.report_person(user=scene.listener, person_id=ada.pk, reason="abuse")
    delete_user(user=ada)
    assert MARK in str(Report.objects.get(pk=report.pk).shown)
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.NO_ACTION)
    assert Report.objects.get(pk=report.pk).shown == {}


def test_a_fleet_takes_its_picture_along_however_it_goes(
    ada: User, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    fleet = timeline.post_fleet(author=ada, image=picture())
    assert len(files(settings)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        Fleet.objects.filter(pk=fleet.pk).delete()
    assert len(files(settings)) == 1
