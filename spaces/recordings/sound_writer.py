"""Write the sound of a recording while the Space is live: AAC in a fragmented MP4, with a playlist that grows.

Times are samples at 48 kHz from the start of the uncut replay. The file has no holes: what is not written is silence.
A segment is two seconds. It is in the file before the playlist names it, so a writer that is killed goes on after the
last segment that the playlist names.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spaces.recordings import files
from spaces.recordings.copying import copy_frames
from spaces.recordings.encoder import RATE, SEGMENT, Encoder, Fragment
from spaces_project.common.beside import written_beside


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes of the file that are one segment, and its length in samples."""

    offset: int
    size: int
    samples: int


class SoundWriter:
    """The writer of one recording. `head` is the place of the next sample."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sound, self._playlist = home / files.SOUND, home / files.PLAYLIST
        self._segments, self._dates = _written(self._playlist, self._sound)
        if self._segments:
            _replace(self._playlist, self._lines(is_complete=False))
        self._encoder = Encoder(self.packed, self._store)

    @property
    def packed(self) -> int:
        """Return how many samples are in segments. Only the last one may be shorter."""
        return (len(self._segments) - 1) * SEGMENT + self._segments[-1].samples if self._segments else 0

    @property
    def bytes(self) -> int:
        """Return the size of the file so far."""
        return self._segments[-1].offset + self._segments[-1].size if self._segments else 0

    @property
    def head(self) -> int:
        """Return the place of the next sample."""
        return self._encoder.head

    def write(self, at: int, samples: Any) -> None:
        """Write samples at their place. A gap before them becomes silence. What is written already stays."""
        self._encoder.write(at, samples)

    def pad(self, until: int) -> None:
        """Write silence up to this place. Do nothing if there is sound up to it."""
        self._encoder.pad(until)

    def date(self, at: int, when: datetime) -> None:
        """Say which time of day a place has. The playlist carries it from the segment on that holds the place."""
        self._dates[at // SEGMENT] = when - timedelta(seconds=at % SEGMENT / RATE)

    def close(self) -> None:
        """Write what is left, and mark the playlist as complete. The last segment may be shorter."""
        self._encoder.finish()
        _replace(self._playlist, self._lines(is_complete=True))

    def _store(self, fragment: Fragment) -> None:
        with self._sound.open("ab") as file:
            if not self._segments:
                file.truncate(0)
                file.write(fragment.head)
            offset = file.tell()
            file.write(fragment.body)
        self._segments.append(Segment(offset, len(fragment.body), fragment.samples))
        self._name_last_segment()

    def _name_last_segment(self) -> None:
        """Append to the playlist. Writing all of it each time would cost more than the sound, after some hours."""
        if len(self._segments) == 1:
            _replace(self._playlist, self._lines(is_complete=False))
        else:
            with self._playlist.open("a") as file:
                file.write(self._line(len(self._segments) - 1))

    def _lines(self, *, is_complete: bool) -> str:
        """Return an HLS playlist of byte ranges (RFC 8216)."""
        kind = "VOD" if is_complete else "EVENT"
        lines = ["#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n", f"#EXT-X-PLAYLIST-TYPE:{kind}\n"]
        lines += ["#EXT-X-INDEPENDENT-SEGMENTS\n"]
        if self._segments:
            lines += [f'#EXT-X-MAP:URI="{files.SOUND}",BYTERANGE="{self._segments[0].offset}@0"\n']
        lines += [self._line(number) for number in range(len(self._segments))]
        return "".join(lines) + ("#EXT-X-ENDLIST\n" if is_complete else "")

    def _line(self, number: int) -> str:
        segment, date = self._segments[number], self._dates.get(number)
        when = f"#EXT-X-PROGRAM-DATE-TIME:{date.isoformat(timespec='milliseconds')}\n" if date else ""
        seconds = f"{segment.samples / RATE:.6f}"
        return f"{when}#EXTINF:{seconds},\n#EXT-X-BYTERANGE:{segment.size}@{segment.offset}\n{files.SOUND}\n"


def write_replay(home: Path) -> int:
    """Write the sound once more, as a file that every player can seek in. Return its length in milliseconds.

    The file appears when it is complete.
    """
    with written_beside(home / files.REPLAY) as unfinished:
        return copy_frames(home / files.SOUND, unfinished)


def named_segments(playlist: Path, sound: Path) -> list[Segment]:
    """Return the segments that the playlist names, as far as their bytes are there."""
    return _read(playlist, sound)[0]


def _written(playlist: Path, sound: Path) -> tuple[list[Segment], dict[int, datetime]]:
    """Return the whole segments and their times of day, and cut the file after the last."""
    segments, dates = _read(playlist, sound)
    whole = [segment for segment in segments if segment.samples == SEGMENT]
    if sound.exists():
        os.truncate(sound, whole[-1].offset + whole[-1].size if whole else 0)
    return whole, {number: when for number, when in dates.items() if number < len(whole)}


def _read(playlist: Path, sound: Path) -> tuple[list[Segment], dict[int, datetime]]:
    if not (playlist.exists() and sound.exists()):
        return [], {}
    size, samples = sound.stat().st_size, 0
    segments: list[Segment] = []
    dates: dict[int, datetime] = {}
    complete_lines, _, _ = playlist.read_text().rpartition("\n")
    for line in complete_lines.splitlines():
        name, _, value = line.partition(":")
        if name == "#EXTINF":
            samples = round(float(value.rstrip(",")) * RATE)
        elif name == "#EXT-X-PROGRAM-DATE-TIME":
            dates[len(segments)] = datetime.fromisoformat(value)
        elif name == "#EXT-X-BYTERANGE":
            length, _, offset = value.partition("@")
            segments.append(Segment(int(offset), int(length), samples))
    return [segment for segment in segments if segment.offset + segment.size <= size], dates


def _replace(path: Path, text: str) -> None:
    """Replace a small file at once: a reader sees the old text or the new one."""
    with written_beside(path) as unfinished:
        unfinished.write_text(text)
