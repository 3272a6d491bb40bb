"""The weekly mail: who gets it, and that it names only what its reader may hear."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.services import block_user, change_site, follow_user
from spaces.models import Space
from spaces.states import SpaceState
from tests.factories import SpaceFactory, UserFactory
from timeline.reach import services, tasks
from timeline.reach.kinds import Channel, Kind
from timeline.reach.models import Wish
from timeline.reach.services import settings as wishes

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture(autouse=True)
def _mails_here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for task in (tasks.send_digests, tasks.digest):
        monkeypatch.setattr(task, "delay", task)


@pytest.fixture
def ada() -> User:
    """Wants the weekly mail."""
    ada = UserFactory.create(username="ada")
    Wish.objects.create(user=ada, kind=Kind.DIGEST, channel=Channel.MAIL, wanted=True)
    return ada


def coming(host: User, title: str = "Soon", *, days: int = 2) -> Space:
    start = timezone.now() + timedelta(days=days)
    return SpaceFactory.create(creator=host, title=title, state=SpaceState.SCHEDULED, scheduled_start=start)


def test_it_is_off_until_one_wants_it(client: Client) -> None:
    user = UserFactory.create()
    assert not services.choices(user).wanted[Kind.DIGEST, Channel.MAIL]
    assert (Kind.DIGEST, Channel.PUSH) not in wishes.KEYS
    client.force_login(user)
    assert "Once a week" in client.get("/settings/notifications").text
    assert services.digest_step().user_ids == []


def test_what_followed_people_plan_is_in_it_once_a_week(ada: User) -> None:
    host = UserFactory.create(display_name="Grace")
    follow_user(follower=ada, followee=host)
    coming(host)
    coming(host, "Far away", days=9)
    coming(UserFactory.create(), "Of a stranger")
    for _ in range(2):
        tasks.send_digests()
    [sent] = mail.outbox
    assert "Soon, with Grace" in sent.body
    assert "Far away" not in sent.body
    assert "Of a stranger" not in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_it_has_the_name_that_the_operator_chose(ada: User) -> None:
    change_site(name="Night {Owls}")
    host = UserFactory.create()
    follow_user(follower=ada, followee=host)
    coming(host)
    told = services.digest_of(ada)
    assert told is not None
    assert told.in_words() == "Your week on Night {Owls}"


def test_a_week_without_anything_has_no_mail(ada: User) -> None:
    tasks.send_digests()
    assert mail.outbox == []


def test_what_its_reader_may_not_hear_is_not_in_it(ada: User) -> None:
    host = UserFactory.create()
    follow_user(follower=ada, followee=host)
    space = coming(host)
    Space.objects.filter(pk=space.pk).update(locked=True)
    assert services.digest_of(ada) is None
    Space.objects.filter(pk=space.pk).update(locked=False)
    assert services.digest_of(ada) is not None
    block_user(blocker=host, blocked=ada)
    assert services.digest_of(ada) is None


def test_steps_follow_each_other(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.digest, "PEOPLE_PER_STEP", 1)
    other = UserFactory.create()
    Wish.objects.create(user=other, kind=Kind.DIGEST, channel=Channel.MAIL, wanted=True)
    first = services.digest_step()
    second = services.digest_step(after=first.following or 0)
    assert [*first.user_ids, *second.user_ids] == sorted([ada.pk, other.pk])
