"""Recordings of Spaces that are over, with files, for tests of what is done with them afterwards."""

import wave
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.utils import timezone

from accounts.models import User
from spaces.models import Clip, Recording, Space, SpokenTurn, Stretch
from spaces.recordings.files import REPLAY
from spaces.states import ExportState, RecordingState, SpaceState
from tests.factories import SpaceFactory

RATE: Final = 48_000


def made_recording(*, host: User | None = None, seconds: int = 60, with_files: bool = True, **fields: Any) -> Recording:
    """Return the recording of an ended Space, recorded from its first to its last moment. Its files are not sound."""
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=seconds), "ended_at": now}
    who = {"creator": host} if host else {}
    space = SpaceFactory.create(state=SpaceState.ENDED, **times, **who)
    facts = {"state": RecordingState.READY, "ready_at": now, "duration_ms": seconds * 1000, "bytes": 2_000_000}
    recording = Recording.objects.create(space=space, **facts | fields)
    Stretch.objects.create(recording=recording, starts_ms=0, ends_ms=seconds * 1000)
    if with_files:
        recording.capture_home.mkdir(parents=True)
        (recording.capture_home / "1.mjr").write_bytes(b"MJR00002")
        (recording.home / REPLAY).write_bytes(b"sound")
    return recording


def made_clip(
    recording: Recording,
    *,
    maker: User | None = None,
    starts_ms: int = 10_000,
    ends_ms: int = 30_000,
    with_file: bool = True,
    **fields: Any,
) -> Clip:
    """Return a clip of the recorded sound. Its file is no sound."""
    facts = {"state": ExportState.READY, "bytes": 4} | fields
    who = maker or recording.space.host
    clip = Clip.objects.create(recording=recording, maker=who, starts_ms=starts_ms, ends_ms=ends_ms, **facts)
    if with_file:
        clip.path.parent.mkdir(parents=True, exist_ok=True)
        clip.path.write_bytes(b"clip")
    return clip


def speak(space: Space, user: User, starts_ms: int, ends_ms: int) -> None:
    """Store a turn of the user."""
    SpokenTurn.objects.create(space=space, user=user, starts_ms=starts_ms, ends_ms=ends_ms)


def write_tone(path: Path, *, seconds: float, starts: float, ends: float) -> None:
    """Write a file with a tone between two times, and silence around it."""
    at = np.arange(round(seconds * RATE)) / RATE
    samples = np.where((at >= starts) & (at < ends), 0.1 * np.sin(2 * np.pi * 440 * at), 0.0)
    with wave.open(str(path), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes((samples * 32767).astype("<i2").tobytes())
