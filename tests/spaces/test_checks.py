"""Settings that would only fail in front of people are found when the process starts."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from spaces import presence
from spaces.doors import checks
from spaces.live import hub


def found() -> set[str | None]:
    return {message.id for check in (checks.timing, checks.numbers) for message in check(None)}


def test_our_own_settings_pass() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SPACES_PRESENCE_LEASE", timedelta(seconds=19), "spaces.E001"),
        ("SPACES_PRESENCE_LEASE", timedelta(seconds=5), "spaces.E001"),
        ("SPACES_HOST_GRACE", timedelta(), "spaces.E002"),
        ("SPACES_SPEAKER_GRACE", timedelta(seconds=-1), "spaces.E002"),
        ("SPACES_MAX_SPEAKERS", 11, "spaces.E003"),
        ("SPACES_MAX_SPEAKERS", 0, "spaces.E003"),
        ("SPACES_HOST_MIN_FOLLOWERS", -1, "spaces.E004"),
    ],
)
def test_a_setting_that_cannot_work_is_named(settings: Settings, name: str, value: Any, number: str) -> None:
    setattr(settings, name, value)
    assert found() == {number}


def test_an_open_gate_is_allowed(settings: Settings) -> None:
    settings.SPACES_HOST_MIN_FOLLOWERS = 0
    assert found() == set()


def test_our_clocks_fit_into_each_other(settings: Settings) -> None:
    lease = settings.SPACES_PRESENCE_LEASE.total_seconds()
    renewal = hub.RENEW_EVERY_TICKS * hub.TICK_SECONDS
    assert lease >= 2 * presence.HEARTBEAT_SECONDS
    assert renewal * 2 <= presence.DISCONNECT_LEASE_SECONDS < lease <= hub.PARKED_SECONDS
