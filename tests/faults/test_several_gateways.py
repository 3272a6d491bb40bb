"""One of two gateways dies with its machine, while people talk on it."""

import sqlite3
import time
from collections.abc import Iterator

import pytest

from tests.faults.house import (
    ADA_HZ,
    ALAN_HZ,
    BACK_WITHIN,
    GRACE_HZ,
    House,
    everyone_hears,
    live_space,
    prepare,
    wait_for,
)
from tests.support.browser import Browsers
from tests.support.ports import free_port
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

MOVED_WITHIN = 10.0


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    redis_port = free_port()
    environment = {"REDIS_PORT": str(redis_port)}
    with Stack(tmp_path_factory.mktemp("several"), gateways=2, environment=environment) as stack:
        yield House(stack, redis_port)


def gateways_of_live(house: House) -> set[str]:
    with sqlite3.connect(f"file:{house.stack.database}?mode=ro", uri=True) as database:
        return {name for (name,) in database.execute("SELECT gateway FROM spaces_space WHERE state = 'live'")}


@pytest.mark.fault("A21")
def test_everyone_hears_again_on_the_other_gateway(house: House, browsers: Browsers) -> None:
    ada = prepare(browsers.open(house.stack.url, "ada", tone=ADA_HZ))
    grace = prepare(browsers.open(house.stack.url, "grace", tone=GRACE_HZ))
    alan = prepare(browsers.open(house.stack.url, "alan", tone=ALAN_HZ))
    house.stack.manage("drain_gateway", "main")
    with live_space(house, ada, title="On two gateways") as live:
        house.stack.manage("drain_gateway", "main", "--undo")
        live.enter(grace)
        live.enter(alan)
        live.speaks(grace, "Grace Hopper")
        hearing = {ada: {GRACE_HZ}, grace: {ADA_HZ}, alan: {ADA_HZ, GRACE_HZ}}
        everyone_hears(hearing, within=BACK_WITHIN)
        roles = live.roles()
        assert gateways_of_live(house) == {"west"}

        house.stack.kill("supervisor2")  # and Janus with it, as if the machine had no power any more
        began = time.monotonic()
        wait_for(lambda: gateways_of_live(house) == {"main"}, within=MOVED_WITHIN, what="the Space is on the other one")
        wait_for(lambda: len(house.audio_handles()) == 3, within=BACK_WITHIN, what="everyone is connected there")
        everyone_hears(hearing, within=BACK_WITHIN)
        print(f"everyone hears {time.monotonic() - began:.1f} s after the death")
        assert live.roles() == roles
        assert house.stack.health() == dict.fromkeys(house.stack.health() or {}, "ok")
