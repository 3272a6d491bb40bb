"""PostgreSQL is away, or accepts no connections."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import Page

from tests.faults.house import ADA_HZ, House, LiveSpace, live_space, nobody_hears, prepare, wait_for
from tests.support import people
from tests.support.browser import beside, hears_just
from tests.support.ports import free_port
from tests.support.postgres import Cluster, running_cluster
from tests.support.stack import HEALTHY_WITHIN, Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

AWAY_SECONDS = 10.0
CONNECTIONS = 60
ANSWERS_WITHIN = 30.0
ENDED_WITHIN = 30.0


@dataclass
class Site:
    cluster: Cluster
    house: House
    ada: Page
    alan: Page

    def page(self) -> int:
        """The status of the home page for ada."""
        return self._get("/", accept="text/html")[0]

    def api(self) -> tuple[int, str]:
        """Status of a call, and its code where it was refused."""
        status, body = self._get("/api/v1/me", accept="application/json")
        return status, json.loads(body).get("code", "")

    def _get(self, path: str, *, accept: str) -> tuple[int, bytes]:
        headers = {"Cookie": self.house.cookie("ada"), "Accept": accept}
        asked = urllib.request.Request(self.house.stack.url + path, headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=ANSWERS_WITHIN) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()


@pytest.fixture(scope="module")
def site(ada_page: Page, alan_page: Page, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A product of its own on PostgreSQL, with ada and alan in the browsers that there are."""
    redis_port = free_port()
    with running_cluster(connections=CONNECTIONS) as cluster:
        directory, ports = tmp_path_factory.mktemp("postgres"), {"REDIS_PORT": str(redis_port)}
        with Stack(directory, database_url=cluster.url, environment=ports) as stack:
            house = House(stack, redis_port)
            ada = prepare(beside(ada_page, stack.url, "ada"))
            alan = prepare(beside(alan_page, stack.url, "alan"))
            yield Site(cluster, house, ada, alan)
            ada.context.close()
            alan.context.close()


@pytest.fixture
def room(site: Site) -> Iterator[LiveSpace]:
    """Ada talks, alan listens."""
    for page in (site.ada, site.alan):
        page.goto("/")
    with live_space(site.house, site.ada, title="On PostgreSQL") as live:
        live.enter(site.alan)
        yield live


@pytest.mark.fault("A9")
def test_the_sound_goes_on_without_postgresql(site: Site, room: LiveSpace) -> None:
    with room.client("joan") as joan:
        joan.ask("join")
        site.cluster.stop()
        try:
            assert joan.refusal("request") == "try_again"
            assert (site.page(), site.api()) == (503, (503, "try_again"))
            until = time.monotonic() + AWAY_SECONDS
            while time.monotonic() < until:
                assert hears_just(site.alan, {ADA_HZ}, of=[ADA_HZ])
        finally:
            site.cluster.start()
        site.house.stack.wait_healthy(timeout=HEALTHY_WITHIN)
        joan.ask("sync")  # on the same socket

    assert room.roles() == {"ada": ("host", False)}
    assert people_waiting(room) == 0
    people.press(room.ada, "Mute")
    nobody_hears({site.alan: {ADA_HZ}}, within=ENDED_WITHIN)
    people.unmute(room.ada)
    assert hears_just(site.alan, {ADA_HZ}, of=[ADA_HZ])
    site.house.stack.manage("check_invariants")


@pytest.mark.fault("A10")
def test_who_is_in_stays_when_postgresql_takes_nobody_in(site: Site, room: LiveSpace) -> None:
    with room.client("joan") as joan, ExitStack() as held:
        joan.ask("join")
        take_every_connection(site.cluster, held)
        assert joan.refusal("request") == "try_again"
        assert (site.page(), site.api()) == (503, (503, "try_again"))
        assert hears_just(site.alan, {ADA_HZ}, of=[ADA_HZ])
        held.close()
        wait_for(lambda: site.page() == 200, within=ANSWERS_WITHIN, what="the page")
        joan.ask("request")  # on the same socket
    assert people_waiting(room) == 1
    assert hears_just(site.alan, {ADA_HZ}, of=[ADA_HZ])


def take_every_connection(cluster: Cluster, held: ExitStack) -> None:
    """Take every connection of the cluster, those of the product, too."""
    first = held.enter_context(cluster.connect())
    ours = [first.info.backend_pid]
    while others := first.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'").fetchall():
        foreign = [pid for (pid,) in others if pid not in ours]
        if not foreign and len(ours) >= CONNECTIONS:
            return
        for pid in foreign:
            first.execute("SELECT pg_terminate_backend(%s)", [pid])
        with suppress(psycopg.OperationalError):
            while True:
                ours.append(held.enter_context(cluster.connect()).info.backend_pid)


def people_waiting(room: LiveSpace) -> int:
    with room.client("ada") as host:
        return int(host.ask("sync")["queue"]["total"])
