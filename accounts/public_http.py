"""POST requests to addresses that users gave us. They go to the public internet only.

A host name is resolved once. If any of its addresses is not public, nothing is sent; otherwise the connection goes to
the very address that was checked, so that the name cannot be pointed elsewhere in between. Redirects are not followed.
The receiver cannot hold the caller for longer than `EXCHANGE_SECONDS`: one deadline covers all reads, not each one.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

EXCHANGE_SECONDS = 10.0
"""The deadline for the whole exchange: resolving the name, connecting, sending, and the head of the answer.

The body of the answer is not read.
"""
LONGEST_URL = 500
LONGEST_ANSWER = 16_384
"""Bytes of an answer that are read so that the connection can be used again."""
PORTS = frozenset({80, 443})

# The IANA registries of special-purpose addresses (IPv4 and IPv6, as of 2025), as far as they are not globally
# reachable unicast, and the anycast addresses of AS112 and AMT, where no receiver can be. The table is our own because
# `ipaddress` changes its mind about global addresses with the patch releases of Python.
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All IPv6 space that IANA has allocated for the internet. Every other address is special or not allocated."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as seen from IPv6-only networks. Such an address is judged by the IPv4 address inside it."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotSent(Exception):
    """Nothing was delivered. The message gives the reason, without any text from the receiver."""


class Forbidden(NotSent):
    """The address is one that we do not send to."""


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_trusted(self) -> bool:
        """Return whether the operator named this host. Such a host may be in a private network and needs no TLS."""
        return self.host in settings.WEBHOOK_TRUSTED_HOSTS


def target(url: str) -> Target:
    """Return the parts of a webhook address. Raises `Forbidden` for an address that we do not send to."""
    if len(url) > LONGEST_URL:
        raise Forbidden("That is not a valid address.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("That is not a valid address.") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or not url.isascii() or not url.isprintable() or " " in url or parts.username is not None:
        raise Forbidden("That is not a valid address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Target(parts.scheme, host, port or {"https": 443, "http": 80}.get(parts.scheme, 0), path)
    if parts.scheme != "https" and not (parts.scheme == "http" and found.is_trusted):
        raise Forbidden("The address must begin with https://.")
    if not found.is_trusted and found.port not in PORTS | settings.WEBHOOK_PORTS:
        raise Forbidden("Webhooks cannot be sent to that port.")
    _refuse_private_literal(found)
    return found


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send the body and return the status of the answer, within `EXCHANGE_SECONDS`. Raises `NotSent`.

    The exchange runs in a thread of its own: the timeout of a socket starts again with each byte, and resolving a name
    has no timeout at all. At the deadline the socket is shut down under that thread, which ends it.
    """
    exchange = _Exchange(url)
    thread = threading.Thread(target=exchange.run, args=(body, headers), daemon=True, name="webhook")
    thread.start()
    thread.join(EXCHANGE_SECONDS)
    if thread.is_alive():
        exchange.abort()
        raise NotSent(f"No answer within {EXCHANGE_SECONDS:g} s.")
    return exchange.status()


class KeptConnection:
    """One connection for many POST requests to the same host, whose address is checked once.

    The owner limits the time of all of them together: `abort` may be called from another thread.
    """

    def __init__(self, url: str) -> None:
        self._there = target(url)
        self._connection: http.client.HTTPConnection | None = None
        self._is_over = False

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Send the body and return the status of the answer. Raises `NotSent`. The URL has the host of the first."""
        there = target(url)
        if (there.scheme, there.host, there.port) != (self._there.scheme, self._there.host, self._there.port):
            raise Forbidden("That is another host.")
        try:
            answer = self.answer(there.path, body, headers)
            if len(answer.read(LONGEST_ANSWER + 1)) > LONGEST_ANSWER:
                self.close()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NotSent(type(error).__name__) from None
        return answer.status

    def answer(self, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        """Send the body and return the answer, of which only the head is read."""
        self._require_time()
        if self._connection is None:
            self._connection = _connection(self._there, _address(self._there))
            self._require_time()  # resolving the name may have taken all of it
        self._connection.request("POST", path, body, headers)
        return self._connection.getresponse()

    def abort(self) -> None:
        """End the running request, and refuse all later ones."""
        self._is_over = True
        connection = self._connection  # the other thread may forget it meanwhile
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _require_time(self) -> None:
        if self._is_over:
            raise NotSent("Too late.")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Exchange(KeptConnection):
    """One request and the head of its answer, in a thread of its own."""

    _outcome: int | Exception | None = None

    def run(self, body: bytes, headers: dict[str, str]) -> None:
        try:
            self._outcome = self.answer(self._there.path, body, headers).status
        except (OSError, http.client.HTTPException) as error:
            self._outcome = NotSent(type(error).__name__)
        except NotSent as error:
            self._outcome = error
        finally:
            self.close()

    def status(self) -> int:
        if isinstance(self._outcome, int):
            return self._outcome
        raise self._outcome or NotSent("The connection ended without an answer.")


def is_public(address: Address) -> bool:
    """Return whether an address is one machine on the public internet.

    An address that carries another one inside (mapped, 6to4, Teredo) is refused. The exception is NAT64's own prefix,
    which is judged by the IPv4 address inside.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    return not any(address in network for network in _SPECIAL)


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
        super().__init__(there.host, there.port, timeout=EXCHANGE_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), EXCHANGE_SECONDS)
        self.sock.settimeout(EXCHANGE_SECONDS)
        # http.client sends head and body apart: without this, the body of a kept connection waits 40 ms for an ACK.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Secure(_Plain):
    """An HTTPS connection.

    The certificate is checked against the host name, whatever address the connection goes to.
    """

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        # Stored before the handshake, because the receiver may draw out the handshake: `abort` shuts this socket.
        context = ssl.create_default_context()
        secure = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = secure
        secure.do_handshake()
