"""Mails that tell people what happened, as a mailbox reads them."""

import email
import re
from email.message import EmailMessage
from email.policy import default

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.factories import UserFactory
from timeline.reach import mails, services, tasks
from timeline.reach.kinds import Channel, Kind
from timeline.reach.notice import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

LIVE = Notice(Kind.REMINDER, "The Space you were waiting for begins", "<b>Engines</b>", "/i/spaces/x?join=1", "t", 60)
HELLO = Notice(Kind.MESSAGE, "Ada", "A secret", "/messages/ada", "message:1", 60)


@pytest.fixture(autouse=True)
def _mails_here(settings: Settings) -> None:
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.SITE_NAME = "Harbour Radio"


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


def received() -> EmailMessage:
    """The one mail, as a real parser reads it."""
    [sent] = mail.outbox
    message = email.message_from_bytes(sent.message().as_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_a_mail_has_the_sites_name_the_link_and_both_forms(ada: User) -> None:
    tasks.mail(LIVE.packed(), [ada.pk])
    message = received()
    assert message["Subject"] == "The Space you were waiting for begins (Harbour Radio)"
    text, html = part(message, "plain"), part(message, "html")
    assert "<b>Engines</b>" in text
    assert "&lt;b&gt;Engines&lt;/b&gt;" in html
    assert "http" in text
    assert "/i/spaces/x?join=1" in text
    assert "/i/spaces/x?join=1" in html
    assert "Harbour Radio" in text
    assert "Harbour Radio" in html


def test_one_post_ends_the_mails_of_a_kind(ada: User) -> None:
    tasks.mail(LIVE.packed(), [ada.pk])
    message = received()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    match = re.fullmatch(r"<https?://[^/]+(/[^>]+)>", message["List-Unsubscribe"].strip())
    assert match is not None
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.get(match[1]).status_code == 200
    assert services.choices(ada).wanted[Kind.REMINDER, Channel.MAIL], "a program that follows links ends nothing"
    assert visitor.post(match[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not services.choices(ada).wanted[Kind.REMINDER, Channel.MAIL]
    assert services.choices(ada).wanted[Kind.DECISION, Channel.MAIL]
    assert services.tell(told=LIVE, user_ids=[ada.pk]) == []


@pytest.mark.parametrize("token", ["x", "x:y:z", "é"])
def test_a_token_of_others_ends_nothing(client: Client, token: str) -> None:
    assert client.post(f"/i/mail/unsubscribe/{token}").status_code == 404


def test_a_token_of_a_deleted_account_is_no_error(client: Client, ada: User) -> None:
    token = mails.unsubscribe_token(ada, Kind.REMINDER)
    ada.delete()
    assert client.post(f"/i/mail/unsubscribe/{token}").status_code == 200


def test_a_step_that_runs_twice_mails_once(ada: User) -> None:
    for _ in range(2):
        tasks.mail(LIVE.packed(), [ada.pk])
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_down_is_tried_again(monkeypatch: pytest.MonkeyPatch, ada: User) -> None:
    def refuse(*_: object) -> None:
        raise OSError("down")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="down"):
        patched.setattr(mails, "send", refuse)
        services.mail_people(told=LIVE, user_ids=[ada.pk])
    services.mail_people(told=LIVE, user_ids=[ada.pk])
    assert len(mail.outbox) == 1


def test_the_text_of_a_message_is_not_in_a_mail(ada: User) -> None:
    tasks.mail(HELLO.packed(), [ada.pk])
    assert b"A secret" not in mail.outbox[0].message().as_bytes()


def test_an_address_that_is_not_confirmed_gets_no_mail(settings: Settings, ada: User) -> None:
    settings.CONFIRM_ADDRESSES = True
    address = EmailAddress.objects.create(user=ada, email=ada.email, primary=True, verified=False)
    tasks.mail(LIVE.packed(), [ada.pk])
    assert mail.outbox == []
    address.verified = True
    address.save()
    tasks.mail(LIVE.packed() | {"tag": "later"}, [ada.pk])
    assert len(mail.outbox) == 1
