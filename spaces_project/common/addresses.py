"""Where a request or a socket comes from, as far as limits are concerned."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

IPV6_NETWORK = 64
"""Bits that a provider gives to one customer, who then has the other 64 for as many addresses as they please."""


def address_of(scope: dict[str, Any]) -> str:
    """An IPv4 address or an IPv6 network of 64 bits; all that cannot be read are one address, `unknown`."""
    lines = [value.decode("latin1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    peer, _ = scope.get("client") or ("", 0)
    return _address(str(peer), ",".join(lines))


def address_of_request(request: HttpRequest) -> str:
    """The same of one that came by HTTP."""
    return _address(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def _address(peer: str, forwarded: str) -> str:
    """Behind a proxy the last entry of `X-Forwarded-For` is the proxy's own; whatever stands before it is hearsay."""
    known = forwarded.rpartition(",")[2].strip() if settings.BEHIND_PROXY else peer
    try:
        return str(_network(ip_address(known)))
    except ValueError:
        return "unknown"


def _network(address: IPv4Address | IPv6Address) -> object:
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or ip_network((int(address), IPV6_NETWORK), strict=False)
