"""POSTs to addresses that people gave us: only to the public internet, and nowhere a name is pointed at meanwhile.

The name is resolved once; if any of its addresses is not a public one nothing is sent, and the connection is made to
the very address that was looked at. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotSent(Exception):
    """Why; without anything of what the other side said."""


class Forbidden(NotSent):
    """An address we do not send to."""


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_trusted(self) -> bool:
        """Named by the operator as one that may be in a private network, and without TLS."""
        return self.host in settings.WEBHOOK_TRUSTED_HOSTS


def target(url: str) -> Target:
    """Raises `Forbidden`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("That is not an address.") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or not url.isascii() or not url.isprintable() or " " in url or parts.username is not None:
        raise Forbidden("That is not an address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Target(parts.scheme, host, port or {"https": 443, "http": 80}.get(parts.scheme, 0), path)
    if parts.scheme != "https" and not (parts.scheme == "http" and found.is_trusted):
        raise Forbidden("The address must begin with https://.")
    _refuse_private_literal(found)
    return found


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer. Raises `NotSent`."""
    there = target(url)
    connection = _connection(there, _address(there))
    try:
        connection.request("POST", there.path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotSent(type(error).__name__) from error
    finally:
        connection.close()


def is_public(address: Address) -> bool:
    """On the internet, for everybody. What carries another address inside is as good as that."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _refuse_private_literal(there: Target) -> None:
    try:
        literal = ipaddress.ip_address(there.host)
    except ValueError:
        return
    if not (there.is_trusted or is_public(literal)):
        raise Forbidden("The address is in a private network.")


def _address(there: Target) -> str:
    try:
        found = socket.getaddrinfo(there.host, there.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("The name does not resolve.") from None
    addresses = [str(entry[4][0]).split("%")[0] for entry in found]
    if not there.is_trusted and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise Forbidden("The address is in a private network.")
    return addresses[0]


def _connection(there: Target, address: str) -> http.client.HTTPConnection:
    if there.scheme == "http":
        return _Plain(there, address)
    return _Secure(there, address)


class _Plain(http.client.HTTPConnection):
    def __init__(self, there: Target, address: str) -> None:
        super().__init__(there.host, there.port, timeout=ANSWER_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        self.sock.settimeout(ANSWER_SECONDS)


class _Secure(_Plain):
    """The certificate is checked against the name, whatever address it is at."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
