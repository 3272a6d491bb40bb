"""The delay from mouth to ear: from a speaker's sound until a listener's and another speaker's browser plays it.

    python -m benchmarks.mouth_to_ear [--seconds 60]

The whole product runs on this machine with three real Chromium processes. Ada's microphone plays a click of 20 ms every
second. Alan listens by the mountpoint; grace has a microphone and hears the mixer. The same meter measures ada's
microphone before it is encoded, and the sound that the others play after their jitter buffers. It notes by the
machine's clock when a click begins, to 5 ms. Delays of sound cards, rooms and the network between homes come on top.

Goal: a median of at most 250 ms.
"""

import argparse
import array
import math
import tempfile
import wave
from bisect import bisect
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from benchmarks._support.table import markdown, percentile
from tests.support import people
from tests.support.browser import Browsers, beside
from tests.support.environment import isolate
from tests.support.stack import Stack

TITLE: Final = "Mouth to ear"
RATE: Final = 48_000
SETTLES_MS: Final = 5_000
LONGEST_MS: Final = 900.0

METER: Final = """
const SIZE = 256, LOUD = 0.05, APART_MS = 300;
window.clicks = [];
const meter = (stream) => {
  const context = new AudioContext();
  const node = context.createScriptProcessor(SIZE, 1, 1);
  let last = -Infinity;
  node.onaudioprocess = ({ inputBuffer }) => {
    const end = performance.timeOrigin + performance.now();
    const first = inputBuffer.getChannelData(0).findIndex((sample) => Math.abs(sample) > LOUD);
    if (first < 0) return;
    const at = end - ((SIZE - first) / context.sampleRate) * 1000;
    if (at - last > APART_MS) window.clicks.push(at);
    last = at;
  };
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
};
"""
MOUTH: Final = """
const opened = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await opened(wanted);
  meter(stream.clone());
  return stream;
};
"""
EAR: Final = """
const looking = setInterval(() => {
  const stream = document.querySelector("#room-audio")?.srcObject;
  if (!stream?.getAudioTracks().length) return;
  clearInterval(looking);
  meter(stream);
}, 100);
"""


def main() -> None:
    seconds = _arguments().seconds
    isolate()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with Stack(directory) as stack, Browsers(directory) as browsers:
            voice = directory / "clicks.wav"
            _write_clicks(voice)
            ada = _with_meter(browsers.open(stack.url, "ada", voice=voice, loops=True), MOUTH)
            grace = _with_meter(browsers.open(stack.url, "grace"), EAR)
            alan = _with_meter(beside(grace, stack.url, "alan"), EAR)
            people.start_space(ada, TITLE)
            people.unmute(ada)
            people.enter(alan, TITLE)
            people.enter(grace, TITLE)
            people.give_microphone(ada, grace, "Grace Hopper")
            ada.wait_for_timeout(SETTLES_MS)
            for page in (ada, grace, alan):
                page.evaluate("() => { window.clicks.length = 0; }")
            ada.wait_for_timeout(seconds * 1000)
            said, *heard = (page.evaluate("() => window.clicks") for page in (ada, alan, grace))
    rows = [_row(name, said, times) for name, times in zip(("a listener", "another speaker"), heard, strict=True)]
    print(markdown(["mouth to ear of", "clicks heard", "p50 ms", "p95 ms", "most"], rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    return parser.parse_args()


def _write_clicks(path: Path) -> None:
    loud = [round(12_000 * math.sin(2 * math.pi * 1_000 * at / RATE)) for at in range(RATE // 50)]
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(array.array("h", loud + [0] * (RATE - len(loud))).tobytes() * 10)


def _with_meter(page: Page, where: str) -> Page:
    page.add_init_script(METER + where)
    page.goto("/")
    return page


def _row(name: str, said: list[float], heard: list[float]) -> list[str]:
    """Return the row of one ear. Each click heard is paired with the latest click said before it."""
    took = sorted(at - said[number - 1] for at in heard if (number := bisect(said, at)))
    counted = [one for one in took if one < LONGEST_MS]
    shown = (f"{percentile(counted, share):.0f}" for share in (0.5, 0.95, 1.0))
    return [name, f"{len(counted)} of {len(said)}", *shown]


if __name__ == "__main__":
    main()
