"""Ports for servers of tests."""

import random
import socket

# Below what the kernel gives to outgoing connections (32768) and browsers' media (20000), so that a port stays free
# between being chosen and being used.
RANGE = (10_000, 20_000)

_given: set[int] = set()


def free_port() -> int:
    """Return a free TCP port on loopback that was not given out before."""
    while True:
        port = random.randrange(*RANGE)
        if port not in _given and _can_bind(port):
            _given.add(port)
            return port


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def listens(port: int, *, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
