"""Captions through the whole product: their word error rate, their delay and their cost.

    python -m benchmarks.captions [--recordings 5 | --espeak 16 | --at-once 2 | --at-once 4]

Every part runs on this machine as in the Procfile. Ada hosts in a real Chromium. Her microphone plays recordings of
four people (`tests/support/recordings.py`), or sentences said by espeak-ng, each followed by a pause. A moderator
listens in another Chromium, and that page notes when each caption arrives. With `--at-once` two or four speak at the
same time for half a minute, each with a Chromium and recordings of their own: two readers, one whose English is not
native, and the first reader with other sentences.

- word error rate: all final captions against the spoken text, beside the same engine on the clean file, which never
  went through browser, network and mixer. Both are cut into utterances by the same endpointer. Numbers and "Mr." are
  spelled out, hyphens are spaces.
- end of utterance -> final: from the moment when a speaker's page finds the microphone silent to the final text on the
  listener's page. This includes the silence that ends an utterance.
- word -> first interim: from a word's end, as the engine places it on the Space's clock, to the first caption on
  the listener's page that is long enough to contain it. The word may still be wrong then.
- CPU seconds of `captions` and `speech`, with all their children, for each second of speech; and the memory that each
  of them holds at the end.
"""

import argparse
import itertools
import json
import math
import os
import statistics
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import Browsers
from tests.support.environment import isolate
from tests.support.opus import RATE
from tests.support.people import give_microphone
from tests.support.recordings import Recording, recordings, spelled
from tests.support.stack import Stack
from tests.support.voice import silence, spoken

TITLE = "Captions benchmark"
SPEAKERS = ("ada", "grace", "alan", "joan")
HOST, LISTENER = SPEAKERS[0], "mod"
NAMES = {"grace": "Grace Hopper", "alan": "Alan Turing", "joan": "Joan Clarke"}
PEOPLE = ("reader", "second reader", "not native")
LEAD_SECONDS, PAUSE_SECONDS = 12.0, 1.6
SETTLED_SECONDS = 6.0
NEAR_MS = 600
"""The largest distance between an utterance's end and its silence: an utterance keeps a little of that silence."""

# The first lists of the Harvard sentences (IEEE 1969), made to test how speech survives a line.
SENTENCES = (
    "The birch canoe slid on the smooth planks.",
    "Glue the sheet to the dark blue background.",
    "It is easy to tell the depth of a well.",
    "These days a chicken leg is a rare dish.",
    "Rice is often served in round bowls.",
    "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.",
    "The hogs were fed chopped corn and garbage.",
    "Four hours of steady work faced us.",
    "A large size in stockings is hard to sell.",
    "The boy was there when the sun rose.",
    "A rod is used to catch pink salmon.",
    "The source of the huge river is the clear spring.",
    "Kick the ball straight and follow through.",
    "Help the woman get back to her feet.",
    "A pot of tea helps to pass the evening.",
)

NOTE_CAPTIONS = """
window.heard = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      if (typeof event.data === "string" && event.data.startsWith('{"type":"caption"')) {
        window.heard.push({ at: Date.now(), ...JSON.parse(event.data).line });
      }
    });
  }
};"""

NOTE_SILENCES = """
window.silences = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudAt = 0;
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const now = Date.now();
    if (Math.max(...samples.map(Math.abs)) > 0.01) loudAt = now;
    else if (loudAt && now - loudAt > 350) { window.silences.push(loudAt); loudAt = 0; }
  }, 5);
  return stream;
};"""


@dataclass(frozen=True)
class Run:
    """The notes of all pages. Times are milliseconds of the wall clock."""

    lines: list[dict[str, Any]]
    silences: dict[str, list[float]]
    """Of each speaker."""
    cpu_seconds: float
    memory: dict[str, float]
    """MB, by part."""
    rows: list[dict[str, Any]]
    started_ms: float

    @property
    def finals(self) -> list[dict[str, Any]]:
        return sorted((line for line in self.lines if line["final"]), key=lambda line: line["start_ms"])

    @property
    def spoken_seconds(self) -> float:
        return sum(float(row["end_ms"] - row["start_ms"]) for row in self.rows) / 1000

    def words(self, username: str) -> list[str]:
        """Return what one speaker was understood to say."""
        ids = {str(row["id"]) for row in self.rows if row["speaker__username"] == username}
        return spelled(" ".join(line["text"] for line in self.finals if line["id"] in ids))

    def final_delays(self) -> list[float]:
        """Return the delays, in seconds, of utterances that ended with a silence.

        The silence of an utterance is the one nearest to its end on the Space's clock.
        """
        arrivals = {line["id"]: line["at"] for line in self.finals}
        delays = []
        for row in self.rows:
            ended = self.started_ms + row["end_ms"]
            silence = min(self.silences[row["speaker__username"]], key=lambda at: abs(at - ended), default=-math.inf)
            if str(row["id"]) in arrivals and abs(silence - ended) < NEAR_MS:
                delays.append((arrivals[str(row["id"])] - silence) / 1000)
        return delays

    def interim_delays(self) -> list[float]:
        delays = []
        for row in self.rows:
            shown = [line for line in self.lines if line["id"] == str(row["id"])]
            for number, (_, _, end_ms, _) in enumerate(row["words"], start=1):
                long_enough = [line["at"] for line in shown if len(line["text"].split()) >= number]
                if long_enough:
                    delays.append((min(long_enough) - self.started_ms - end_ms) / 1000)
        return delays


def main() -> None:
    arguments = _arguments()
    isolate()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        said = _said(directory, arguments)
        voices = {speaker: _written(directory / f"{speaker}.wav", said[speaker]) for speaker in said}
        with Stack(directory, environment={"SPACES_HOST_MIN_FOLLOWERS": "0"}) as stack, Browsers(directory) as browsers:
            run = _measure(stack, browsers, voices)
        _report(run, said)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--espeak", type=int, default=0, metavar="SENTENCES", help="a synthetic voice instead of people"
    )
    parser.add_argument("--recordings", type=int, default=None, metavar="N", help="the first so many, all by default")
    parser.add_argument("--at-once", type=int, default=1, choices=(1, 2, 4), help="how many speak at the same time")
    return parser.parse_args()


@dataclass(frozen=True)
class Said:
    """One sentence: `loud` for the microphone at 48 kHz, `clean` for the engine at 16 kHz; both end with a pause."""

    text: str
    loud: bytes
    clean: bytes


By = dict[str, list[Said]]
"""What each speaker says, by username; the first is the host."""


def _said(directory: Path, arguments: argparse.Namespace) -> By:
    if arguments.espeak:
        return {HOST: _synthetic(directory, SENTENCES[: arguments.espeak])}
    if arguments.at_once > 1:
        return dict(itertools.islice(_parts().items(), arguments.at_once))
    return {HOST: _recorded(recordings())[: arguments.recordings]}


def _parts() -> By:
    """Four who speak at the same time, each for twenty to forty seconds."""
    of = {speaker: [one for one in recordings() if one.speaker == speaker] for speaker in PEOPLE}
    reader, second, foreign = of.values()
    shares = (reader[:3], second, foreign, reader[3:] + reader[:1])
    return {username: _recorded(share) for username, share in zip(SPEAKERS, shares, strict=True)}


def _recorded(found: Sequence[Recording]) -> list[Said]:
    pauses = silence(PAUSE_SECONDS), silence(PAUSE_SECONDS, rate=16_000)
    return [Said(one.text, one.pcm(RATE) + pauses[0], one.pcm(16_000) + pauses[1]) for one in found]


def _synthetic(directory: Path, sentences: Sequence[str]) -> list[Said]:
    pauses = silence(PAUSE_SECONDS), silence(PAUSE_SECONDS, rate=16_000)
    return [
        Said(
            sentence,
            spoken(directory / f"{number}.wav", sentence) + pauses[0],
            spoken(directory / f"{number}-16.wav", sentence, rate=16_000) + pauses[1],
        )
        for number, sentence in enumerate(sentences)
    ]


def _written(path: Path, said: Sequence[Said]) -> tuple[Path, float]:
    """Write the file that a microphone plays. Return its path and the seconds until its end."""
    loud = silence(LEAD_SECONDS) + b"".join(one.loud for one in said)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(loud + silence(120))
    return path, len(loud) / 2 / RATE


def _measure(stack: Stack, browsers: Browsers, voices: dict[str, tuple[Path, float]]) -> Run:
    listener = browsers.open(stack.url, LISTENER)
    listener.add_init_script(NOTE_CAPTIONS)
    listener.reload()
    pages = {speaker: browsers.open(stack.url, speaker, voice=path) for speaker, (path, _) in voices.items()}
    for page in pages.values():
        page.add_init_script(NOTE_SILENCES)
    _start(pages[HOST])
    _gather(stack, pages, listener)
    before = _cpu(stack)
    for page in pages.values():
        page.get_by_role("button", name="Unmute", exact=True).click()
    _wait_for(listener, max(seconds for _, seconds in voices.values()))
    rows, started_ms = json.loads(_shell(stack, ROWS))
    silences = {speaker: page.evaluate("() => window.silences ?? []") for speaker, page in pages.items()}
    lines = listener.evaluate("() => window.heard")
    return Run(lines, silences, _cpu(stack) - before, _memory(stack), rows, started_ms)


def _start(page: Page) -> None:
    page.goto("/i/spaces/new")
    page.get_by_role("textbox", name="Name your Space").fill(TITLE)
    page.get_by_role("button", name="Start your Space", exact=True).click()
    expect(page.get_by_role("button", name="Unmute", exact=True)).to_be_visible()


def _gather(stack: Stack, pages: dict[str, Page], listener: Page) -> None:
    """Bring everyone into the Space, the speakers with microphones and captions allowed."""
    address = f"/i/spaces/{_shell(stack, SPACE)}"
    others = {username: page for username, page in pages.items() if username != HOST}
    for page in (*others.values(), listener):
        page.goto(address)
        page.get_by_role("button", name="Start listening").or_(page.get_by_role("button", name="Join")).first.click()
    for username, page in others.items():
        give_microphone(pages[HOST], page, NAMES[username])
    _shell(stack, CONSENT)


def _wait_for(listener: Page, seconds: float) -> None:
    """Wait until the file has been played and no new caption has come for a while."""
    listener.wait_for_timeout(seconds * 1000)
    known, since = -1, time.monotonic()
    while time.monotonic() - since < SETTLED_SECONDS:
        count = listener.evaluate("() => window.heard.filter((line) => line.final).length")
        known, since = (known, since) if count == known else (count, time.monotonic())
        listener.wait_for_timeout(500)


CONSENT = """
from captions import services
from spaces.models import Space
space = Space.objects.get(state="live", title="Captions benchmark")
for place in space.participants.with_mic():
    services.set_consent(public_id=space.public_id, user=place.user, given=True)
"""
SPACE = 'from spaces.models import Space; print(Space.objects.get(state="live", title="Captions benchmark").public_id)'
ROWS = """
import json
from captions.models import Utterance
finals = Utterance.objects.filter(state="final")
rows = list(finals.values("id", "speaker__username", "start_ms", "end_ms", "words", "engine_ms"))
print(json.dumps([rows, Utterance.objects.first().space.started_at.timestamp() * 1000]))
"""


def _shell(stack: Stack, program: str) -> str:
    return stack.manage("shell", "--verbosity", "0", "--command", program).strip()


def _recognise(clean: bytes) -> list[str]:
    """Return the words that the product's endpointer and engine find in the sound without browser and gateway."""
    import django

    django.setup()
    from captions.engines import engine
    from captions.ingest.endpointer import Endpointer

    found = Endpointer().push(clean, at_ms=0)
    return spelled(" ".join(engine().transcribe(heard.pcm, language="en").text for heard in found))


def errors(said: Sequence[str], understood: Sequence[str]) -> int:
    """Return the number of words to insert, delete and replace: Levenshtein's distance."""
    row = list(range(len(understood) + 1))
    for number, word in enumerate(said, start=1):
        corner, row[0] = row[0], number
        for column, other in enumerate(understood, start=1):
            cost = min(row[column] + 1, row[column - 1] + 1, corner + (word != other))
            corner, row[column] = row[column], cost
    return row[-1]


def _cpu(stack: Stack) -> float:
    return sum(_cpu_of(pid) for part in ("captions", "speech") for pid in _tree(stack.pid(part)))


def _memory(stack: Stack) -> dict[str, float]:
    """Return the proportional set size in MB of each part, which counts memory shared by several processes once."""
    parts = {"captions": stack.pid("captions"), "speech": stack.pid("speech")}
    return {name: sum(map(_pss, _tree(pid))) for name, pid in parts.items()}


def _pss(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.partition("\nPss:")[2].split()[0]) / 1024


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *itertools.chain.from_iterable(_tree(int(child)) for child in children)]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def _print_delays(what: str, seconds: Sequence[float]) -> None:
    p50, p95 = (_percentile(seconds, percent) for percent in (50, 95))
    print(f"{what}: p50 {p50:.2f} s, p95 {p95:.2f} s, of {len(seconds)}")


def _report(run: Run, said: By) -> None:
    sentences = sum(map(len, said.values()))
    print(f"{sentences} recordings, {run.spoken_seconds:.0f} s of utterances; load {os.getloadavg()[0]:.1f}")
    _report_words(run, said)
    _print_delays("end of utterance -> final", run.final_delays())
    _print_delays("word -> first interim", run.interim_delays())
    _print_delays("in the engine", [row["engine_ms"] / 1000 for row in run.rows])
    print(f"CPU seconds per spoken second: {run.cpu_seconds / run.spoken_seconds:.2f}")
    print("memory: " + ", ".join(f"{part} {megabytes:.0f} MB" for part, megabytes in run.memory.items()))
    for line in run.finals:
        print(f"  {line['start_ms'] / 1000:7.2f} {line['name']}: {line['text']}")


def _report_words(run: Run, said: By) -> None:
    for speaker, parts in said.items():
        text = spelled(" ".join(one.text for one in parts))
        clean = _recognise(b"".join(one.clean for one in parts))
        through, beside = errors(text, run.words(speaker)) / len(text), errors(text, clean) / len(text)
        ratio = through / beside if beside else 1.0
        print(
            f"{speaker}, {len(text)} words; word error rate: {through:.3f} through the chain, "
            f"{beside:.3f} on the clean file: {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
