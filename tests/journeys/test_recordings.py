"""Two people whose recordings play at the same time: every line is under the right name, and right."""

import wave
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.support.browser import Browsers
from tests.support.people import enter, give_microphone, press, start_space, unmute
from tests.support.recordings import Recording, recordings, spelled
from tests.support.stack import Stack
from tests.support.voice import RATE, silence

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420, func_only=True)]

TITLE = "Two readers"
ADA, GRACE = "Ada Lovelace", "Grace Hopper"
LISTENS_SECONDS = 75.0
PAUSE_SECONDS = 1.2
FEW = 4
"""Shorter lines may be in both books."""
WRONG = 0.05

READ_FINALS = """() => [...document.querySelectorAll(".caption:not([data-interim])")].map((line) => [
    line.querySelector("[data-caption-name]").textContent,
    line.querySelector("[data-caption-text]").textContent,
])"""


def test_two_readers_at_once_are_each_under_their_own_name(stack: Stack, browsers: Browsers, tmp_path: Path) -> None:
    said = {ADA: by("reader"), GRACE: by("second reader")}
    texts = {name: spelled(" ".join(one.text for one in parts) + " ") * 2 for name, parts in said.items()}  # it loops
    pages = {
        name: browsers.open(stack.url, account, voice=voice(tmp_path / f"{account}.wav", said[name]), loops=True)
        for name, account in ((ADA, "ada"), (GRACE, "grace"))
    }
    joan = browsers.open(stack.url, "joan")
    start_space(pages[ADA], TITLE)
    for page in (pages[GRACE], joan):
        enter(page, TITLE)
    give_microphone(pages[ADA], pages[GRACE], GRACE)
    for page in pages.values():
        press(page, "Allow captions")
        unmute(page)
    press(joan, "Show captions")
    joan.wait_for_timeout(LISTENS_SECONDS * 1000)
    assert_right(joan, texts)


def by(speaker: str) -> list[Recording]:
    return [one for one in recordings() if one.speaker == speaker]


def voice(path: Path, parts: Sequence[Recording]) -> Path:
    pause = silence(PAUSE_SECONDS)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(part.pcm(RATE) + pause for part in parts))
    return path


def assert_right(reader: Page, texts: dict[str, list[str]]) -> None:
    found = [(name, spelled(text)) for name, text in reader.evaluate(READ_FINALS)]
    words = {name: [line for of, line in found if of == name] for name in texts}
    assert all(sum(map(len, lines)) >= 40 for lines in words.values()), found
    for name, lines in words.items():
        [other] = texts.keys() - {name}
        for line in lines:
            if len(line) >= FEW:
                assert missed(line, texts[name]) < missed(line, texts[other]), (name, line)
        wrong = sum(missed(line, texts[name]) for line in lines)
        assert wrong / sum(map(len, lines)) <= WRONG, (name, wrong, lines)


def missed(line: Sequence[str], text: Sequence[str]) -> int:
    """Words to change so that the line stands somewhere in the text: Levenshtein's distance to its best part."""
    row = [0] * (len(text) + 1)
    for number, word in enumerate(line, start=1):
        corner, row[0] = row[0], number
        for column, other in enumerate(text, start=1):
            cost = min(row[column] + 1, row[column - 1] + 1, corner + (word != other))
            corner, row[column] = row[column], cost
    return min(row)
