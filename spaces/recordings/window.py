"""Write the last seconds of a live Space as files that any HTTP cache can carry: a playlist that moves on (HLS).

Segments are named by the Space's clock, so a packager that starts anew goes on with the same names. A segment is there
before the playlist names it. Each file appears in one step, and a segment never changes.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from spaces.recordings.encoder import RATE, SEGMENT, Encoder, Fragment
from spaces_project.common.beside import written_beside

MAIN, LIST, HEAD, STATE = "index.m3u8", "live.m3u8", "init.mp4", "state.json"
LISTED: Final = 6
"""Segments in the playlist: twelve seconds."""
KEPT: Final = LISTED + 4
"""Segments on the disk, for players that have an older playlist."""
_MAIN = f"""#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=64000,AVERAGE-BANDWIDTH=60000,CODECS="mp4a.40.2"
{LIST}
"""


class Window:
    """The files of one Space. `begins` is the first sample of the Space's clock that is written, a multiple of
    `SEGMENT`."""

    def __init__(self, home: Path, *, started_at: datetime, begins: int) -> None:
        self.home = home
        self._started_at = started_at
        self._next = begins // SEGMENT
        self._segments: list[int] = []
        self._lengths: dict[int, int] = {}
        self.encoder = Encoder(begins, self._store)
        home.mkdir(parents=True, exist_ok=True)
        # Each account that knows the path may read there, as the server in front does. None may list the paths.
        home.parent.chmod(0o711)
        home.chmod(0o711)
        replace(home / MAIN, _MAIN.encode())

    def end(self) -> None:
        """Write what is left, and tell players that no more comes."""
        self.encoder.finish()
        self._write_list(is_over=True)

    def _store(self, fragment: Fragment) -> None:
        number, self._next = self._next, self._next + 1
        if not self._segments:
            replace(self.home / HEAD, fragment.head)
        path = self.home / f"{number}.m4s"
        if not path.exists():  # an earlier packager wrote it, and caches have it
            replace(path, fragment.body)
        self._lengths[number] = fragment.samples
        self._segments.append(number)
        self._write_list()
        for old in self._segments[:-KEPT]:
            (self.home / f"{old}.m4s").unlink(missing_ok=True)
            del self._lengths[old]
        del self._segments[:-KEPT]

    def _write_list(self, *, is_over: bool = False) -> None:
        listed = self._segments[-LISTED:]
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:2"]
        lines += [f"#EXT-X-MEDIA-SEQUENCE:{listed[0] if listed else self._next}", "#EXT-X-INDEPENDENT-SEGMENTS"]
        lines += [f'#EXT-X-MAP:URI="{HEAD}"']
        for number in listed:
            at = self._started_at + timedelta(seconds=number * SEGMENT / RATE)
            lines += [f"#EXT-X-PROGRAM-DATE-TIME:{at.isoformat(timespec='milliseconds')}"]
            lines += [f"#EXTINF:{self._lengths[number] / RATE:.6f},", f"{number}.m4s"]
        lines += ["#EXT-X-ENDLIST"] if is_over else []
        replace(self.home / LIST, "\n".join([*lines, ""]).encode())


def replace(path: Path, data: bytes) -> None:
    """Write a file in one step: a reader sees the old one or the new one."""
    with written_beside(path) as unfinished:
        unfinished.write_bytes(data)
        unfinished.chmod(0o644)
