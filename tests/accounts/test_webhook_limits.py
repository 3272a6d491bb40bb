"""Foreign receivers hold nothing of the house: not its worker, not its other owners, and not for long."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts import public_http, services, tasks
from accounts.models import Delivery, DeliveryState, User, Webhook
from accounts.services.webhooks import MOST_FAILURES
from spaces_project import celery_app
from spaces_project import mail as later
from spaces_project.common.errors import BadInput
from tests.accounts.test_webhooks import Receiver, announced, receiver
from tests.factories import UserFactory

__all__ = ["receiver"]

pytestmark = [pytest.mark.security("C6"), pytest.mark.asvs("15.2.2"), pytest.mark.django_db]

SOON = 0.5


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", email="ada@example.test")


Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def serve(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A receiver that does as it likes with each connection; the deadline of an exchange is short."""
    settings.WEBHOOK_TRUSTED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(public_http, "EXCHANGE_SECONDS", SOON)
    listener = socket.create_server(("127.0.0.1", 0))

    def begin(behave: Callable[[socket.socket], None]) -> str:
        def accept() -> None:
            try:
                there, _ = listener.accept()
                behave(there)
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield begin
    listener.close()


def trickle(text: bytes) -> Callable[[socket.socket], None]:
    def behave(there: socket.socket) -> None:
        while True:
            there.sendall(text)
            time.sleep(0.05)

    return behave


SLOW = {
    "silence": lambda there: time.sleep(3),
    "a byte at a time": trickle(b"H"),
    "headers without end": trickle(b"HTTP/1.1 200 OK\r\nX: y\r\n"),
    "headers of other kinds": trickle(b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("kind", SLOW)
def test_an_exchange_ends_at_its_deadline(serve: Serve, kind: str) -> None:
    began = time.monotonic()
    with pytest.raises(public_http.NotSent):
        public_http.post(serve(SLOW[kind]), b"{}", {})
    assert time.monotonic() - began < SOON + 1.5


def test_a_name_that_does_not_resolve_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_http, "EXCHANGE_SECONDS", 0.1)

    def lookup(*given: Any, **named: Any) -> None:
        time.sleep(1)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(public_http.NotSent, match="No answer within"):
        public_http.post("https://slow.example/", b"{}", {})


def test_the_thread_of_an_exchange_ends_with_it(serve: Serve) -> None:
    before = set(threading.enumerate())
    url = serve(trickle(b"H"))
    with pytest.raises(public_http.NotSent):
        public_http.post(url, b"{}", {})
    time.sleep(0.3)
    assert [t for t in threading.enumerate() if t.name == "webhook" and t not in before] == []


def test_a_body_without_end_is_not_read(serve: Serve) -> None:
    def behave(there: socket.socket) -> None:
        there.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        trickle(b"x")(there)

    assert public_http.post(serve(behave), b"{}", {}) == 200


# --- One at a time, and off after too many ----------------------------------------------------------------------------


@pytest.fixture
def hook(ada: User, receiver: Receiver) -> Webhook:
    return services.create_webhook(owner=ada, url=receiver.url, events=["space.started"])


def test_an_owner_has_one_try_under_way(hook: Webhook, receiver: Receiver, ada: User) -> None:
    first, second = announced(ada)[0], announced(ada)[-1]
    Delivery.objects.filter(pk=first.pk).update(busy_until=timezone.now() + timedelta(seconds=20))
    assert not services.deliver(delivery_id=second.pk)
    assert (receiver.requests, Delivery.objects.get(pk=second.pk).tries) == ([], 0)
    grace = UserFactory.create()
    services.create_webhook(owner=grace, url=receiver.url, events=["space.started"])
    assert services.deliver(delivery_id=announced(grace)[-1].pk), "another owner does not wait"


def test_what_is_due_besides_comes_next(hook: Webhook, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = announced(ada)[0], announced(ada)[-1]
    sent: list[int] = []
    monkeypatch.setattr(tasks.deliver, "delay", sent.append)
    assert services.deliver(delivery_id=first.pk)
    assert sent == [second.pk]


def test_a_worker_that_died_holds_its_owner_up_for_a_moment_only(hook: Webhook, ada: User) -> None:
    first, second = announced(ada)[0], announced(ada)[-1]
    Delivery.objects.filter(pk=first.pk).update(busy_until=timezone.now() - timedelta(seconds=1))
    assert services.deliver(delivery_id=second.pk)


def test_too_many_failures_in_a_row_turn_it_off_and_tell_its_owner(
    hook: Webhook, receiver: Receiver, ada: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    receiver.status = 500
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(MOST_FAILURES):
            services.deliver(delivery_id=announced(ada)[-1].pk)
    hook.refresh_from_db()
    assert not hook.is_active
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()
    assert [("turned off" in letter.subject, letter.to) for letter in mail.outbox] == [(True, ["ada@example.test"])]
    assert announced(ada)[-1].state == DeliveryState.FAILED, "nothing more is written down for it"


def test_one_that_arrives_begins_the_count_anew(hook: Webhook, receiver: Receiver, ada: User) -> None:
    receiver.status = 500
    for _ in range(3):
        services.deliver(delivery_id=announced(ada)[-1].pk)
    receiver.status = 204
    services.deliver(delivery_id=announced(ada)[-1].pk)
    hook.refresh_from_db()
    assert (hook.failures, hook.is_active) == (0, True)


# --- Where nothing is sent --------------------------------------------------------------------------------------------


@pytest.mark.security("C26")
@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("1.1.1.1", True), ("2606:4700:4700::1111", True), ("64:ff9b::808:808", True),
        ("0.1.2.3", False), ("192.0.0.9", False), ("192.88.99.1", False), ("192.31.196.1", False),
        ("198.19.255.255", False), ("198.51.100.7", False), ("203.0.113.7", False), ("239.1.1.1", False),
        ("240.0.0.1", False), ("::", False), ("::1", False), ("::ffff:8.8.8.8", False), ("64:ff9b::a00:1", False),
        ("64:ff9b:1::808:808", False), ("100::1", False), ("100:0:0:1::1", False), ("2001::1", False),
        ("2001:2::1", False), ("2001:20::1", False), ("2001:db8::1", False), ("2002:808:808::1", False),
        ("2620:4f:8000::1", False), ("3fff::1", False), ("5f00::1", False), ("4000::1", False), ("fec0::1", False),
        ("ff0e::1", False),
    ],
)  # fmt: skip
def test_only_globally_reachable_unicast_is_public(address: str, public: bool) -> None:
    assert public_http.is_public(ipaddress.ip_address(address)) is public


@pytest.mark.security("C26")
@pytest.mark.parametrize("port", [22, 25, 6379, 8443])
def test_other_ports_are_not_for_webhooks(ada: User, settings: Settings, port: int) -> None:
    url = f"https://example.com:{port}/"
    with pytest.raises(BadInput):
        services.create_webhook(owner=ada, url=url, events=["space.started"])
    settings.WEBHOOK_PORTS = frozenset({port})
    assert services.create_webhook(owner=ada, url=url, events=["space.started"]).url == url


# --- A worker of its own ----------------------------------------------------------------------------------------------


def test_what_waits_for_others_has_a_queue_and_a_process_of_its_own() -> None:
    routes = configured.CELERY_TASK_ROUTES
    assert {routes[name]["queue"] for name in ("accounts.tasks.deliver", "spaces_project.mail.send_later")} == {
        "outside"
    }
    lines = dict(line.split(": ", 1) for line in Path("Procfile").read_text().splitlines())
    taking = [name for name, command in lines.items() if "--queues outside" in command]
    assert (taking, "outside" in Path("deploy/run").read_text()) == (["outside"], True)
    assert tasks.deliver.expires == 60
    assert "spaces_project.mail.send_later" in celery_app.tasks


def test_a_mail_travels_sealed_and_arrives_whole() -> None:
    letter = EmailMultiAlternatives(
        "Sübject", "secret-link", "a@example.test", ["b@example.test"], headers={"X-A": "b"}
    )
    letter.attach_alternative("<p>secret-link</p>", "text/html")
    packed = later.packed(letter)
    assert "secret-link" not in packed
    found = later.unpacked(packed)
    assert (found.subject, found.body, found.to) == (letter.subject, letter.body, letter.to)
    assert (found.extra_headers, list(found.alternatives[0])) == ({"X-A": "b"}, ["<p>secret-link</p>", "text/html"])


def test_mails_wait_in_the_queue_and_go_at_once_where_there_is_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    queued: list[str] = []
    monkeypatch.setattr(later.send_later, "delay", queued.append)
    letter = EmailMultiAlternatives("A", "b", "a@example.test", ["b@example.test"])
    later.LaterBackend().send_messages([letter])
    assert (len(queued), len(mail.outbox)) == (1, 0)
    later.send_later(queued[0])
    assert len(mail.outbox) == 1

    def away(*given: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(later.send_later, "delay", away)
    later.LaterBackend().send_messages([letter])
    assert len(mail.outbox) == 2
    assert settings.EMAIL_TIMEOUT <= 10
