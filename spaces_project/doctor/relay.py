"""Reach the relay as a browser does, from the machine that it runs on. coturn runs on without TLS if it cannot read its
certificate, and `/healthz` does not ask it."""

import secrets
import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from django.conf import settings

from spaces.audio.gateways import turn_settings
from spaces_project.common.origins import host_of

WAIT_SECONDS: Final = 5.0
LEAST_DAYS: Final = 14
"""Of a certificate. certbot renews 30 days before the end, so fewer say that it fails."""
BINDING_REQUEST, BINDING_SUCCESS = b"\x00\x01\x00\x00", b"\x01\x01"
MAGIC_COOKIE: Final = b"\x21\x12\xa4\x42"
"""RFC 8489, section 5."""


def relay_problem() -> str:
    """Return why the relay of this machine does not answer over TCP. Empty if it does, or if there is none here."""
    if not _is_here(settings.TURN_PORT):
        return ""
    try:
        with closing(_connect(settings.TURN_PORT)) as connection:
            return _ask(connection)
    except OSError as error:
        return str(error)


def relay_tls_problem() -> str:
    """Return why browsers cannot reach the relay over TLS. Empty if they can, or if none is offered here."""
    if not (_is_here(settings.TURN_PORT) and settings.TURN_TLS_PORT):
        return ""
    try:
        with closing(_connect(settings.TURN_TLS_PORT)) as plain:
            # Browsers check it. Here each fault gets a sentence of its own, so the handshake itself takes any.
            context = ssl._create_unverified_context()  # noqa: S323
            with context.wrap_socket(plain, server_hostname=host_of(settings.PUBLIC_ORIGIN)) as connection:
                served = connection.getpeercert(binary_form=True) or b""
                return _ask(connection) or certificate_problem(served, Path(settings.TURN_CERTIFICATE))
    except (OSError, ValueError) as error:  # ValueError: a file that holds no certificate
        return str(error)


def certificate_problem(served: bytes, path: Path) -> str:
    """Return what browsers have against a certificate (DER) that was read from `path`, or an empty string."""
    certificate = x509.load_der_x509_certificate(served)
    if certificate != x509.load_pem_x509_certificate(path.read_bytes()):
        return f"it shows another certificate than {path}. Run systemctl kill --kill-who=main --signal=USR2 spaces@turn"
    if certificate.issuer == certificate.subject:
        return "its certificate is self-signed, which browsers refuse here without asking anyone"
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    if left.days < LEAST_DAYS:
        return f"its certificate ends in {left.days} days. Run certbot renew"
    return ""


def _is_here(port: int) -> bool:
    return bool(port) and settings.GATEWAY_IS_OURS  # where the gateway is elsewhere, the relay is beside it


def _connect(port: int) -> socket.socket:
    return socket.create_connection((turn_settings().address, port), timeout=WAIT_SECONDS)


def _ask(connection: socket.socket) -> str:
    """Send a STUN binding request and return what is wrong with the answer, or an empty string."""
    number = secrets.token_bytes(12)
    connection.sendall(BINDING_REQUEST + MAGIC_COOKIE + number)
    answer = connection.recv(1024)
    is_right = answer[:2] == BINDING_SUCCESS and answer[4:20] == MAGIC_COOKIE + number
    return "" if is_right else "what answers there is no relay"
