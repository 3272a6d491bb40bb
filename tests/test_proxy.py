"""`deploy/proxy`: what the haproxy before several web processes says of a client, and what it takes away."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port, listens
from tests.support.processes import REPOSITORY, Child

pytestmark = pytest.mark.security("C14")


class Upstream(socketserver.ThreadingTCPServer):
    """Stands where a web process would, and remembers the last request that is not a check."""

    allow_reuse_address = True
    daemon_threads = True
    seen = ""


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        request = self.request.recv(65536).decode()
        if "GET /readyz" not in request:
            Upstream.seen = request.lower()
        self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.fixture
def upstream() -> Iterator[int]:
    with Upstream(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()


def proxy(tmp_path: Path, upstream: int, **environment: str) -> tuple[Child, int]:
    port = free_port()
    own = {"PORT": str(port), "WEB_PROCESSES": "1", "WEB_PORT_1": str(upstream), "SPACES_VAR": str(tmp_path)}
    child = Child([str(REPOSITORY / "deploy/proxy")], log=tmp_path / "proxy.log", env=own | environment)
    child.wait_until(lambda: listens(port), seconds=10)
    return child, port


def ask(port: int, *lines: str) -> str:
    """Return what the web process got; empty where it got nothing."""
    Upstream.seen = ""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall("\r\n".join(["GET /metrics HTTP/1.1", "Host: localhost", *lines, "", ""]).encode())
        peer.recv(4096)
    return Upstream.seen


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "x-real-ip"])
def test_what_an_untold_proxy_forwards_is_marked(tmp_path: Path, upstream: int, header: str) -> None:
    child, port = proxy(tmp_path, upstream)
    try:
        seen = ask(port, f"{header}: 127.0.0.1", "X-Spaces-Forwarded: no")
        assert "x-spaces-forwarded: yes" in seen
        assert "x-forwarded-for: 127.0.0.1" in seen
        assert "\r\nforwarded:" not in seen
        assert "x-spaces-forwarded: no" not in seen
        assert "x-spaces-forwarded" not in ask(port, "X-Spaces-Forwarded: yes")
    finally:
        child.stop()


def test_behind_the_operators_proxy_its_words_pass(tmp_path: Path, upstream: int) -> None:
    child, port = proxy(tmp_path, upstream, BEHIND_PROXY="true")
    try:
        assert "x-forwarded-for: 192.0.2.7" in ask(port, "X-Forwarded-For: 192.0.2.7")
    finally:
        child.stop()


@pytest.mark.security("C3")
def test_a_body_that_is_too_large_does_not_get_through(tmp_path: Path, upstream: int) -> None:
    child, port = proxy(tmp_path, upstream)
    try:
        assert ask(port, f"Content-Length: {300 * 1024 * 1024}") == ""
    finally:
        child.stop()
