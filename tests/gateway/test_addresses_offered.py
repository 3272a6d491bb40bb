"""Which addresses a browser is offered, by a real gateway on a network of its own."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import PYTHON, REPOSITORY

OWN, OTHER, PUBLIC, OWN_SIX = "10.99.0.1", "10.99.0.2", "203.0.113.9", "2001:db8::9"
NETWORK = "spaces-offers"
CANDIDATE = re.compile(r"^a=candidate:\S+ 1 \S+ \d+ (\S+) \d+ typ host", re.MULTILINE)

pytestmark = pytest.mark.gateway


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network namespace with two IPv4 addresses, an IPv6 one and a link-local one."""
    if os.geteuid() != 0:
        pytest.skip("a network namespace is made by root")
    subprocess.run(["ip", "netns", "del", NETWORK], capture_output=True, check=False)
    for line in (
        f"netns add {NETWORK}",
        f"-n {NETWORK} link set lo up",
        f"-n {NETWORK} link add eth0 type veth peer name eth1",
        f"-n {NETWORK} addr add {OWN}/24 dev eth0",
        f"-n {NETWORK} addr add {OTHER}/24 dev eth0",
        f"-n {NETWORK} addr add {OWN_SIX}/64 dev eth0 nodad",
        f"-n {NETWORK} link set eth0 up",
        f"-n {NETWORK} link set eth1 up",
    ):
        subprocess.run(["ip", *line.split()], check=True, timeout=10)
    yield NETWORK
    subprocess.run(["ip", "netns", "del", NETWORK], check=True, timeout=10)


def offered(network: str, directory: Path, **settings: str) -> set[str]:
    """Return the addresses in the answer of a gateway with these settings, which runs on that network."""
    environment = {**os.environ, **settings}
    command = ["ip", "netns", "exec", network, PYTHON, "-m", "tests.gateway.offered", str(directory)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(CANDIDATE.findall(done.stdout.replace("\r", "")))


@pytest.mark.security("B4")
def test_by_default_the_one_address_of_the_machine(network: str, tmp_path: Path) -> None:
    assert offered(network, tmp_path, GATEWAY_ICE_ADDRESS=OWN) == {OWN}


@pytest.mark.security("B4")
def test_behind_nat_the_public_address_alone(network: str, tmp_path: Path) -> None:
    assert offered(network, tmp_path, GATEWAY_ICE_ADDRESS=OWN, GATEWAY_PUBLIC_ADDRESS=PUBLIC) == {PUBLIC}


def test_behind_nat_with_a_relay_of_our_own_the_private_address_too(network: str, tmp_path: Path) -> None:
    addresses = offered(network, tmp_path, GATEWAY_ICE_ADDRESS=OWN, GATEWAY_PUBLIC_ADDRESS=PUBLIC, TURN_PORT="3478")
    assert addresses == {OWN, PUBLIC}


@pytest.mark.security("B4")
def test_an_ipv6_address_where_one_is_set(network: str, tmp_path: Path) -> None:
    assert offered(network, tmp_path, GATEWAY_ICE_ADDRESS=OWN, GATEWAY_IPV6_ADDRESS=OWN_SIX) == {OWN, OWN_SIX}
