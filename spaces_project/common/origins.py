"""Checks whether a site is only for the machine it runs on."""

from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")


def host_of(origin: str) -> str:
    """Return the host of `https://spaces.example:8443`, in lower case, or "" if it cannot be parsed."""
    try:
        return urlsplit(origin.strip()).hostname or ""
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Return `https://cdn.example` of `https://cdn.example/some/path`."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def is_local_host(host: str) -> bool:
    """Return whether the name or address can only be reached from the machine itself."""
    name = host.strip().lower().strip("[]").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def is_local_origin(origin: str) -> bool:
    """Return whether the host of an origin can only be reached from the machine itself."""
    return is_local_host(host_of(origin))


def site_is_local() -> bool:
    """Return whether every host name of this site is local.

    The origin alone is not enough: a site whose `SPACES_ORIGIN` was forgotten is public through its `ALLOWED_HOSTS`.
    """
    return is_local_origin(settings.PUBLIC_ORIGIN) and all(map(is_local_host, settings.SITE_HOSTS))
