"""Who gets which notification, and that only their browser can read it."""

import base64
import json
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces import services as spaces
from spaces_project.common.errors import BadInput
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory
from tests.reach.push_service import AUTH, Browser, PushService, base64url
from timeline.reach import services, tasks, vapid
from timeline.reach.kinds import Channel, Kind
from timeline.reach.models import PushSubscription, QuietHours
from timeline.reach.notice import Notice
from timeline.reach.services.settings import KEYS, is_quiet
from timeline.services import create_post, send_message

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

Committed = DjangoCaptureOnCommitCallbacks
HELLO = Notice(Kind.MESSAGE, "Ada", "Hello", "/messages/ada", "message:1", 60)


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace", followers_count=600)


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace", display_name="Grace Hopper", followers_count=600)


def kinds(service: PushService, browser: Browser, name: str) -> list[str]:
    return [browser.read(taken.body)["kind"] for taken in service.to(name)]


# --- On the way -------------------------------------------------------------------------------------------------------


def test_only_the_browser_can_read_it(service: PushService, ada: User) -> None:
    browser = service.subscribe(ada)
    assert services.push_people(told=HELLO, user_ids=[ada.pk]) == 1
    [taken] = service.taken
    assert b"Hello" not in taken.body
    assert browser.read(taken.body) == {
        "title": "Ada", "body": "Hello", "url": "/messages/ada", "tag": "message:1", "kind": "message",
    }  # fmt: skip
    assert (taken.headers["Content-Encoding"], taken.headers["TTL"]) == ("aes128gcm", "60")


def test_each_push_service_gets_claims_of_its_own() -> None:
    def claims(origin: str) -> dict[str, str]:
        token = vapid.authorization(origin).partition("t=")[2].partition(",")[0]
        payload = token.split(".")[1]
        found: dict[str, str] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        return found

    one, other = claims("https://one.example"), claims("https://other.example")
    assert (one["aud"], other["aud"]) == ("https://one.example", "https://other.example")
    left = int(one["exp"]) - datetime.now(UTC).timestamp()
    assert 10 * 3_600 < left <= 12 * 3_600
    assert one["sub"].startswith("mailto:")


def test_a_key_of_another_tool_is_used_as_it_is(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = base64url(bytes(31) + b"\x01")
    # The private key 1 has the generator of P-256 as its public key.
    assert vapid.public_key().startswith("BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKW")


def test_browsers_of_one_service_share_few_connections(service: PushService, ada: User) -> None:
    for number in range(20):
        service.subscribe(ada, f"b{number}")
    assert services.push_people(told=HELLO, user_ids=[ada.pk]) == 20
    assert service.connections <= 4


def test_a_browser_that_is_gone_is_forgotten(service: PushService, ada: User) -> None:
    service.subscribe(ada, "gone")
    service.subscribe(ada, "here")
    service.answers["/gone"] = 410
    assert services.push_people(told=HELLO, user_ids=[ada.pk]) == 1
    assert [row.endpoint.rsplit("/")[-1] for row in PushSubscription.objects.all()] == ["here"]


def test_a_service_that_fails_is_given_time(service: PushService, ada: User) -> None:
    service.subscribe(ada, "a")
    service.answers["/a"] = 503
    for _ in range(19):
        services.push_people(told=HELLO, user_ids=[ada.pk])
    assert PushSubscription.objects.get().failures == 19
    services.push_people(told=HELLO, user_ids=[ada.pk])
    assert not PushSubscription.objects.exists()


@pytest.mark.security("C11")
@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:6379/", "https://10.0.0.1/x", "https://push.example:25/x", "x"])
def test_an_address_of_a_private_network_is_no_push_service(ada: User, endpoint: str) -> None:
    with pytest.raises(BadInput):
        keep(ada, endpoint)
    row = PushSubscription(user=ada, session_key="s", endpoint=endpoint, p256dh=Browser().p256dh, auth=base64url(AUTH))
    row.save()
    assert services.push_people(told=HELLO, user_ids=[ada.pk]) == 0


def keep(user: User, endpoint: str, *, session_key: str = "s", p256dh: str = "", auth: str = "") -> None:
    services.keep_subscription(
        user=user, session_key=session_key, endpoint=endpoint,
        p256dh=p256dh or Browser().p256dh, auth=auth or base64url(AUTH),
    )  # fmt: skip


@pytest.mark.parametrize(("p256dh", "auth"), [("AAAA", ""), ("", "AAAA"), (base64url(b"\x04" + bytes(64)), "")])
def test_keys_that_encrypt_nothing_are_refused(ada: User, p256dh: str, auth: str) -> None:
    with pytest.raises(BadInput):
        keep(ada, "https://push.example/a", p256dh=p256dh, auth=auth)


def test_a_user_has_at_most_twenty_browsers(ada: User) -> None:
    for number in range(22):
        keep(ada, f"https://push.example/{number}")
    kept = [row.endpoint.rsplit("/")[-1] for row in PushSubscription.objects.order_by("pk")]
    assert kept == [str(number) for number in range(2, 22)]


# --- Whose browser it is ----------------------------------------------------------------------------------------------


@pytest.mark.security("C25")
@pytest.mark.asvs("7.4.1")
def test_a_browser_is_forgotten_when_its_user_logs_out(client: Client, ada: User) -> None:
    client.force_login(ada)
    fields = {"endpoint": "https://push.example/a", "p256dh": Browser().p256dh, "auth": base64url(AUTH)}
    assert client.post("/i/push/subscribe", fields).status_code == 200
    keep(ada, "https://push.example/other", session_key="another device")
    client.post("/accounts/logout/")
    assert [row.session_key for row in PushSubscription.objects.all()] == ["another device"]


@pytest.mark.security("C25")
def test_a_browser_of_an_expired_session_is_forgotten(client: Client, ada: User) -> None:
    client.force_login(ada)
    keep(ada, "https://push.example/here", session_key=str(client.session.session_key))
    keep(ada, "https://push.example/gone", session_key="expired")
    tasks.forget_subscriptions()
    assert [row.endpoint for row in PushSubscription.objects.all()] == ["https://push.example/here"]


def test_a_browser_has_one_user(ada: User, grace: User) -> None:
    keep(ada, "https://push.example/a")
    keep(grace, "https://push.example/a")
    assert PushSubscription.objects.get().user == grace


def test_a_visitor_cannot_subscribe(client: Client) -> None:
    assert client.post("/i/push/subscribe").status_code == 302


# --- Who is told of what ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
def test_followers_are_told_and_one_tap_leads_into_the_room(
    service: PushService, django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    browser = service.subscribe(grace)
    service.subscribe(UserFactory.create(username="stranger"))
    follow_user(follower=grace, followee=ada)
    with django_capture_on_commit_callbacks(execute=True):
        space = spaces.create_space(user=ada, title="Engines")
    [taken] = service.taken
    shown = browser.read(taken.body)
    assert (shown["title"], shown["body"]) == ("Ada Lovelace is live", "Engines")
    assert shown["url"] == f"/i/spaces/{space.public_id}?join=1"


@pytest.mark.usefixtures("at_once")
def test_many_followers_are_told_in_steps(service: PushService, monkeypatch: pytest.MonkeyPatch, ada: User) -> None:
    monkeypatch.setattr("timeline.reach.services.telling.PEOPLE_PER_STEP", 3)
    followers = UserFactory.create_batch(10)
    for follower in followers:
        follow_user(follower=follower, followee=ada)
        service.subscribe(follower)
    tasks.tell_followers(SpaceFactory.create(creator=ada).pk)
    assert sorted(taken.path for taken in service.taken) == sorted(f"/{person.username}" for person in followers)


def test_followers_are_not_told_of_a_space_that_is_over(ada: User) -> None:
    space = SpaceFactory.create(creator=ada, state="ended")
    assert services.followers_step(space_id=space.pk) is None


@pytest.mark.usefixtures("at_once")
def test_the_host_is_told_once_a_minute_that_people_ask(
    service: PushService, django_capture_on_commit_callbacks: Committed, ada: User
) -> None:
    browser = service.subscribe(ada)
    space = SpaceFactory.create(creator=ada)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            person = ParticipantFactory.create(space=space).user
            spaces.request_to_speak(public_id=space.public_id, user=person)
    assert kinds(service, browser, "ada") == ["asked"]


@pytest.mark.usefixtures("at_once")
def test_messages_mentions_and_invitations_are_told(
    service: PushService, django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    browser = service.subscribe(ada)
    space = SpaceFactory.create(creator=grace)
    with django_capture_on_commit_callbacks(execute=True):
        send_message(sender=grace, to=ada, text="Secret")
        create_post(author=grace, text="Thanks @ada")
        spaces.invite(public_id=space.public_id, user=grace, invitee=ada, to_speak=True)
    assert kinds(service, browser, "ada") == ["message", "mention", "invited"]


@pytest.mark.usefixtures("at_once")
def test_a_reminder_is_told(
    service: PushService, django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    browser = service.subscribe(grace)
    space = spaces.schedule_space(user=ada, title="Soon", when=timezone.now() + timedelta(days=1))
    spaces.set_reminder(public_id=space.public_id, user=grace)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.start_space(public_id=space.public_id, user=ada)
        spaces_told = space.pk
    from timeline.tasks import tell_waiting

    with django_capture_on_commit_callbacks(execute=True):
        tell_waiting(spaces_told, "space_started")
    assert kinds(service, browser, "grace") == ["reminder"]


def test_nothing_is_told_across_a_block(service: PushService, ada: User, grace: User) -> None:
    service.subscribe(ada)
    block_user(blocker=ada, blocked=grace)
    services.tell(told=HELLO, user_ids=[ada.pk], actor_id=grace.pk)
    assert service.taken == []


def test_closed_and_suspended_accounts_are_told_nothing(service: PushService) -> None:
    closed = UserFactory.create(is_active=False)
    out = UserFactory.create(suspended_until=timezone.now() + timedelta(days=1))
    for person in (closed, out):
        service.subscribe(person)
    services.tell(told=HELLO, user_ids=[closed.pk, out.pk])
    assert service.taken == []


# --- Choices ----------------------------------------------------------------------------------------------------------


def test_a_kind_that_is_off_is_not_told(service: PushService, ada: User) -> None:
    service.subscribe(ada)
    wanted = [key for key in KEYS if key != (Kind.MESSAGE, Channel.PUSH)]
    services.save_choices(user=ada, wanted=wanted, begin=None, end=None, time_zone="UTC")
    assert services.tell(told=HELLO, user_ids=[ada.pk]) == [ada.pk], "by mail only, which was switched on"
    assert service.taken == []


@pytest.mark.parametrize(
    ("begin", "end", "zone", "at", "quiet"),
    [
        ("22:00", "07:00", "Europe/Berlin", "2026-07-01T20:30", True),
        ("22:00", "07:00", "Europe/Berlin", "2026-07-01T19:30", False),
        ("22:00", "07:00", "Europe/Berlin", "2026-01-01T20:30", False),
        ("22:00", "07:00", "Europe/Berlin", "2026-01-02T05:30", True),
        ("12:00", "13:00", "Asia/Kolkata", "2026-01-01T06:45", True),
        ("12:00", "13:00", "Asia/Kolkata", "2026-01-01T07:30", False),
        ("00:00", "00:00", "UTC", "2026-01-01T07:30", True),
    ],
)
def test_quiet_hours_are_those_of_the_users_clock(begin: str, end: str, zone: str, at: str, quiet: bool) -> None:
    hours = QuietHours(begin=time.fromisoformat(begin), end=time.fromisoformat(end), time_zone=zone)
    assert is_quiet(hours, datetime.fromisoformat(at).replace(tzinfo=UTC)) is quiet


def test_a_quiet_hour_is_quiet(service: PushService, ada: User) -> None:
    service.subscribe(ada)
    services.save_choices(user=ada, wanted=KEYS, begin=time(22), end=time(7), time_zone="Europe/Berlin")
    night, day = (datetime(2026, 7, 1, hour, 30, tzinfo=UTC) for hour in (20, 12))
    assert services.push_people(told=HELLO, user_ids=[ada.pk], now=night) == 0
    assert services.push_people(told=HELLO, user_ids=[ada.pk], now=day) == 1


def test_the_page_saves_what_is_chosen(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.get("/settings/notifications").status_code == 200
    fields = {"live_push": "on", "begin": "22:00", "end": "07:00", "time_zone": "Asia/Kolkata"}
    assert client.post("/settings/notifications", fields).status_code == 302
    found = services.choices(ada)
    assert [key for key, wanted in found.wanted.items() if wanted] == [(Kind.LIVE, Channel.PUSH)]
    assert (found.begin, found.time_zone) == (time(22), "Asia/Kolkata")


@pytest.mark.parametrize("fields", [{"begin": "22:00"}, {"begin": "25:00", "end": "1:00"}, {"time_zone": "Mars"}])
def test_the_page_says_what_is_wrong(client: Client, ada: User, fields: dict[str, str]) -> None:
    client.force_login(ada)
    answer = client.post("/settings/notifications", fields)
    assert answer.status_code == 400


def test_a_test_reaches_the_own_browsers_only(client: Client, service: PushService, ada: User, grace: User) -> None:
    browser = service.subscribe(ada)
    service.subscribe(grace)
    client.force_login(ada)
    assert client.post("/i/push/test").json() == {"sent": 1}
    assert kinds(service, browser, "ada") == ["test"]
    assert service.to("grace") == []
