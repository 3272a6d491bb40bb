"""The doctor's look at the relay: a real coturn, with certificates that browsers take and others."""

import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from spaces.audio.gateways import turn_settings
from spaces.gateway.addresses import own_address
from spaces.gateway.coturn import write_turn_configuration
from spaces_project.doctor.relay import relay_problem, relay_tls_problem
from tests.support.ports import free_port, listens
from tests.support.processes import Child

pytestmark = pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is missing: deploy/setup test")

STARTS_WITHIN = 10.0
Certify = Callable[..., None]


@pytest.fixture
def certify(tmp_path: Path) -> Certify:
    """Write a certificate and its key, as certbot does. Without `issuer` it signs itself."""

    def write(*, issuer: str = "An authority", days: int = 90) -> None:
        key, name = ec.generate_private_key(ec.SECP256R1()), _named("spaces.example")
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(_named(issuer) if issuer else name, name, key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=days, hours=1))
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        (tmp_path / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
        kind, hidden = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        (tmp_path / "privkey.pem").write_bytes(key.private_bytes(pem, kind, hidden))

    return write


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@pytest.fixture(autouse=True)
def site(settings: Settings, tmp_path: Path) -> None:
    settings.TURN_PORT, settings.TURN_TLS_PORT = free_port(), free_port()
    settings.TURN_CERTIFICATE = str(tmp_path / "fullchain.pem")
    settings.TURN_CERTIFICATE_KEY = str(tmp_path / "privkey.pem")


@pytest.fixture
def start(tmp_path: Path, settings: Settings) -> Iterator[Callable[[], Child]]:
    children = []

    def run() -> Child:
        path = write_turn_configuration(tmp_path / "turn", turn_settings())
        child = Child(["turnserver", "-c", str(path)], log=tmp_path / "turn.log")
        children.append(child)
        child.wait_until(lambda: listens(settings.TURN_PORT, host=own_address()), seconds=STARTS_WITHIN)
        return child

    yield run
    for child in children:
        child.stop()


def test_a_relay_that_browsers_reach_has_no_problem(certify: Certify, start: Callable[[], Child]) -> None:
    certify()
    start()
    assert relay_problem() == ""
    assert relay_tls_problem() == ""


def test_a_relay_that_is_away_is_found() -> None:
    assert "refused" in relay_problem()
    assert "refused" in relay_tls_problem()


def test_a_relay_that_could_not_read_its_certificate_is_found(start: Callable[[], Child]) -> None:
    start()
    assert relay_problem() == ""
    assert relay_tls_problem()


@pytest.mark.parametrize(
    ("options", "problem"), [({"issuer": ""}, "self-signed"), ({"days": 3}, "ends in 3 days")], ids=str
)
def test_a_certificate_that_browsers_refuse_is_found(
    certify: Certify, start: Callable[[], Child], options: dict[str, str | int], problem: str
) -> None:
    certify(**options)
    start()
    assert problem in relay_tls_problem()


def test_a_renewed_certificate_counts_once_the_relay_has_read_it(certify: Certify, start: Callable[[], Child]) -> None:
    certify()
    child = start()
    certify()
    assert "another certificate" in relay_tls_problem()
    child.send(signal.SIGUSR2)
    child.wait_until(lambda: relay_tls_problem() == "", seconds=STARTS_WITHIN)


@pytest.mark.parametrize("missing", ["TURN_PORT", "GATEWAY_IS_OURS"])
def test_a_site_that_runs_no_relay_here_is_not_asked_for_one(settings: Settings, missing: str) -> None:
    setattr(settings, missing, 0)
    assert (relay_problem(), relay_tls_problem()) == ("", "")
