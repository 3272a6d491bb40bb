"""Numbered system checks, for settings whose faults would otherwise show only in production."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from spaces.presence import DISCONNECT_LEASE_SECONDS, HEARTBEAT_SECONDS

_GATEWAY_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
HEARTBEAT = timedelta(seconds=HEARTBEAT_SECONDS)


@register()
def timing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the time limits fit into each other: several heartbeats in a lease, and grace times longer than
    nothing."""
    lease: timedelta = settings.SPACES_PRESENCE_LEASE
    found: list[CheckMessage] = []
    if lease < 2 * HEARTBEAT or lease < timedelta(seconds=DISCONNECT_LEASE_SECONDS):
        found.append(Error("SPACES_PRESENCE_LEASE_SECONDS must hold two heartbeats of 10 s.", id="spaces.E001"))
    if min(settings.SPACES_HOST_GRACE, settings.SPACES_SPEAKER_GRACE) <= timedelta():
        found.append(Error("Grace times must be longer than nothing.", id="spaces.E002"))
    return found


@register("start", Tags.database)
def modes(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse state that every account of the machine may read: sessions, messages, secrets, mails with reset links."""
    if not databases:
        return []  # This is not the check before a start; `make run` corrects the modes before that one.
    database = settings.DATABASES["default"]
    places = [settings.VAR_DIR, settings.SECRETS_DIR, settings.MEDIA_ROOT, Path(settings.EMAIL_FILE_PATH)]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        places.append(Path(database["NAME"]))
    hint = f"chmod -R go-rwx {settings.VAR_DIR}"
    open_ones = [place for place in places if _is_open_to_all(place)]
    return [
        Error(f"Every account of this machine may read {place}.", hint=hint, id="spaces.E005") for place in open_ones
    ]


def _is_open_to_all(place: Path) -> bool:
    """Return whether accounts other than the owner and the group reach the path. A closed directory above it keeps them
    out."""
    try:
        return all(path.stat().st_mode & 0o001 for path in place.parents) and bool(place.stat().st_mode & 0o005)
    except OSError:
        return False


@register()
def gateways(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that every gateway has a name that fits into a row, and an address."""
    hint = "GATEWAYS=main=ws://10.0.0.2:8190,west=ws://10.0.0.3:8190"
    return [
        Error(f"GATEWAYS: {name!r} at {url!r} is no gateway.", hint=hint, id="spaces.E006")
        for name, url in settings.GATEWAYS.items()
        if not _GATEWAY_NAME.fullmatch(name) or not url.startswith(("ws://", "wss://"))
    ]


@register()
def numbers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that numbers in the settings are possible."""
    found: list[CheckMessage] = []
    if not 1 <= settings.SPACES_MAX_SPEAKERS <= 10:
        found.append(Error("SPACES_MAX_SPEAKERS must be 1 to 10: the mixer holds 13.", id="spaces.E003"))
    if settings.SPACES_HOST_MIN_FOLLOWERS < 0:
        found.append(Error("SPACES_HOST_MIN_FOLLOWERS cannot be negative.", id="spaces.E004"))
    return found
