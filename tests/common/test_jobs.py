"""Jobs that are queued while the broker is up, and left to a periodic task while it is down."""

import logging
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from spaces_project.common.jobs import queue_or_log


class Task:
    name = "spaces.remind"

    def __init__(self, *, is_up: bool) -> None:
        self.is_up = is_up
        self.queued: list[tuple[Any, ...]] = []

    def delay(self, *arguments: Any) -> None:
        if not self.is_up:
            raise OperationalError("no broker")
        self.queued.append(arguments)


def test_a_task_is_queued_with_its_arguments() -> None:
    task = Task(is_up=True)
    queue_or_log(task, 7, "soon")
    assert task.queued == [(7, "soon")]


def test_a_broker_that_is_down_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        queue_or_log(Task(is_up=False), 7)
    assert "spaces.remind(7,) is not queued: no broker" in caplog.text
