"""A recorded Space with two speakers, captions, a pinned post and a cut: at any moment of its replay the sound, the
lit face and the caption are of the same speaker."""

import random
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ADA_HZ, GRACE_HZ
from tests.journeys.test_captions import ADA, GRACE, TEXTS
from tests.journeys.test_pins import SHOWN_WITHIN_MS, pinned, post
from tests.journeys.test_replay import (
    IN_STEP_MS,
    KEEP_AUDIO,
    LOUDEST,
    OPENS_WITHIN_MS,
    READY_WITHIN,
    query,
    ready,
    start_recorded,
)
from tests.journeys.test_replay import TITLE as SPACE
from tests.recordings.captures import decoded
from tests.support.browser import Browsers, screenshot
from tests.support.opus import RATE
from tests.support.people import approve, bubble, button, end_space, press, unmute
from tests.support.stack import Stack
from tests.support.voice import mixed, silence, spoken, tone

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400, func_only=True)]

TONES = {ADA: ADA_HZ, GRACE: GRACE_HZ}
TONE_AMPLITUDE = 0.06
"""Loud enough to be told from the other one, too quiet to keep the engine from the words."""
PAUSE_SECONDS = 2.5
CAPTIONED_WITHIN = 60.0
CUT_MS = 1_000
LOOKS = 3
_LINES = """
SELECT username, start_ms, end_ms FROM captions_utterance JOIN accounts_user ON accounts_user.id = speaker_id
WHERE space_id = (SELECT id FROM spaces_space WHERE public_id = ?) AND captions_utterance.state = 'final'
ORDER BY start_ms
"""
_STARTS = """
SELECT starts_ms FROM spaces_stretch WHERE recording_id = (SELECT id FROM spaces_recording WHERE space_id =
    (SELECT id FROM spaces_space WHERE public_id = ?))
"""


class Said(NamedTuple):
    """One caption: the speaker's name, and its times on the clock of the uncut recording in milliseconds."""

    name: str
    starts_ms: int
    ends_ms: int


@pytest.fixture
def speakers(stack: Stack, browsers: Browsers, tmp_path: Path) -> Iterator[dict[str, Page]]:
    """Ada and Grace in browsers of their own. Each microphone says a sentence, over a tone, then nothing, again and
    again."""
    pages = {
        name: browsers.open(stack.url, account, voice=_voice(tmp_path, name), loops=True)
        for name, account in ((ADA, "ada"), (GRACE, "grace"))
    }
    yield pages
    for page in pages.values():
        browser = page.context.browser
        assert browser is not None
        browser.close()


def _voice(directory: Path, name: str) -> Path:
    path = directory / f"{name}.wav"
    sentence = spoken(directory / "said.wav", TEXTS[name])
    under = tone(TONES[name], seconds=len(sentence) / 2 / RATE, amplitude=TONE_AMPLITUDE)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(mixed(sentence, under) + silence(PAUSE_SECONDS))
    return path


def test_sound_face_and_caption_of_a_replay_agree(stack: Stack, speakers: dict[str, Page], joan: Page) -> None:
    ada, grace = speakers.values()
    post(ada, "Notes of this evening")
    public_id = start_recorded(ada)
    press(ada, "Allow captions")
    bubble(grace, SPACE).click()
    press(grace, "Request")
    grace.get_by_role("dialog", name="Agree to be recorded?").get_by_role("button", name="Agree").click()
    expect(button(grace, "Cancel request")).to_be_visible(timeout=OPENS_WITHIN_MS)
    approve(ada, GRACE)
    expect(button(grace, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    press(grace, "Allow captions")

    _talk(stack, public_id, ada, "ada")
    press(ada, "Share")
    press(ada, "Pin a post")
    press(ada, "Pin Notes of this evening")
    expect(pinned(grace)).to_have_text([re.compile("Notes of this evening")], timeout=SHOWN_WITHIN_MS)
    _talk(stack, public_id, grace, "grace")

    end_space(ada)
    seconds, replay, _ = ready(stack, public_id)
    assert seconds <= READY_WITHIN
    [(begins,)] = query(stack, _STARTS, public_id)
    names = {"ada": ADA, "grace": GRACE}
    said = [Said(names[who], start - begins, end - begins) for who, start, end in query(stack, _LINES, public_id)]
    _begin_and_end_with_the_sound(said, decoded(replay))
    _cut_the_start(ada, public_id)
    _look(joan, public_id, said)


def _talk(stack: Stack, public_id: str, page: Page, username: str) -> None:
    """Unmute until a whole sentence is captioned."""
    unmute(page)

    def is_captioned() -> bool:
        page.wait_for_timeout(200)  # Playwright stands still otherwise
        return any(who == username for who, _, _ in query(stack, _LINES, public_id))

    stack.wait_until(is_captioned, seconds=CAPTIONED_WITHIN)
    press(page, "Mute")
    expect(button(page, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    page.wait_for_timeout(1_000)


def _begin_and_end_with_the_sound(said: list[Said], sound: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> None:
    """Each caption lies in sound of its speaker: the tone is there 200 ms after its begin and before its end."""
    assert {line.name for line in said} == {ADA, GRACE}
    for line in said:
        for at in (line.starts_ms + IN_STEP_MS, line.ends_ms - IN_STEP_MS):
            assert _loudest(sound, at) == line.name, (said, line, at)


def _loudest(sound: "np.ndarray[tuple[int], np.dtype[np.float32]]", at_ms: int) -> str:
    window = sound[int((at_ms - 60) * RATE / 1000) : int((at_ms + 60) * RATE / 1000)]
    times = np.arange(len(window)) / RATE
    return max(TONES, key=lambda name: float(np.abs(window @ np.exp(-2j * np.pi * TONES[name] * times))))


def _cut_the_start(host: Page, public_id: str) -> None:
    host.goto("/i/recordings")
    host.get_by_text("Change On the record").first.click()
    host.locator(f"#start-{public_id}").fill("0:01")
    press(host, "Save the cut")
    expect(host.locator(f"#start-{public_id}")).to_have_value("0:01")


def _look(page: Page, public_id: str, said: list[Said]) -> None:
    """Jump to a random moment of three captions, the speakers in turn, and look at who is shown and heard."""
    page.add_init_script(KEEP_AUDIO)
    page.goto(f"/i/spaces/{public_id}")
    press(page, "Play")
    chance = random.Random(17)
    of = {name: [line for line in said if line.name == name and line.starts_ms > CUT_MS] for name in (ADA, GRACE)}
    for number in range(LOOKS):
        name = (ADA, GRACE)[number % 2]
        line = chance.choice(of[name])
        at = chance.uniform(line.starts_ms + IN_STEP_MS, line.ends_ms - 1_000)
        page.evaluate("at => { lastAudio.currentTime = at / 1000 }", at)
        page.wait_for_timeout(IN_STEP_MS)
        expect(page.locator("[data-replay-line] .replay-name")).to_have_text(name)
        expect(page.locator("#page .tile[data-person][data-talking]")).to_have_text(re.compile(name))
        assert page.evaluate(LOUDEST, list(TONES.values())) == TONES[name]
    expect(page.locator("[data-replay-pinned]")).to_contain_text("Notes of this evening")
    screenshot(page, "replay-in-step")
    press(page, "Pause")
