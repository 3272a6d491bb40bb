"""The sound of a recording as files: peaks for a waveform, cuts that silence suggests, and MP3 and M4A for download.

Decoding and encoding run in a child process with limits on memory and time; see `sound_child`.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from spaces.recordings.sound_child import REFUSED
from spaces.recordings.turns import Chapter
from spaces.selectors.timeline import Kept
from spaces_project.common.beside import written_beside

PEAK_MS: Final = 100
"""How long one peak is."""
SILENT_PERCENT: Final = 1
"""A peak up to this is silence: -40 dB, below a room's noise after Opus and above its comfort noise."""
LEAD_MS: Final = 300
"""What is kept of the silence before the first word and after the last one."""
_LOUD_OF, _LOUD = 5, 3
"""A word is loud in three of five peaks. A click of a microphone is loud in one."""
_CHILD = Path(__file__).with_name("sound_child.py")
_STARTUP_SECONDS, _SPEED = 60, 5
"""An hour takes some seventy seconds of CPU. A machine with ten times as much to do still gets it done in time."""

Format = Literal["mp3", "m4a"]
Progress = Callable[[int], None]


class BadSound(Exception):
    """The file is no sound, or the decoder crashed on it. A retry is of no use while the file stays the same."""


class TooSlow(Exception):
    """The child process was not done in the time that a sound of this length gets, and was killed. A retry may help."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What players show of a file."""

    title: str
    artist: str
    date: str
    album: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """What a sound file is made of: parts of a source, by the source's own clock, and chapters by the replay's.

    `seeks`: the first part is looked up in the source by its time, and nothing long before it is decoded.
    """

    source: Path
    kept: Sequence[Kept]
    tags: Tags
    chapters: Sequence[Chapter] = field(default_factory=tuple)
    seeks: bool = False


def peaks(source: Path, *, length_ms: int) -> list[int]:
    """Return the loudest moment of each `PEAK_MS` as percent of full scale. Raises `BadSound`, `TooSlow`."""
    found: list[int] = _ask(length_ms, command="peaks", source=str(source))["peaks"]
    return found


def export(what: Export, targets: Mapping[Format, Path], *, progress: Progress | None = None) -> int:
    """Write MP3 and M4A at the loudness of podcasts, with tags and chapters inside. Return their length in ms.

    The targets appear when all are complete, and replace earlier ones. A run that is interrupted leaves earlier files
    as they were, and the next run starts again. `progress` is called with the percent that is done.
    Raises `BadSound`, `TooSlow`, and `OSError` if a directory is not writable.
    """
    with contextlib.ExitStack() as stack:
        unfinished = {kind: stack.enter_context(written_beside(target)) for kind, target in targets.items()}
        answer = _ask(
            what.kept[-1].ends_ms - (what.kept[0].starts_ms if what.seeks else 0),
            progress,
            command="export",
            source=str(what.source),
            targets={kind: str(path) for kind, path in unfinished.items()},
            kept_ms=[(part.starts_ms, part.ends_ms) for part in what.kept],
            seeks=what.seeks,
            tags={name: value for name, value in asdict(what.tags).items() if value},
            chapters=[asdict(chapter) for chapter in what.chapters],
        )
    return int(answer["length_ms"])


def without_silence(loudness: Sequence[int]) -> Kept | None:
    """Return the part of a recording between the silence at its two ends, from its peaks. None if nothing is loud."""
    loud = [percent > SILENT_PERCENT for percent in loudness]
    first, last = _first_word(loud), _first_word(loud[::-1])
    if first is None or last is None:
        return None
    length_ms = len(loud) * PEAK_MS
    return Kept(max(0, first * PEAK_MS - LEAD_MS), min(length_ms, length_ms - last * PEAK_MS + LEAD_MS))


def _first_word(loud: Sequence[bool]) -> int | None:
    return next((at for at, is_loud in enumerate(loud) if is_loud and sum(loud[at : at + _LOUD_OF]) >= _LOUD), None)


def _ask(length_ms: int, progress: Progress | None = None, **request: Any) -> Mapping[str, Any]:
    seconds = _STARTUP_SECONDS + length_ms // 1000 // _SPEED
    # -I: neither the environment nor the working directory can choose what the child imports.
    command = [sys.executable, "-I", str(_CHILD)]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(  # noqa: S603  # our own interpreter and file; the request goes to standard input
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
        ) as child,
        _ended_after(seconds, child) as is_late,
    ):
        answer = _answer(child, json.dumps({**request, "seconds": 2 * seconds}), progress)
        status = child.wait()
        if is_late.is_set():
            raise TooSlow(f"not done after {seconds} seconds")
        if status or answer is None:
            said.seek(0)
            kind = "refused" if status == REFUSED else f"ended with {status}"
            raise BadSound(f"{kind}: {said.read()[-500:]}")
    return answer


def _answer(child: "subprocess.Popen[str]", request: str, progress: Progress | None) -> Mapping[str, Any] | None:
    """Send the request and read lines of JSON: how far the child is, and last its answer."""
    answer = None
    if child.stdin is None or child.stdout is None:
        raise TypeError("the child has no pipes")
    with contextlib.suppress(BrokenPipeError):  # it ended at once: its status says why
        child.stdin.write(request)
        child.stdin.close()
    for line in child.stdout:
        answer = json.loads(line)
        if progress is not None and "percent" in answer:
            progress(answer["percent"])
    return answer


@contextlib.contextmanager
def _ended_after(seconds: float, child: "subprocess.Popen[str]") -> Iterator[threading.Event]:
    """End the child if it is not done in time, or if the block raises. The event says that it was late."""
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        child.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()
        child.kill()
