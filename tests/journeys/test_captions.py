"""Two people talk at the same time, and a third reads: every line has the right name, also after the gateway died."""

import wave
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Browsers, screenshot
from tests.support.opus import RATE
from tests.support.people import end_space, enter, give_microphone, press, start_space, unmute
from tests.support.stack import Stack
from tests.support.voice import silence, spoken

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

TITLE = "Open audio hour"
ADA, GRACE = "Ada Lovelace", "Grace Hopper"
TEXTS = {
    ADA: "the weather is very good today and we will go to the park with the children",
    GRACE: "many people believe that the market will recover before the summer",
}
"""Both sentences in the same voice: if they were mixed, no listener could separate them."""
OWN_WORDS = {
    ADA: {"weather", "today", "park", "children"},
    GRACE: {"people", "believe", "market", "recover", "summer"},
}
UNDERSTOOD = 2
"""Of those, so many are enough: cut sentences are part of it."""
PAUSE_SECONDS = 1.2
READ_WITHIN = 90.0

READ_LINES = """() => [...document.querySelectorAll("[data-captions-lines] .caption")].map((line) => ({
    id: Number(line.dataset.key),
    name: line.querySelector("[data-caption-name]").textContent,
    text: line.querySelector("[data-caption-text]").textContent,
    final: !line.hasAttribute("data-interim"),
}))"""
READ_FILE = """async (address) => {
    const track = Object.assign(document.createElement("track"), { src: address, kind: "captions" });
    const player = document.createElement("video");
    player.append(track);
    track.track.mode = "hidden";
    await new Promise((resolve, reject) => { track.onload = resolve; track.onerror = reject; });
    return [...track.track.cues].map((cue) => ({
        start: cue.startTime,
        end: cue.endTime,
        name: cue.getCueAsHTML().querySelector("span").title,
        text: cue.getCueAsHTML().textContent,
    }));
}"""


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    text: str
    final: bool


def lines(reader: Page, *, after: int = 0) -> list[Line]:
    return [line for found in reader.evaluate(READ_LINES) if (line := Line(**found)).id > after]


def wrong(found: Collection[Line]) -> list[Line]:
    """Return lines with words of another speaker, and lines of people who do not talk."""
    return [line for line in found if any(said_by(name, line.text) for name in {*TEXTS} - {line.name})]


def said_by(name: str, text: str) -> set[str]:
    return OWN_WORDS[name] & set(text.lower().replace(".", " ").split())


def are_understood(stack: Stack, reader: Page, *, after: int = 0) -> list[Line]:
    """Waits until both have final lines with words of their own, later than the line `after`."""

    def both() -> bool:
        reader.wait_for_timeout(200)  # Playwright stands still otherwise
        finals = [line for line in lines(reader, after=after) if line.final]
        texts = {name: " ".join(line.text for line in finals if line.name == name) for name in TEXTS}
        return all(len(said_by(name, text)) >= UNDERSTOOD for name, text in texts.items())

    stack.wait_until(both, seconds=READ_WITHIN)
    return lines(reader, after=after)


@pytest.fixture
def speakers(stack: Stack, browsers: Browsers, tmp_path: Path) -> Iterator[dict[str, Page]]:
    """Ada and Grace in browsers of their own, whose microphones say their sentences over and over."""
    pages = {
        name: browsers.open(stack.url, account, voice=voice(tmp_path, name), loops=True)
        for name, account in ((ADA, "ada"), (GRACE, "grace"))
    }
    yield pages
    for page in pages.values():
        browser = page.context.browser
        assert browser is not None
        browser.close()


def voice(directory: Path, name: str) -> Path:
    path = directory / f"{name}.wav"
    pcm = spoken(directory / "said.wav", TEXTS[name]) + silence(PAUSE_SECONDS)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(pcm)
    return path


def test_everybodys_words_are_under_their_own_name(stack: Stack, speakers: dict[str, Page], joan: Page) -> None:
    ada, grace = speakers.values()
    space = start_space(ada, TITLE)
    enter(grace, TITLE)
    enter(joan, TITLE)
    give_microphone(ada, grace, GRACE)
    press(ada, "Allow captions")
    press(joan, "Show captions")
    expect(on_stage(joan, GRACE)).to_contain_text("not captioned")
    expect(on_stage(joan, ADA)).not_to_contain_text("not captioned")
    press(grace, "Allow captions")
    expect(on_stage(joan, GRACE)).not_to_contain_text("not captioned")
    unmute(ada)
    unmute(grace)

    found = are_understood(stack, joan)
    screenshot(joan, "captions")
    assert {line.name for line in found} == {ADA, GRACE}
    assert wrong(found) == []
    assert_the_file_is_right(stack, joan, space)
    assert_only_finals_are_read_out(joan)
    assert_nothing_moves_in_a_pause(joan)

    newest = max(line.id for line in lines(joan))
    stack.kill("gateway")
    again = are_understood(stack, joan, after=newest)
    assert wrong(again) == []
    assert wrong(lines(joan)) == []

    choose_language(ada, joan)
    press(joan, "Hide captions")
    end_space(ada)


def on_stage(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="On stage").get_by_role("listitem").filter(has_text=name)


def assert_the_file_is_right(stack: Stack, reader: Page, space: str) -> None:
    """Chromium's own reader of WebVTT is asked; it knows of two voices at once."""

    def cues() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = reader.evaluate(READ_FILE, f"/i/spaces/{space}/captions.vtt")
        return found

    def two_speak_at_once() -> bool:
        reader.wait_for_timeout(2_000)  # a file of captions may be as old as this
        of_ada, of_grace = ([cue for cue in cues() if cue["name"] == name] for name in TEXTS)
        return any(a["start"] < g["end"] and g["start"] < a["end"] for a in of_ada for g in of_grace)

    # Their first sentences need not be at once: one microphone opens later than the other.
    stack.wait_until(two_speak_at_once, seconds=READ_WITHIN)
    found = cues()
    assert {cue["name"] for cue in found} == {ADA, GRACE}
    assert wrong([Line(0, cue["name"], cue["text"], final=True) for cue in found]) == []


def assert_only_finals_are_read_out(reader: Page) -> None:
    read_out = reader.get_by_role("log", name="Captions read out").locator("p")
    expect(read_out.first).to_be_attached()
    said = set(read_out.all_text_contents())
    assert said <= {f"{line.name}: {line.text}" for line in lines(reader) if line.final}


def assert_nothing_moves_in_a_pause(reader: Page) -> None:
    press(reader, "Pause")
    paused = lines(reader)
    back = reader.get_by_role("button", name="Back to live")
    expect(back).to_contain_text("new", timeout=READ_WITHIN * 1000)
    assert lines(reader) == paused
    back.click()
    expect(back).to_be_hidden()


def choose_language(host: Page, reader: Page) -> None:
    press(host, "Manage")
    host.get_by_label("Spoken language").select_option(label="British English")
    press(host, "Back to the stage")
    expect(reader.locator("[data-captions-lines] [lang=en-GB]").first).to_be_attached(timeout=READ_WITHIN * 1000)
