"""Bodies of requests are bounded in size and in time before the application, on both servers and at the proxy."""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from spaces_project import bodies
from spaces_project.bodies import MEGABYTE, ORDINARY, PICTURE, Bounded, Limit, limit_of
from tests.support.ports import free_port, listens
from tests.support.processes import REPOSITORY, Child, resident_bytes

pytestmark = [pytest.mark.security("C3"), pytest.mark.asvs("5.2.1"), pytest.mark.asvs("15.2.2")]

Server = tuple[int, Child]


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A web process of the product, without a database: nothing here gets as far."""
    port = free_port()
    directory = tmp_path_factory.mktemp("bodies")
    # Another test's Redis or gateway would not know the secrets of this directory, and the process would end.
    environment = {"PORT": str(port), "SPACES_VAR": str(directory)}
    environment |= {name: str(free_port()) for name in ("REDIS_PORT", "GATEWAY_PORT", "GATEWAY_ADMIN_PORT")}
    child = Child([str(REPOSITORY / "deploy/web"), request.param], log=directory / "web.log", env=environment)
    try:
        child.wait_until(lambda: listens(port), seconds=60)
        yield port, child
    finally:
        child.stop()


def head(path: str, *lines: str) -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def answer_to(port: int, first: bytes, *, piece: bytes = b"", times: int = 0) -> int | None:
    """Return the status; None when the connection ended without one. Sends on until nothing is taken any more."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        try:
            peer.sendall(first)
            for _ in range(times):
                peer.sendall(piece)
        except (ConnectionError, TimeoutError):
            pass
        try:
            status = re.match(rb"HTTP/1\.1 (\d+)", peer.recv(65536))
        except ConnectionError:
            return None
        return int(status[1]) if status else None


def chunk(size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"


@pytest.mark.parametrize("path", ["/accounts/login/", "/settings/%61vatar", "/no-page", "/2/tweets"])
@pytest.mark.parametrize("size", [12 * MEGABYTE, 300 * MEGABYTE, 10**30])
def test_the_length_alone_is_refused(server: Server, path: str, size: int) -> None:
    # A number of more than twenty digits is no length for h11, which uvicorn reads requests with.
    assert answer_to(server[0], head(path, f"Content-Length: {size}")) in ((413,) if size < 10**20 else (413, 400))


@pytest.mark.security("C2")
@pytest.mark.parametrize("target", ["/q/" + "-a" * 6000, "/search?q=" + "a" * 9000, "/2/spaces?ids=" + "%C3%A9" * 1700])
def test_an_address_that_is_too_long_is_refused_before_the_application(server: Server, target: str) -> None:
    assert answer_to(server[0], head(target, "Content-Length: 0")) == 414


def test_an_address_of_a_hundred_ids_is_not_too_long(server: Server) -> None:
    ids = ",".join(["1234567890abcdefghij"] * 100)
    assert answer_to(server[0], head(f"/no-page?ids={ids}", "Content-Length: 0")) != 414


def test_one_megabyte_is_enough_where_no_picture_goes(server: Server) -> None:
    assert answer_to(server[0], head("/accounts/login/", f"Content-Length: {MEGABYTE + 1}")) == 413


def test_chunks_are_counted(server: Server) -> None:
    port, child = server
    before = resident_bytes(child.pid)
    first = head("/accounts/login/", "Transfer-Encoding: chunked")
    assert answer_to(port, first, piece=chunk(MEGABYTE), times=100) in (413, None)
    assert resident_bytes(child.pid) - before < 8 * MEGABYTE


def test_the_word_of_a_small_body_is_kept(server: Server) -> None:
    """A refused body that goes on does not fill memory either."""
    port, child = server
    before = resident_bytes(child.pid)
    first = head("/accounts/login/", f"Content-Length: {300 * MEGABYTE}")
    assert answer_to(port, first, piece=b"x" * MEGABYTE, times=60) in (413, None)
    assert resident_bytes(child.pid) - before < 8 * MEGABYTE


def test_the_refusal_is_read_by_who_sends_everything_first(server: Server) -> None:
    size = 2 * MEGABYTE
    assert answer_to(server[0], head("/accounts/login/", f"Content-Length: {size}"), piece=b"x" * size, times=1) == 413


@pytest.mark.security("C15")
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X_Forwarded_For"])
def test_no_server_believes_what_a_client_says_of_itself(server: Server, header: str) -> None:
    port, child = server
    before = len(child.output)
    request = f"GET /metrics HTTP/1.1\r\nHost: localhost\r\n{header}: 10.9.9.9\r\nConnection: close\r\n\r\n"
    answer_to(port, request.encode())
    told = re.findall(r"view=metrics.* address=(\S+)", child.output[before:])
    assert told == ([] if header == "X_Forwarded_For" else ["127.0.0.1"])


@pytest.mark.slow
def test_headers_that_never_end_are_not_waited_for(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server[0]), timeout=30) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            while time.monotonic() - began < 25:
                peer.sendall(b"X-A: b\r\n")
                time.sleep(0.5)
        assert time.monotonic() - began < 20


@pytest.mark.slow
def test_a_body_that_trickles_is_not_waited_for(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server[0]), timeout=60) as peer:
        peer.sendall(head("/accounts/login/", "Content-Length: 100000"))
        began = time.monotonic()
        peer.settimeout(0)
        while time.monotonic() - began < 50:
            time.sleep(0.5)
            try:
                peer.send(b"x")
                answer = peer.recv(4096)
            except BlockingIOError:
                continue
            except ConnectionError:
                break
            assert answer.startswith(b"HTTP/1.1 408")
            break
        assert time.monotonic() - began < ORDINARY.seconds + 20


def test_pictures_may_have_ten_megabytes_and_nothing_else() -> None:
    assert limit_of("/fleets") == limit_of("/compose") == limit_of("/api/v1/posts") == PICTURE
    assert limit_of("/fleets/ada") == limit_of("/i/posts/1/edit") == limit_of("/accounts/login/") == ORDINARY
    assert PICTURE.size >= 10 * MEGABYTE


# --- What the application sees ---


async def reads_all(scope: dict[str, Any], receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(receive: Callable[[], Awaitable[dict[str, Any]]], *headers: tuple[bytes, bytes], path: str = "/x") -> int:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(Bounded(reads_all)({"type": "http", "path": path, "headers": list(headers)}, receive, send))
    return int(sent[0]["status"])


async def for_ever() -> dict[str, Any]:
    await asyncio.sleep(0)
    return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}


async def never() -> dict[str, Any]:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


def test_what_says_nothing_of_its_length_is_counted() -> None:
    assert ask(for_ever, (b"transfer-encoding", b"chunked")) == 413


def test_what_lies_about_its_length_is_counted() -> None:
    assert ask(for_ever, (b"content-length", b"10")) == 413


def test_what_does_not_arrive_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "limit_of", lambda path: Limit(MEGABYTE, 0.05))
    monkeypatch.setattr(bodies, "LINGER_SECONDS", 0.05)
    assert ask(never, (b"content-length", b"10")) == 408


def test_a_request_without_a_body_passes_as_it_is() -> None:
    async def empty() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    assert ask(empty) == 200


@pytest.mark.django_db
def test_a_form_without_files_is_small(client: Client) -> None:
    assert client.post("/accounts/login/", {"login": "x" * 70_000}).status_code == 400


def test_the_proxy_has_the_same_limit() -> None:
    found = re.search(r"LARGEST_BODY=\$\(\((\d+) \* 1024 \* 1024\)\)", (REPOSITORY / "deploy/proxy").read_text())
    assert found
    assert int(found[1]) * MEGABYTE == PICTURE.size
