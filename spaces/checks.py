"""Numbered system checks: settings that would only fail in front of people."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from spaces.presence import DISCONNECT_LEASE_SECONDS

HEARTBEAT = timedelta(seconds=10)


@register()
def timing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The clocks must fit into each other: several heartbeats in a lease, and a lease in the grace times."""
    lease: timedelta = settings.SPACES_PRESENCE_LEASE
    found: list[CheckMessage] = []
    if lease < 2 * HEARTBEAT or lease < timedelta(seconds=DISCONNECT_LEASE_SECONDS):
        found.append(Error("SPACES_PRESENCE_LEASE_SECONDS must hold two heartbeats of 10 s.", id="spaces.E001"))
    if min(settings.SPACES_HOST_GRACE, settings.SPACES_SPEAKER_GRACE) <= timedelta():
        found.append(Error("Grace times must be longer than nothing.", id="spaces.E002"))
    return found


@register()
def numbers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not 1 <= settings.SPACES_MAX_SPEAKERS <= 10:
        found.append(Error("SPACES_MAX_SPEAKERS must be 1 to 10: the mixer holds 13.", id="spaces.E003"))
    if settings.SPACES_HOST_MIN_FOLLOWERS < 0:
        found.append(Error("SPACES_HOST_MIN_FOLLOWERS cannot be negative.", id="spaces.E004"))
    return found
