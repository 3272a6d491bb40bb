"""Prepared messages and long answers on daphne, in a process of its own: its reactor cannot share ours."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from spaces_project.bodies import TOO_MANY
from tests.support.long_answer_app import BYTES
from tests.support.ports import free_port, listens
from tests.support.processes import Child, resident_bytes, stand_still

MEGABYTE = 1024 * 1024


@contextmanager
def daphne(application: str, log: Path) -> Iterator[tuple[int, Child]]:
    port = free_port()
    command = [sys.executable, "-m", "spaces_project.daphne", "--bind", "127.0.0.1", "--port", str(port), application]
    child = Child(command, log=log)
    try:
        child.wait_until(lambda: listens(port), seconds=60)
        yield port, child
    finally:
        child.stop()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with daphne("tests.support.prepared_app:application", tmp_path / "daphne.log") as (port, _):
        yield f"ws://127.0.0.1:{port}"


def test_a_prepared_message_lies_between_ordinary_ones(address: str) -> None:
    with connect(address) as client:
        for text in ("é" * 50, "x" * 300, "x" * 70_000):
            client.send(text)
            assert [client.recv(timeout=30) for _ in range(3)] == ["before", text, "after"]


@pytest.mark.security("C5")
def test_a_flood_of_one_session_is_refused_before_there_is_a_socket_for_it(address: str) -> None:
    flood = {"Cookie": f"{settings.SESSION_COOKIE_NAME}=flood"}
    with pytest.raises(InvalidStatus) as refused:
        for _ in range(100):
            with connect(address, additional_headers=flood):
                pass
    assert refused.value.response.status_code == 403
    assert refused.value.response.body == TOO_MANY.body, "this is the application's answer, not the server's"
    with connect(address, additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}=other"}) as client:
        client.send("x")
        assert client.recv(timeout=30) == "before"


def test_a_crowd_waits_to_be_accepted_and_is_not_ignored(tmp_path: Path) -> None:
    with (
        daphne("tests.support.prepared_app:application", tmp_path / "daphne.log") as (port, child),
        ExitStack() as crowd,
    ):
        stand_still(child.pid)
        try:
            for _ in range(200):  # Twisted would let 50 wait
                crowd.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        finally:
            os.kill(child.pid, signal.SIGCONT)


def test_a_long_answer_waits_for_a_client_that_does_not_read(tmp_path: Path) -> None:
    with daphne("tests.support.long_answer_app:application", tmp_path / "daphne.log") as (port, child):
        before = resident_bytes(child.pid)
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            first = client.recv(1)
            time.sleep(0.5)  # the process would have read all of it into memory
            assert resident_bytes(child.pid) - before < 20 * MEGABYTE
            whole = first + b"".join(iter(lambda: client.recv(MEGABYTE), b""))
        assert len(whole.partition(b"\r\n\r\n")[2]) == BYTES


def test_a_client_that_goes_away_ends_a_long_answer(tmp_path: Path) -> None:
    with daphne("tests.support.long_answer_app:application", tmp_path / "daphne.log") as (port, child):
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.recv(1000)
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
        assert "Traceback" not in child.output
