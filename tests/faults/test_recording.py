"""Parts die while a Space is recorded: the gateway writes on, and what comes after them goes on where they stopped."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.faults.house import ADA_HZ, BACK_WITHIN, LiveSpace, everyone_hears, wait_for
from tests.recordings.captures import decoded
from tests.support.opus import RATE
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

READY_WITHIN = 20.0
TALKS_SECONDS = 4.0
LOST_SECONDS = 1.0
"""Of the sound, for each part that is killed."""
IN_STEP_SECONDS = 0.15
STEP = 0.02


def found(stack: Stack, public_id: str) -> tuple[str, str, int, float]:
    """Return state, directory and length of the recording, and the length of the Space in seconds."""
    sql = """
        SELECT r.state, r.directory, r.duration_ms,
               (julianday(s.ended_at) - julianday(s.started_at)) * 86400 - t.starts_ms / 1000.0
        FROM spaces_recording r JOIN spaces_space s ON s.id = r.space_id JOIN spaces_stretch t ON t.recording_id = r.id
        WHERE s.public_id = ?
    """
    with closing(sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True)) as database:
        row: tuple[str, str, int, float] = database.execute(sql, (public_id,)).fetchone()
        return row


def replay_of(live: LiveSpace) -> tuple[Any, float]:
    """End the Space. Return the sound of its replay, and how long the Space was recorded, in seconds."""
    live.end()
    wait_for(lambda: found(live.stack, live.id)[0] == "ready", within=READY_WITHIN, what="a replay")
    _, directory, duration_ms, seconds = found(live.stack, live.id)
    sound = decoded(Path(live.stack.database.parent / "recordings" / directory / "replay.m4a"))
    assert abs(len(sound) / RATE - duration_ms / 1000) <= 0.03
    return sound, seconds


def silences(sound: Any, hertz: int) -> list[float]:
    """Return the lengths of the silences of a tone after its first sound, in seconds. The last one is to the end."""
    size = int(RATE * STEP)
    steps = sound[: len(sound) // size * size].reshape(-1, size)
    level = np.abs(steps @ np.exp(-2j * np.pi * hertz * np.arange(size) / RATE))
    loud = np.flatnonzero(level > level.max() / 10)
    ends = np.append(loud, len(steps))
    return [round(float(gap), 2) for gap in np.diff(ends) * STEP if gap > 2 * STEP]


@pytest.mark.fault("F8")
def test_recorder_redis_and_worker_die_and_nothing_is_lost(live: LiveSpace, grace: Page) -> None:
    live.enter(grace)
    with live.client("ada") as host:
        host.ask("recording.start")
    time.sleep(TALKS_SECONDS)
    for part in ("recorder", "redis", "worker"):
        live.stack.restart(part)
        time.sleep(TALKS_SECONDS)
    sound, seconds = replay_of(live)
    assert max(silences(sound, ADA_HZ), default=0) <= LOST_SECONDS
    assert abs(len(sound) / RATE - seconds) <= IN_STEP_SECONDS


@pytest.mark.fault("A1")
def test_a_gateway_that_dies_leaves_silence_in_the_recording_and_no_shift(live: LiveSpace, grace: Page) -> None:
    live.enter(grace)
    with live.client("ada") as host:
        host.ask("recording.start")
    time.sleep(TALKS_SECONDS)
    live.stack.kill("gateway")
    time.sleep(LOST_SECONDS)  # what is heard at once is from before
    silent = LOST_SECONDS + everyone_hears({grace: {ADA_HZ}}, within=BACK_WITHIN)
    time.sleep(TALKS_SECONDS)
    sound, seconds = replay_of(live)
    gaps = silences(sound, ADA_HZ)
    assert max(gaps) <= silent + LOST_SECONDS, (gaps, silent)
    assert sum(gaps) <= silent + 2 * LOST_SECONDS, gaps
    assert abs(len(sound) / RATE - seconds) <= IN_STEP_SECONDS
