"""A Space that is recorded: all know, speakers agree, and right after the end the sound is there with its turns."""

import random
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.recordings.captures import decoded
from tests.support.browser import screenshot, wait_until_heard
from tests.support.opus import RATE
from tests.support.people import approve, bubble, button, end_space, press, unmute
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "On the record"
HEARD_WITHIN = 20.0
OPENS_WITHIN_MS = 20_000
TALKS_SECONDS = 3
READY_WITHIN = 2.0
"""Seconds from the end on the host's page to a replay, on a machine that has something to do besides."""
IN_STEP_MS = 200
NAMES = {"ada": re.compile("Ada Lovelace"), "grace": re.compile("Grace Hopper")}
KEEP_AUDIO = "window.Audio = class extends Audio { constructor(...of) { super(...of); window.lastAudio = this; } }"
LOUDEST = """
async (tones) => {
  window.replayAnalyser ??= (() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 16384;  // a third of a second: in less, a vowel can be louder than the tone
    context.createMediaStreamSource(lastAudio.captureStream()).connect(analyser);
    return analyser;
  })();
  await new Promise((resolve) => setTimeout(resolve, 400));
  const spectrum = new Float32Array(replayAnalyser.frequencyBinCount);
  replayAnalyser.getFloatFrequencyData(spectrum);
  const level = (hertz) => spectrum[Math.round((hertz * replayAnalyser.fftSize) / replayAnalyser.context.sampleRate)];
  return tones.reduce((loudest, tone) => (level(tone) > level(loudest) ? tone : loudest));
}
"""


def query(stack: Stack, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True)) as database:
        return database.execute(sql, values).fetchall()


def start_recorded(page: Page) -> str:
    page.goto("/i/spaces/new")
    page.get_by_role("textbox", name="Name your Space").fill(TITLE)
    page.get_by_role("switch", name="Record Space").check()
    with page.expect_response(lambda answer: answer.request.method == "POST") as started:
        press(page, "Start your Space")
    expect(button(page, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    return str(started.value.json()["id"])


def talk(page: Page, listener: Page, hertz: int) -> None:
    unmute(page)
    wait_until_heard(listener, hertz, seconds=HEARD_WITHIN)
    page.wait_for_timeout(TALKS_SECONDS * 1000)
    press(page, "Mute")
    expect(button(page, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    page.wait_for_timeout(1_000)


def ready(stack: Stack, public_id: str) -> tuple[float, Path, int]:
    """Wait for the replay. Return the seconds that it took, its file, and its length in milliseconds."""
    began = time.monotonic()
    sql = (
        "SELECT directory, duration_ms, state FROM spaces_recording WHERE space_id ="
        " (SELECT id FROM spaces_space WHERE public_id = ?)"
    )
    while time.monotonic() - began < HEARD_WITHIN:
        [(directory, duration_ms, state)] = query(stack, sql, public_id)
        if state == "ready":
            recordings = stack.database.parent / "recordings"
            return time.monotonic() - began, recordings / directory / "replay.m4a", duration_ms
        time.sleep(0.02)
    raise AssertionError("there is no replay")


def loud_from_to(sound: Any, hertz: int) -> tuple[int, int]:
    """Return when a tone is heard first and last, in milliseconds."""
    step = RATE // 50
    steps = sound[: len(sound) // step * step].reshape(-1, step)
    wave = np.exp(-2j * np.pi * hertz * np.arange(step) / RATE)
    level = np.abs(steps @ wave)
    loud = np.flatnonzero(level > level.max() / 4)
    return int(loud[0]) * 20, int(loud[-1] + 1) * 20


def test_a_recorded_space_is_a_replay_with_turns_when_it_is_over(stack: Stack, ada: Page, grace: Page) -> None:
    public_id = start_recorded(ada)
    expect(ada.get_by_text("REC", exact=True)).to_be_visible()

    bubble(grace, TITLE).click()
    expect(grace.get_by_text("REC", exact=True)).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(grace, "Request")
    question = grace.get_by_role("dialog", name="Agree to be recorded?")
    screenshot(grace, "agree-to-be-recorded")
    question.get_by_role("button", name="Only listen").click()
    expect(button(grace, "Request")).to_be_visible()
    press(grace, "Request")
    question.get_by_role("button", name="Agree").click()
    expect(button(grace, "Cancel request")).to_be_visible(timeout=OPENS_WITHIN_MS)
    approve(ada, "Grace Hopper")

    talk(ada, grace, ADA_HZ)
    expect(button(grace, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    talk(grace, ada, GRACE_HZ)

    press(ada, "Manage")
    ada.get_by_role("switch", name="Record the Space").scroll_into_view_if_needed()
    screenshot(ada, "manage-recording")
    press(ada, "Back to the stage")
    end_space(ada)
    seconds, replay, duration_ms = ready(stack, public_id)
    assert seconds <= READY_WITHIN

    sound = decoded(replay)
    assert abs(len(sound) * 1000 / RATE - duration_ms) <= 25
    sql = (
        "SELECT username, starts_ms, ends_ms FROM spaces_spokenturn JOIN accounts_user ON accounts_user.id = user_id"
        " WHERE space_id = (SELECT id FROM spaces_space WHERE public_id = ?) ORDER BY starts_ms"
    )
    turns = query(stack, sql, public_id)
    print(turns, [loud_from_to(sound, hertz) for hertz in (ADA_HZ, GRACE_HZ)], seconds)
    heard = {"ada": loud_from_to(sound, ADA_HZ), "grace": loud_from_to(sound, GRACE_HZ)}
    for name, (first, last) in heard.items():
        own = [(starts, ends) for username, starts, ends in turns if username == name]
        assert abs(own[0][0] - first) <= IN_STEP_MS, (turns, first, last)
        assert abs(own[-1][1] - last) <= IN_STEP_MS, (turns, first, last)
    play(grace, public_id, heard)


def play(page: Page, public_id: str, heard: dict[str, tuple[int, int]]) -> None:
    """Play the replay in another browser: sound and lit face agree at each moment, and so does the next speaker."""
    page.add_init_script(KEEP_AUDIO)
    page.goto(f"/i/spaces/{public_id}")
    press(page, "Play")
    chance = random.Random(17)
    for name in (*heard, *heard):
        at = chance.uniform(*heard[name])
        at = min(max(at, heard[name][0] + IN_STEP_MS), heard[name][1] - 1_000)
        page.evaluate("at => { lastAudio.currentTime = at / 1000 }", at)
        page.wait_for_timeout(300)
        assert page.evaluate(LOUDEST, [ADA_HZ, GRACE_HZ]) == {"ada": ADA_HZ, "grace": GRACE_HZ}[name]
        expect(page.locator("#page .tile[data-person][data-talking]")).to_have_text(NAMES[name])
    screenshot(page, "replay-phone")
    page.evaluate("at => { lastAudio.currentTime = at / 1000 }", heard["ada"][0] + 500)
    page.wait_for_timeout(300)
    press(page, "Skip to the next speaker")
    landed = page.evaluate("lastAudio.currentTime * 1000")
    assert abs(landed - heard["grace"][0]) <= IN_STEP_MS + 100, landed  # the time that a tap takes is played
    press(page, "Pause")
