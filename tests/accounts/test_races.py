"""Many threads, real connections, real commits."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from oauth2_provider.models import Application

from accounts import credentials, public_http, services
from accounts.models import Block, Delivery, Follow, PersonalToken, User, Webhook, WebhookEvent
from accounts.oauth import Validator
from accounts.services import tokens, webhooks
from spaces_project.common.errors import Conflict, Refused
from tests.accounts.oauth_client import asked, decided, exchanged, refreshed, registered
from tests.factories import UserFactory

THREADS = 8
ROUNDS = 10
DEADLINE_SECONDS = 40

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def everybody_at_once() -> Iterator[Callable[[Callable[[int], None]], None]]:
    """Runs a function in all threads from the same moment on; gives it the number of its thread."""
    barrier = threading.Barrier(THREADS, timeout=DEADLINE_SECONDS)

    def run(work: Callable[[int], None]) -> None:
        def in_thread(number: int) -> None:
            try:
                barrier.wait()
                for _ in range(ROUNDS):
                    work(number)
            finally:
                connection.close()

        for future in [pool.submit(in_thread, number) for number in range(THREADS)]:
            future.result(timeout=DEADLINE_SECONDS)

    with ThreadPoolExecutor(THREADS) as pool:
        yield run


def stored_counts_are_true() -> bool:
    return all(
        (user.followers_count, user.following_count) == (user.follower_rows.count(), user.following_rows.count())
        for user in User.objects.all()
    )


def test_follow_and_unfollow_of_the_same_two_leave_true_counts(
    everybody_at_once: Callable[[Callable[[int], None]], None],
) -> None:
    ana, ben = UserFactory.create(), UserFactory.create()

    def work(number: int) -> None:
        verb = services.follow_user if number % 2 else services.unfollow_user
        verb(follower=ana, followee=ben)

    everybody_at_once(work)
    ben.refresh_from_db()
    assert ben.followers_count == Follow.objects.filter(followee=ben).count()
    assert stored_counts_are_true()


def test_many_followers_at_once_are_all_counted(everybody_at_once: Callable[[Callable[[int], None]], None]) -> None:
    star, fans = UserFactory.create(), UserFactory.create_batch(THREADS)
    everybody_at_once(lambda number: follow(fans[number], star))
    star.refresh_from_db()
    assert star.followers_count == THREADS


def test_two_people_following_each_other_do_not_lock_each_other_out(
    everybody_at_once: Callable[[Callable[[int], None]], None],
) -> None:
    pair = [UserFactory.create(), UserFactory.create()]

    def work(number: int) -> None:
        follower, followee = pair if number % 2 else reversed(pair)
        services.follow_user(follower=follower, followee=followee)
        services.unfollow_user(follower=follower, followee=followee)

    everybody_at_once(work)
    assert stored_counts_are_true()


def test_no_follow_survives_a_block(everybody_at_once: Callable[[Callable[[int], None]], None]) -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    # Once: a second block would sweep away what slipped past the first.
    blocks = iter([services.block_user])

    def work(number: int) -> None:
        if number == 0:
            for block in blocks:
                block(blocker=ana, blocked=ben)
        else:
            try_to_follow(ben, ana)

    everybody_at_once(work)
    assert (Block.objects.count(), Follow.objects.count()) == (1, 0)
    assert stored_counts_are_true()


def test_healing_while_people_follow_leaves_true_counts(
    everybody_at_once: Callable[[Callable[[int], None]], None],
) -> None:
    star, fans = UserFactory.create(followers_count=41), UserFactory.create_batch(THREADS)

    def work(number: int) -> None:
        if number == 0:
            services.recount_followers()
        else:
            services.follow_user(follower=fans[number], followee=star)
            services.unfollow_user(follower=fans[number], followee=star)

    everybody_at_once(work)
    assert stored_counts_are_true()


def follow(follower: User, followee: User) -> None:
    services.follow_user(follower=follower, followee=followee)


def try_to_follow(follower: User, followee: User) -> None:
    try:
        follow(follower, followee)
    except Refused as refusal:
        assert refusal.code == "blocked"


@pytest.fixture
def reader() -> services.IssuedApp:
    return registered(UserFactory.create())


@pytest.fixture
def code(reader: services.IssuedApp) -> str:
    person = Client()
    person.force_login(UserFactory.create())
    return decided(person, asked(reader))["code"]


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Client], Any]], list[Any]]:
    """Sends two requests, of which each has been found good before one is answered. Returns the good answer first."""
    barrier = threading.Barrier(2, timeout=DEADLINE_SECONDS)

    def together(check: Callable[..., bool]) -> Callable[..., bool]:
        def found(*args: Any, **kwargs: Any) -> bool:
            is_good = check(*args, **kwargs)
            barrier.wait()
            return is_good

        return found

    def work(send: Callable[[Client], Any]) -> Any:
        try:
            return send(Client(raise_request_exception=False))
        finally:
            connection.close()

    def run(send: Callable[[Client], Any]) -> list[Any]:
        with monkeypatch.context() as patched, ThreadPoolExecutor(2) as pool:
            for check in ("validate_refresh_token", "validate_code"):
                patched.setattr(Validator, check, together(getattr(Validator, check)))
            return sorted(pool.map(work, [send] * 2), key=lambda answer: int(answer.status_code))

    return run


def one_got_it(answers: list[Any]) -> bool:
    good, bad = answers
    assert [answer["Content-Type"] for answer in answers] == ["application/json"] * 2
    assert (good.status_code, bad.status_code, bad.json()["error"]) == (200, 400, "invalid_grant")
    return credentials.token_for(good.json()["access_token"]) is not None


Twice = Callable[[Callable[[Client], Any]], list[Any]]


@pytest.mark.redis
@pytest.mark.security("A10")
def test_of_two_refreshes_at_once_one_gets_tokens_that_stay_good(
    two_at_once: Twice, reader: services.IssuedApp, code: str
) -> None:
    token = exchanged(Client(), reader, code).json()["refresh_token"]
    assert one_got_it(two_at_once(lambda client: refreshed(client, reader, token)))


@pytest.mark.redis
@pytest.mark.security("A10")
def test_of_two_exchanges_of_a_code_at_once_one_gets_tokens_that_stay_good(
    two_at_once: Twice, reader: services.IssuedApp, code: str
) -> None:
    assert one_got_it(two_at_once(lambda client: exchanged(client, reader, code)))


@pytest.mark.redis
@pytest.mark.security("A10")
def test_of_two_retries_at_once_after_a_lost_answer_one_gets_tokens(
    two_at_once: Twice, reader: services.IssuedApp, code: str
) -> None:
    token = exchanged(Client(), reader, code).json()["refresh_token"]
    refreshed(Client(), reader, token)
    assert one_got_it(two_at_once(lambda client: refreshed(client, reader, token)))


# --- Limits that are counted ------------------------------------------------------------------------------------------


def makes(number: int, user: User, round_number: int) -> dict[str, Callable[[], object]]:
    name = f"{number}-{round_number}"
    return {
        "webhooks": lambda: services.create_webhook(
            owner=user, url=f"https://example.com/{name}", events=["space.started"]
        ),
        "tokens": lambda: services.create_personal_token(user=user, name=name, scopes=["space.read"]),
        "apps": lambda: services.register_app(
            user=user, name=name, redirect_uris="https://example.com/", is_public=True
        ),
    }


COUNTS: dict[str, Callable[[User], int]] = {
    "webhooks": lambda user: Webhook.objects.filter(owner=user).count(),
    "tokens": lambda user: PersonalToken.objects.filter(access__user=user).count(),
    "apps": lambda user: Application.objects.filter(user=user).count(),
}


@pytest.mark.security("C23")
@pytest.mark.asvs("2.3.4")
@pytest.mark.parametrize("what", COUNTS)
def test_a_limit_holds_when_many_come_at_once(
    everybody_at_once: Callable[[Callable[[int], None]], None], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(webhooks, "MOST_WEBHOOKS", 10)
    monkeypatch.setattr(tokens, "MOST_TOKENS", 10)
    monkeypatch.setattr(tokens, "MOST_APPS", 10)
    user, rounds = UserFactory.create(), itertools.count()

    def work(number: int) -> None:
        with contextlib.suppress(Conflict):
            makes(number, user, next(rounds))[what]()

    everybody_at_once(work)
    assert COUNTS[what](user) == 10


@pytest.mark.security("C6")
def test_an_owner_has_one_delivery_under_way(
    everybody_at_once: Callable[[Callable[[int], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = UserFactory.create()
    services.create_webhook(owner=ada, url="https://example.com/", events=["space.started"])
    monkeypatch.setattr(webhooks, "_tell", lambda delivery_ids: None)
    for _ in range(THREADS * ROUNDS):
        services.announce_event(event=WebhookEvent.SPACE_STARTED, owner_ids=[ada.pk], data={})
    ids = iter(list(Delivery.objects.values_list("pk", flat=True)))
    under_way, most = [0], [0]
    lock = threading.Lock()

    def post(*given: object) -> int:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.01)
        with lock:
            under_way[0] -= 1
        return 200

    monkeypatch.setattr(public_http, "post", post)
    everybody_at_once(lambda number: _deliver(next(ids)))
    assert most[0] == 1


def _deliver(delivery_id: int) -> None:
    services.deliver(delivery_id=delivery_id)
