"""Ways to part what is connected: a proxy in front of a server, and a machine of its own for a browser."""

import asyncio
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.support.tcp_proxy import TcpProxy

DONE_WITHIN = 5.0


class Wire:
    """`tcp_proxy` for tests that have no event loop: its own runs on a thread. A context manager."""

    def __init__(self, target: int, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._proxy = TcpProxy(target, host=host, port=port)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._proxy.start(), self._loop).result(DONE_WITHIN)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._proxy.close(), self._loop).result(DONE_WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DONE_WITHIN)
        self._loop.close()

    @property
    def port(self) -> int:
        return self._proxy.port

    def cut(self) -> None:
        """Resets every connection; new ones are welcome."""
        self._call(self._proxy.cut)

    def part(self) -> None:
        """Resets every connection and refuses new ones until `join`."""
        self._proxy.refusing = True
        self.cut()

    def join(self) -> None:
        self._proxy.refusing = False

    def _call(self, work: Callable[[], Any]) -> None:
        async def run() -> None:
            work()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(DONE_WITHIN)


class Island:
    """A network namespace that reaches this machine over a bridge. A context manager; needs root and iproute2.

    `unplug` takes the cable out behind the bridge: both ends see a link that is up and hear nothing, as behind a
    router that lost its uplink. Browsers in it reach the product at `http://localhost:PORT`, which a proxy of ours
    on the bridge carries on.
    """

    HERE = "10.203.77.1"
    THERE = "10.203.77.2"

    def __init__(self, name: str = "spaces-isle") -> None:
        self._name = name
        self._bridge = f"{name}-b"[:15]
        self._cable = f"{name}-c"[:15]

    def __enter__(self) -> Self:
        self._remove()
        for line in self._building():
            _ip(line)
        return self

    def __exit__(self, *error: object) -> None:
        self._remove()

    @property
    def name(self) -> str:
        """Return the name of the namespace, for commands that run in it."""
        return self._name

    def unplug(self) -> None:
        _ip(f"link set {self._cable} nomaster")

    def plug(self) -> None:
        _ip(f"link set {self._cable} master {self._bridge}")

    def chromium(self, program: str, directory: Path) -> Path:
        """A program that is this Chromium, in there."""
        wrapper = directory / "chromium-on-the-island"
        rules = f"MAP localhost {self.HERE}"
        wrapper.write_text(
            f'#!/bin/sh\nexec ip netns exec {self._name} {program} --host-resolver-rules="{rules}" "$@"\n'
        )
        wrapper.chmod(0o755)
        return wrapper

    def _building(self) -> list[str]:
        name, bridge, cable = self._name, self._bridge, self._cable
        return [
            f"netns add {name}",
            # An address of its own, and a port that answers to none: else this machine, which takes packets for any of
            # its addresses at any of its ports, would go on hearing a cable that is out of the bridge.
            f"link add {bridge} address 02:00:0a:cb:4d:01 type bridge",
            f"addr add {self.HERE}/30 dev {bridge}",
            f"link set {bridge} up",
            f"link add {cable} type veth peer name eth0 netns {name}",
            f"link set {cable} arp off master {bridge} up",
            f"-n {name} addr add {self.THERE}/30 dev eth0",
            f"-n {name} link set lo up",
            f"-n {name} link set eth0 up",
            f"-n {name} route add default via {self.HERE}",
        ]

    def _remove(self) -> None:
        for line in (f"netns del {self._name}", f"link del {self._bridge}"):
            subprocess.run(["ip", *line.split()], capture_output=True, timeout=DONE_WITHIN, check=False)


def _ip(line: str) -> None:
    done = subprocess.run(["ip", *line.split()], capture_output=True, text=True, timeout=DONE_WITHIN, check=False)
    assert done.returncode == 0, f"ip {line}: {done.stderr}"
