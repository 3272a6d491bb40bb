"""`/healthz`: one word per part, one deadline for all."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from spaces_project import health, heartbeat
from spaces_project.common import heartbeat as marks
from tests.support.janus import Gateway, running_gateway
from tests.support.ports import free_port
from tests.support.stack import PARTS
from timeline.reach.tasks import tell_followers


@pytest.fixture
def all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in health.PROBES:
        monkeypatch.setitem(health.PROBES, part, lambda: health.OK)


@pytest.fixture
def without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.PROBES, "database", lambda: health.OK)


@pytest.fixture
def gateway(tmp_path: Path, settings: Settings) -> Iterator[Gateway]:
    with running_gateway(tmp_path, server_name=settings.SITE_MARK) as gateway:
        settings.GATEWAYS = {"main": gateway.settings.url}
        yield gateway


def report(client: Client) -> dict[str, str]:
    answer: dict[str, str] = client.get("/healthz").json()
    return answer


@pytest.mark.usefixtures("all_well")
def test_when_every_part_is_well_the_status_is_200(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == dict.fromkeys(list(health.PROBES), "ok")


@pytest.mark.usefixtures("all_well")
def test_one_part_that_is_not_makes_it_503_and_says_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.PROBES, "beat", lambda: "silent")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["beat"]) == (503, "silent")


@pytest.mark.usefixtures("all_well")
@pytest.mark.asvs("16.3.4")
def test_the_log_says_why_and_says_it_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(health.PROBES, "beat", lambda: "silent")
    client.get("/healthz")
    assert [record.getMessage() for record in caplog.records] == ["not well: beat: silent"]


@pytest.mark.usefixtures("all_well")
def test_a_part_that_hangs_is_not_waited_for(
    client: Client, monkeypatch: pytest.MonkeyPatch, hang: Callable[[], str]
) -> None:
    monkeypatch.setattr(health, "DEADLINE_SECONDS", 0.1)
    monkeypatch.setitem(health.PROBES, "redis", hang)
    assert [report(client)["redis"] for _ in range(3)] == ["no answer in 0.1 s"] * 3


@pytest.fixture
def hang() -> Iterator[Callable[[], str]]:
    """A probe that answers only when the test is over."""
    over = threading.Event()

    def probe() -> str:
        over.wait(10)
        return health.OK

    yield probe
    over.set()


@pytest.mark.usefixtures("all_well")
def test_what_a_failure_says_is_kept_to_ourselves(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise ConnectionRefusedError("redis://:secret@10.0.0.1")

    monkeypatch.setitem(health.PROBES, "redis", refuse)
    assert report(client)["redis"] == "failed: ConnectionRefusedError"


@pytest.mark.usefixtures("all_well")
def test_no_proxy_keeps_the_answer(client: Client) -> None:
    assert "no-store" in client.get("/healthz").headers["Cache-Control"]


def test_it_only_answers_to_reading(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_migrated_database_is_ok(client: Client) -> None:
    assert report(client)["database"] == "ok"


@pytest.mark.usefixtures("without_database")
def test_without_redis_three_parts_cannot_be_known(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "redis", Redis(port=free_port(), retry=Retry(NoBackoff(), 0)))
    answer = report(client)
    assert {answer[part] for part in ("redis", "worker", "beat")} == {"failed: ConnectionError"}


@pytest.mark.redis
@pytest.mark.usefixtures("without_database")
def test_with_redis_alone_worker_and_beat_are_silent(client: Client) -> None:
    answer = report(client)
    assert [answer[part] for part in ("redis", "worker", "beat")] == ["ok", "took no task for 30 s", "silent for 30 s"]


@pytest.mark.redis
@pytest.mark.usefixtures("without_database")
def test_a_worker_that_took_the_task_is_ok_until_the_mark_dies(client: Client) -> None:
    heartbeat.arrive()
    assert report(client)["worker"] == "ok"
    assert 0 < lifetime(marks.WORKER) <= marks.FRESH_SECONDS


@pytest.mark.redis
@pytest.mark.usefixtures("without_database")
def test_the_worker_that_tells_followers_is_ok_while_it_takes_tasks(client: Client) -> None:
    assert report(client)["notify"] == "took no task for 30 s"
    heartbeat.arrive_at_notify()
    answer = report(client)
    assert (answer["notify"], answer["worker"]) == ("ok", "took no task for 30 s")


@pytest.mark.redis
@pytest.mark.usefixtures("without_database")
def test_a_beat_that_sent_the_task_is_ok_and_that_says_nothing_of_workers(client: Client) -> None:
    heartbeat.arrive.delay()
    answer = report(client)
    assert (answer["beat"], answer["worker"]) == ("ok", "took no task for 30 s")


@pytest.mark.redis
@pytest.mark.django_db
def test_a_slow_push_service_does_not_make_the_worker_of_notifications_ill() -> None:
    heartbeat.arrive_at_notify.apply()
    assert lifetime(marks.NOTIFY) <= marks.FRESH_SECONDS
    tell_followers.apply((0,))
    assert marks.FRESH_SECONDS < lifetime(marks.NOTIFY) <= marks.SLOW_SECONDS


@pytest.mark.redis
@pytest.mark.parametrize(
    ("queues", "mark"),
    [
        ({"celery"}, marks.WORKER),
        ({"speech", "speech.interim"}, marks.SPEECH),
        ({"notify", "notify.many"}, marks.NOTIFY),
        ({"outside"}, None),
        ({"sound"}, None),
    ],
)
def test_a_worker_leaves_its_own_mark_when_it_is_ready(queues: set[str], mark: str | None) -> None:
    taken = SimpleNamespace(consume_from=dict.fromkeys(queues))
    heartbeat._worker_is_ready(sender=SimpleNamespace(app=SimpleNamespace(amqp=SimpleNamespace(queues=taken))))
    known = (marks.WORKER, marks.SPEECH, marks.NOTIFY)
    assert [each for each in known if marks.is_fresh(each)] == ([mark] if mark else [])


def test_a_test_of_the_whole_product_starts_every_part_that_health_watches() -> None:
    assert set(health.PROBES) - {"database", "gateway"} <= set(PARTS)


@pytest.mark.gateway
@pytest.mark.usefixtures("gateway", "without_database")
def test_a_gateway_that_answers_is_ok(client: Client) -> None:
    assert report(client)["gateway"] == "ok"


@pytest.mark.gateway
@pytest.mark.usefixtures("without_database")
def test_a_gateway_that_hangs_is_not(client: Client, gateway: Gateway) -> None:
    gateway.stop()
    assert report(client)["gateway"] == "no answer in 2 s"


@pytest.mark.usefixtures("without_database")
def test_no_gateway_is_not_ok(client: Client, settings: Settings) -> None:
    settings.GATEWAYS = {"main": f"ws://127.0.0.1:{free_port()}"}
    assert report(client)["gateway"] == "failed: ConnectionRefusedError"


def lifetime(mark: str) -> int:
    redis: Redis = marks.redis
    seconds = redis.ttl(mark)
    assert isinstance(seconds, int)
    return seconds
