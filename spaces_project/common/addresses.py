"""The network address of a client: for rate limits, for the log, and for pages that only this machine may see.

This is the only code that reads `X-Forwarded-For` and similar headers. The servers are told not to read them
(`deploy/web`), because they would believe any local program. Only the setting `BEHIND_PROXY` says that a proxy wrote
them.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)

IPV6_NETWORK = 64
"""Bits of the network that a provider gives to one customer.

The customer may use the other 64 for any number of addresses.
"""
FORWARDING: Final = ("x-forwarded-for", "forwarded", "x-real-ip")
"""Headers in which proxies describe the client, the most common first."""
PASSED_ON: Final = "x-spaces-forwarded"
"""A header that `deploy/proxy` sets if a request arrived there with any of these headers, and otherwise removes."""
UNKNOWN: Final = "unknown:"

Address = IPv4Address | IPv6Address


def address_of(scope: dict[str, Any]) -> str:
    """Return an IPv4 address or an IPv6 network of 64 bits, the same for every spelling of one address.

    An address that cannot be parsed becomes `unknown:` with something of its own behind it: strangers must not use up
    one another's limits.
    """
    peer, port = scope.get("client") or ("", 0)
    return _address(str(peer), port, _headers_of(scope))


def address_of_request(request: HttpRequest) -> str:
    """Return the client's address for a Django request; see `address_of`."""
    return _address(request.META.get("REMOTE_ADDR", ""), request.META.get("REMOTE_PORT", ""), _headers_in(request))


def is_from_this_machine(request: HttpRequest) -> bool:
    """Return whether the client is a program on this machine that asks for itself.

    A proxy of the operator on this machine is a local program too, but its clients need not be local. So the answer is
    False with `BEHIND_PROXY` (unless the proxy is our own and names a local client), and whenever a header says that
    the request was forwarded.
    """
    headers = _headers_in(request)
    if PASSED_ON in headers:
        return False
    if settings.BEHIND_PROXY:
        peer = headers.get("x-forwarded-for", "") if settings.OWN_PROXY else ""
    else:
        peer = "" if any(name in headers for name in FORWARDING) else request.META.get("REMOTE_ADDR", "")
    address = parse_address(peer)
    return address is not None and address.is_loopback


def parse_address(text: str) -> Address | None:
    """Return the address in `192.0.2.7`, `192.0.2.7:4711`, `[2001:DB8::1]:4711`, `fe80::1%eth0` or
    `::ffff:192.0.2.7`, quoted or not. Return None for other text."""
    host = text.strip().strip('"').strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _address(peer: str, port: object, headers: Mapping[str, str]) -> str:
    told = _told_by_proxy(headers) if settings.BEHIND_PROXY else None
    if not settings.BEHIND_PROXY and any(name in headers for name in FORWARDING):
        _complain("A proxy seems to stand in front, and BEHIND_PROXY is off: its clients share their limits.")
    known = peer if told is None else told
    address = parse_address(known)
    if address is not None:
        return str(_network(address))
    if told is not None:
        _complain(f"The address of a client cannot be read: {told[:100]!r}.")
    return UNKNOWN + _own_name(told or "", port)


def _told_by_proxy(headers: Mapping[str, str]) -> str | None:
    """Return the last entry, which our proxy wrote.

    Earlier entries are claims of the client. Return None without any entry.
    """
    for name in FORWARDING:
        if last := headers.get(name, "").rpartition(",")[2].strip():
            return _for_in(last) if name == "forwarded" else last
    return None


def _for_in(element: str) -> str:
    """Return the value of `for` in one element of `Forwarded` (RFC 7239)."""
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value.strip()
    return ""


def _network(address: Address) -> object:
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_link_local:
        return address
    return ip_network((int(address), IPV6_NETWORK), strict=False)


def _own_name(told: str, port: object) -> str:
    """Return a stable name for a client that a proxy calls by an obfuscated name (`_gazonk`), and a new one
    per connection otherwise."""
    if told:
        return hashlib.sha256(told.encode()).hexdigest()[:16]
    return str(port) if port else secrets.token_hex(8)


def _headers_of(scope: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin1").lower()
        if name in FORWARDING:
            found[name] = ",".join(filter(None, (found.get(name), value.decode("latin1"))))
    return found


def _headers_in(request: HttpRequest) -> dict[str, str]:
    names = (*FORWARDING, PASSED_ON)
    return {name: request.headers[name] for name in names if name in request.headers}


@lru_cache(maxsize=100)
def _complain(text: str) -> None:
    """Log a warning once per process, because it holds for the next thousand requests as well."""
    logger.warning(text)
