"""Telling programs what happened: signed, again and again, and nowhere but outside."""

import http.server
import ipaddress
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from standardwebhooks.webhooks import Webhook as Verifier

from accounts import public_http, services, tasks
from accounts.models import Delivery, DeliveryState, User, Webhook, WebhookEvent
from accounts.services.webhooks import PAUSES
from spaces_project.common.errors import BadInput
from tests.factories import UserFactory
from tests.support.confirmed import confirmed

pytestmark = pytest.mark.django_db

Request = tuple[dict[str, str], bytes]


class Receiver(http.server.HTTPServer):
    """Answers every POST with `status` and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.requests = 200, list[Request]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Answering(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_TRUSTED_HOSTS = ["127.0.0.1"]
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def hook(ada: User, receiver: Receiver) -> Webhook:
    return services.create_webhook(owner=ada, url=receiver.url, events=["space.started"])


def announced(owner: User, event: WebhookEvent = WebhookEvent.SPACE_STARTED) -> list[Delivery]:
    services.announce_event(event=event, owner_ids=[owner.pk], data={"space": {"id": "1a"}})
    return list(Delivery.objects.order_by("pk"))


def test_what_arrives_is_signed(hook: Webhook, receiver: Receiver, ada: User) -> None:
    [delivery] = announced(ada)
    assert services.deliver(delivery_id=delivery.pk)
    [(headers, body)] = receiver.requests
    payload = Verifier(hook.secret).verify(body, headers)
    assert (payload["type"], payload["data"]) == ("space.started", {"space": {"id": "1a"}})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_status, delivery.tries) == (DeliveryState.DELIVERED, 200, 1)


def test_it_hears_what_it_asked_for_of_its_owner(hook: Webhook, ada: User) -> None:
    assert announced(ada, WebhookEvent.SPACE_ENDED) == []
    assert announced(UserFactory.create()) == []


def test_a_webhook_of_the_site_hears_of_everybody(receiver: Receiver) -> None:
    services.create_webhook(owner=None, url=receiver.url, events=["space.started"])
    assert len(announced(UserFactory.create())) == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_did_not_arrive_is_tried_again_later(hook: Webhook, receiver: Receiver, ada: User, status: int) -> None:
    receiver.status = status
    [delivery] = announced(ada)
    assert not services.deliver(delivery_id=delivery.pk)
    assert not services.deliver(delivery_id=delivery.pk), "it is not due yet"
    receiver.status = 200
    later = timezone.now() + PAUSES[0] + timedelta(seconds=1)
    assert services.due_deliveries(now=later) == [delivery.pk]
    assert services.deliver(delivery_id=delivery.pk, now=later)
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1


def test_at_some_time_it_is_given_up(hook: Webhook, receiver: Receiver, ada: User) -> None:
    receiver.status = 500
    [delivery] = announced(ada)
    moment = timezone.now()
    for pause in (timedelta(), *PAUSES):
        moment += pause + timedelta(seconds=1)
        services.deliver(delivery_id=delivery.pk, now=moment)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, len(PAUSES) + 1)
    assert services.due_deliveries(now=moment + timedelta(days=9)) == []


def test_who_is_gone_is_told_no_more(hook: Webhook, receiver: Receiver, ada: User) -> None:
    receiver.status = 410
    services.deliver(delivery_id=announced(ada)[0].pk)
    hook.refresh_from_db()
    assert not hook.is_active


def test_nobody_there_is_no_error_of_ours(hook: Webhook, ada: User) -> None:
    Webhook.objects.update(url="http://127.0.0.1:1/")
    [delivery] = announced(ada)
    assert not services.deliver(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert delivery.last_error == "ConnectionRefusedError"


def test_it_is_sent_after_the_commit(
    hook: Webhook,
    ada: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.deliver, "delay", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        [delivery] = announced(ada)
        assert sent == []
    assert sent == [delivery.pk]


# --- Where nothing is sent --------------------------------------------------------------------------------------------


@pytest.mark.fault("F5")
@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/",
        "https://localhost/",
        "https://localhost./",
        "https://user@example.com/",
        "ftp://example.com/",
        "https:///x",
        "https://exa mple.com/",
        "https://example.com:99999/",
    ],
)
@pytest.mark.asvs("15.3.2")
def test_a_private_address_is_not_sent_to(url: str) -> None:
    with pytest.raises(public_http.NotSent):
        public_http.post(url, b"{}", {})


@pytest.mark.parametrize("url", ["https://10.1.2.3/", "http://example.com/", "nonsense", "https://[::1]:8000/"])
def test_nor_is_it_taken_for_a_webhook(ada: User, url: str) -> None:
    with pytest.raises(BadInput):
        services.create_webhook(owner=ada, url=url, events=["space.started"])


@pytest.mark.fault("F5")
@pytest.mark.asvs("1.3.6")
def test_a_name_that_is_turned_round_meanwhile_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look the name up once, and connect to the address that was checked."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    connected: list[str] = []

    def lookup(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *args: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(public_http.NotSent):
        public_http.post("https://rebinding.example/", b"{}", {})
    assert connected == ["93.184.216.34"]


def test_one_private_address_among_public_ones_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(public_http.Forbidden):
        public_http.post("https://both.example/", b"{}", {})


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("100.64.0.1", False), ("0.0.0.0", False),
     ("fe80::1", False), ("224.0.0.1", False), ("2002:a00:1::", False), ("fc00::1", False), ("255.255.255.255", False)],
)  # fmt: skip
@pytest.mark.asvs("13.2.4")
def test_what_is_public(address: str, public: bool) -> None:
    assert public_http.is_public(ipaddress.ip_address(address)) is public


# --- The admin --------------------------------------------------------------------------------------------------------


def test_the_log_is_in_the_admin(hook: Webhook, ada: User, admin_client: Client) -> None:
    announced(ada)
    assert "space.started" in admin_client.get("/admin/accounts/delivery/").content.decode()


def test_the_admin_adds_webhooks_of_the_site_and_shows_the_secret_once(admin_client: Client) -> None:
    form = {"url": "https://example.com/hook", "events": ["space.ended"], "is_active": "on"}
    added = confirmed(admin_client).post("/admin/accounts/webhook/add/", form, follow=True)
    hook = Webhook.objects.get()
    assert (hook.owner, hook.events) == (None, ["space.ended"])
    assert hook.secret in added.content.decode()
    assert hook.secret not in admin_client.get(f"/admin/accounts/webhook/{hook.pk}/change/").content.decode()
