"""Prepared messages on daphne, in a process of its own: its reactor cannot share ours."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.support.ports import free_port, listens
from tests.support.processes import Child

APPLICATION = "tests.support.prepared_app:application"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "spaces_project.daphne", "--bind", "127.0.0.1", "--port", str(port), APPLICATION]
    child = Child(command, log=tmp_path / "daphne.log")
    try:
        child.wait_until(lambda: listens(port), seconds=60)
        yield f"ws://127.0.0.1:{port}"
    finally:
        child.stop()


def test_a_prepared_message_lies_between_ordinary_ones(address: str) -> None:
    with connect(address) as client:
        for text in ("é" * 50, "x" * 300, "x" * 70_000):
            client.send(text)
            assert [client.recv(timeout=30) for _ in range(3)] == ["before", text, "after"]
