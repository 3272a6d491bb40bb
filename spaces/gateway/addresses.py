"""Find the machine's own addresses (Linux)."""

import fcntl
import ipaddress
import socket
import struct
from typing import Final

SIOCGIFADDR: Final = 0x8915
_ANYWHERE: Final = ("192.0.2.1", 9)
"""An address reserved for documentation. Connecting a UDP socket to it sends nothing."""


def own_address() -> str:
    """Return the IPv4 address that other machines see: the default route's, or else the first that is not loopback.

    Raises LookupError on a machine that has only loopback.
    """
    for address in own_addresses():
        return address
    raise LookupError("this machine has no IPv4 address but loopback")


def own_addresses() -> list[str]:
    """Return the IPv4 addresses of the machine's interfaces without loopback. The default route's is first."""
    found = dict.fromkeys([_default_route_address(), *_interface_addresses()])
    return [address for address in found if address is not None and not ipaddress.ip_address(address).is_loopback]


def _default_route_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ANYWHERE)
        except OSError:  # no route, as in a network namespace of its own
            return None
        address: str = probe.getsockname()[0]
        return address


def _interface_addresses() -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        found = [_interface_address(probe, name) for _, name in socket.if_nameindex()]
    return [address for address in found if address is not None]


def _interface_address(probe: socket.socket, interface: str) -> str | None:
    request = struct.pack("256s", interface.encode()[:15])
    try:
        answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, request)
    except OSError:  # an interface without an IPv4 address
        return None
    return socket.inet_ntoa(answer[20:24])
