"""Copy AAC frames from one file into another, without decoding them."""

from pathlib import Path
from typing import IO, Any

import av


def copy_frames(
    source: "Path | IO[bytes]",
    target: "Path | IO[bytes]",
    *,
    starts_ms: int = 0,
    ends_ms: int | None = None,
    seekable: bool = True,
) -> int:
    """Write the frames that lie between two times into an M4A that starts at zero. Return its length in milliseconds.

    Nothing outside of these times is copied; a frame is 21 ms. `seekable` puts the index first, so that a player can
    seek before it has all; the target must then be a path. Raise `av.error.FFmpegError`, `OSError`.
    """
    options = {"movflags": "+faststart"} if seekable else {}
    with av.open(_opened(source), "r") as given, av.open(_opened(target), "w", format="mp4", options=options) as made:
        stream: Any = given.streams.audio[0]
        copy = made.add_stream_from_template(stream)
        first, last = _ticks(starts_ms, stream), None if ends_ms is None else _ticks(ends_ms, stream)
        if first:
            given.seek(int(first), stream=stream)
        begins, length = None, 0
        for packet in given.demux(stream):
            if packet.pts is None or packet.dts is None or packet.pts < first:
                continue
            if last is not None and packet.pts + (packet.duration or 0) > last:
                break
            begins = packet.pts if begins is None else begins
            packet.pts, packet.dts, packet.stream = packet.pts - begins, packet.dts - begins, copy
            length = packet.pts + (packet.duration or 0)
            made.mux(packet)
        return int(length * stream.time_base * 1000)


def _opened(file: "Path | IO[bytes]") -> Any:
    return str(file) if isinstance(file, Path) else file


def _ticks(ms: int, stream: Any) -> Any:
    return ms / 1000 / stream.time_base
