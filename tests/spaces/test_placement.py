"""A Space starts on a gateway that takes new Spaces, and rather on the less loaded of two."""

from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.test import Client
from msgspec.structs import replace
from pytest_django.fixtures import Settings

from spaces import placement, services
from spaces.audio.gateways import turn_settings
from spaces.models import Space
from spaces.placement import Report, place, reports, write_report
from spaces_project import health
from spaces_project.common.store import store
from tests.factories import SpaceFactory, UserFactory
from tests.support.redis import RedisServer

EMPTY = Report(
    name="main",
    version="1.1.2",
    sessions=3,
    handles=6,
    rooms=0,
    lag_ms=2.0,
    free_ports=9000,
    megabits_per_second=0.1,
    threads=2,
)


def report(name: str, **fields: Any) -> None:
    """Report a gateway, as `run_gateway` does every second."""

    write_report(replace(EMPTY, name=name, **fields))


def placed(times: int = 40) -> set[str]:
    return {place() for _ in range(times)}


@pytest.fixture
def three(settings: Settings) -> None:
    settings.GATEWAYS = {name: f"ws://127.0.0.1:{port}" for port, name in enumerate(("main", "west", "east"), start=1)}


def test_a_site_with_one_gateway_asks_nobody() -> None:
    assert placed() == {"main"}  # no Redis runs here


@pytest.mark.redis
@pytest.mark.usefixtures("three")
class TestSeveral:
    def test_the_most_loaded_one_gets_no_space(self) -> None:
        report("main", handles=900)
        report("west", handles=10)
        report("east", handles=20)
        assert placed() == {"west", "east"}

    def test_rooms_and_threads_count_too(self) -> None:
        report("main", rooms=10, threads=1)
        report("west", handles=300, threads=8)
        assert placed() == {"west"}

    def test_one_that_is_drained_or_has_no_ports_or_does_not_answer_gets_none(self) -> None:
        report("main", free_ports=0)
        report("west", handles=900)
        report("east")
        placement.order_drain("east", drain=True)
        assert placed() == {"west"}

    def test_an_order_to_drain_outlives_its_report_and_is_taken_back(self) -> None:
        report("west")
        report("east")
        placement.order_drain("east", drain=True)
        assert write_report(EMPTY) is False

        assert write_report(replace(EMPTY, name="east")) is True
        placement.order_drain("east", drain=False)
        assert write_report(replace(EMPTY, name="east", draining=True)) is False

    def test_an_order_that_redis_lost_is_given_again(self, redis_server: RedisServer) -> None:
        report("east", draining=True)
        redis_server.flush()
        report("east", draining=True)
        report("west")
        assert placed() == {"west"}

    def test_with_all_drained_one_that_answers_is_taken(self) -> None:
        report("west", draining=True)
        assert placed() == {"west"}

    def test_without_a_report_any_one_is_taken(self) -> None:
        assert placed() == {"main", "west", "east"}

    def test_two_choices_spread_spaces_that_start_at_once(self) -> None:
        for name in ("main", "west", "east"):
            report(name)
        assert all(number > 10 for number in Counter(place() for _ in range(150)).values())

    @pytest.mark.django_db
    def test_a_space_keeps_the_gateway_that_it_started_on(self) -> None:
        report("west")
        space = services.create_space(user=UserFactory.create(followers_count=600))
        assert space.gateway == "west"

    def test_a_report_runs_out(self, redis_server: RedisServer) -> None:
        report("west")
        assert [found.name for found in reports()] == ["west"]
        assert 0 < store().pttl(placement._report_key("west")) <= 3000


@pytest.mark.django_db
def test_processes_of_a_machine_take_the_spaces_of_its_gateways(settings: Settings) -> None:
    here, elsewhere = SpaceFactory.create(gateway="main"), SpaceFactory.create(gateway="west")
    assert set(Space.objects.filter(placement.taken_here())) == {here, elsewhere}
    settings.GATEWAYS_HERE = ["main"]
    assert list(Space.objects.filter(placement.taken_here())) == [here]


def test_a_relay_reaches_the_other_gateways_too(settings: Settings) -> None:
    settings.TURN_PEERS = ["10.0.0.3"]
    assert turn_settings().peers[-1] == "10.0.0.3"


@pytest.mark.redis
@pytest.mark.usefixtures("three")
def test_health_names_the_ill_ones_in_the_log_only(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(url: str) -> str:
        if url.endswith(":1"):
            raise ConnectionRefusedError
        return health.OK

    monkeypatch.setattr(health, "_answers", answers)
    assert health._gateway() == "none takes new Spaces"
    report("west")
    assert health._gateway() == "ok"
    assert "gateways that are not well: main: failed: ConnectionRefusedError" in caplog.text


def test_a_gateway_that_is_not_named_cannot_be_drained() -> None:
    with pytest.raises(CommandError, match="there is no gateway north; GATEWAYS names main"):
        call_command("drain_gateway", "north")


def test_names_and_addresses_are_checked(settings: Settings) -> None:

    settings.GATEWAYS = {"no name": "ws://127.0.0.1:1"}
    with pytest.raises(SystemCheckError, match=r"spaces\.E006"):
        call_command("check")
