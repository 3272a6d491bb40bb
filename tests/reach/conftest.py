from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.reach.push_service import PushService, push_service
from tests.spaces.fixtures import audio_where_there_is_a_gateway
from timeline.reach import tasks

__all__ = ["audio_where_there_is_a_gateway"]


@pytest.fixture
def service(settings: Settings) -> Iterator[PushService]:
    """A push service that the operator trusts, since it is on this machine."""
    settings.WEBHOOK_TRUSTED_HOSTS = ["127.0.0.1"]
    with push_service() as service:
        yield service


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call the functions of the worker at once, without a queue."""
    for task in (tasks.tell, tasks.tell_followers, tasks.mail):
        monkeypatch.setattr(task, "delay", task)
