"""Listeners whose network lets no UDP through, and a site behind one-to-one NAT: who hears, and what the page says."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.faults.house import browser_of, prepare
from tests.faults.wire import Island, Wire
from tests.support import people
from tests.support.browser import Browsers, wait_until_heard
from tests.support.ports import free_port, listens
from tests.support.processes import PYTHON, Child
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

HERE_HZ = 880
PUBLIC = "203.0.113.9"
HEARD_WITHIN, TOLD_WITHIN_MS = 5.0, 15_000
NETWORK = "spaces-nat"
NAT = f"""
table ip {NETWORK} {{
  chain in {{ type nat hook prerouting priority dstnat; ip daddr {PUBLIC} dnat to {Island.HERE}; }}
  chain out {{
    type nat hook postrouting priority srcnat;
    ip saddr {Island.HERE} ip daddr {Island.THERE} meta l4proto udp snat to {PUBLIC};
  }}
}}
"""
FIREWALL = """
table ip guard {
  chain in { type filter hook input priority filter; meta l4proto udp ct state new drop; }
  chain out { type filter hook output priority filter; ip daddr HERE meta l4proto udp drop; }
}
"""


@pytest.fixture(scope="module")
def island() -> Iterator[Island]:
    if os.geteuid() != 0:
        pytest.skip("a network namespace is made by root")
    if shutil.which("turnserver") is None or shutil.which("nft") is None:
        pytest.skip("coturn or nftables is missing: deploy/setup test")
    with Island("spaces-narrow") as island:
        yield island


@pytest.fixture(scope="module")
def network(request: pytest.FixtureRequest, island: Island) -> Iterator[str]:
    """`blocked`: the island sends no UDP. `nat`: it reaches this machine's address only as another, public one."""
    yield from _blocked(island) if request.param == "blocked" else _behind_nat(island)


def _blocked(island: Island) -> Iterator[str]:
    _ip(f"-n {island.name} rule add ipproto udp prohibit")
    yield "blocked"
    _ip(f"-n {island.name} rule del ipproto udp prohibit")


def _behind_nat(island: Island) -> Iterator[str]:
    _nft(NAT)
    _nft(FIREWALL.replace("HERE", island.HERE), inside=island.name)
    yield "nat"
    subprocess.run(["nft", "delete", "table", "ip", NETWORK], check=True, timeout=10)
    subprocess.run(["ip", "netns", "exec", island.name, "nft", "flush", "ruleset"], check=True, timeout=10)


@pytest.fixture(scope="module")
def stack(network: str, island: Island, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    port = free_port()
    environment = {"GATEWAY_ICE_ADDRESS": island.HERE}
    if network == "blocked":
        environment |= {"TURN_PORT": str(port), "TURN_URLS": f"turn:{island.HERE}:{port}?transport=tcp"}
    else:
        environment |= {"GATEWAY_PUBLIC_ADDRESS": PUBLIC}
    with Stack(tmp_path_factory.mktemp(network), environment=environment) as stack:
        yield stack


@pytest.fixture
def turn(stack: Stack, tmp_path: Path) -> Iterator[None]:
    """The site's coturn."""
    child = Child([PYTHON, "manage.py", "run_turn"], log=tmp_path / "turn.log", env=stack.environment)
    port = int(stack.environment["TURN_PORT"])
    child.wait_until(lambda: listens(port, host=Island.HERE), seconds=60)
    yield
    child.stop()


@pytest.fixture(scope="module")
def here(stack: Stack, browsers: Browsers) -> Iterator[Page]:
    """Ada, on this machine, who hosts and talks."""
    page = prepare(browsers.open(stack.url, "ada", tone=HERE_HZ))
    people.start_space(page, "A narrow network")
    people.unmute(page)
    yield page
    browser_of(page).close()


@pytest.fixture(scope="module")
def there(stack: Stack, island: Island, browsers: Browsers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Grace, on the island."""
    program = str(island.chromium(browsers.program, tmp_path_factory.mktemp("island")))
    with Wire(stack.port, host=island.HERE, port=stack.port):
        page = prepare(browsers.open(f"http://localhost:{stack.port}", "grace", program=program))
        yield page
        browser_of(page).close()


def enters(page: Page) -> None:
    page.goto("/")
    people.enter(page, "A narrow network")


@pytest.mark.parametrize("network", ["blocked"], indirect=True)
@pytest.mark.fault("A18")
@pytest.mark.fault("B7")
def test_where_udp_is_blocked_the_page_says_so_and_the_relay_carries_the_sound(
    here: Page, there: Page, request: pytest.FixtureRequest
) -> None:
    enters(there)
    expect(there.get_by_text("No sound gets through to you")).to_be_visible(timeout=TOLD_WITHIN_MS)
    expect(there.get_by_text("Connecting…")).to_be_hidden()
    people.leave(there)

    request.getfixturevalue("turn")
    enters(there)
    wait_until_heard(there, HERE_HZ, seconds=HEARD_WITHIN)


@pytest.mark.parametrize("network", ["nat"], indirect=True)
@pytest.mark.security("B4")
def test_behind_one_to_one_nat_the_sound_comes_from_the_public_address(network: str, here: Page, there: Page) -> None:
    enters(there)
    wait_until_heard(there, HERE_HZ, seconds=HEARD_WITHIN)


def _ip(line: str) -> None:
    subprocess.run(["ip", *line.split()], check=True, timeout=10)


def _nft(rules: str, *, inside: str = "") -> None:
    command = ["ip", "netns", "exec", inside, "nft", "-f", "-"] if inside else ["nft", "-f", "-"]
    subprocess.run(command, input=rules, text=True, check=True, timeout=10)
