"""The child process of `sound`. It decodes a recording, and measures it or writes it as MP3 or M4A.

The request is a JSON object on standard input, the answer one on standard output. It imports none of our modules that
import Django. A decoder that crashes or never ends takes only this process with it.

Exit status: 0 when done, `REFUSED` for a file that is no sound. Any other status means that the decoder crashed.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, Final, cast

import av
import av.logging
import numpy as np
from av.audio.stream import AudioStream
from av.filter import Graph

REFUSED = 65
"""`EX_DATAERR` of sysexits.h."""
RATE: Final = 48_000
WINDOW: Final = RATE // 10
"""Samples of one peak: a tenth of a second."""
LOUDNESS: Final = -16.0
"""LUFS that podcast platforms ask for. One channel is measured as two speakers play it: a meter that does not know this
shows -19."""
PEAK: Final = 0.79
"""The loudest sample: -2 dB. Encoders and the way between two samples add up to a decibel, and -1 dB is the limit."""
SILENCE: Final = -60.0
"""Sound that is as quiet is left as it is."""
MOST_GAIN: Final = 30.0
CODECS: Final = {
    "mp3": ("libmp3lame", "mp3", {"compression_level": "7"}),
    "m4a": ("aac", "ipod", {"aac_coder": "fast"}),
}
"""Encoder, container and options of each format. The options halve the time; at 96 kbit/s speech sounds the same."""
BITRATE: Final = 96_000
BLOCK: Final = 16_384
"""Samples that go through cut, filters and encoder at once. Frames of AAC have 1,024, and half of the time went into
their number."""
FAINT: Final = 1e-7
"""The loudest sample of the noise that keeps a meter quick: -140 dB."""
LEAD_MS: Final = 1_000
"""Decoded before a part that is looked up: a frame of AAC needs the one before it."""

_MEMORY_BYTES = 1024 * 1024 * 1024
_INTEGRATED = re.compile(r"^[ ]{0,20}I:[ ]{1,20}(-?[\d.]{1,10}) LUFS", re.MULTILINE)

Request = dict[str, Any]
Parts = list[tuple[int, int]]


def peaks(request: Request) -> Request:
    """Return the loudest sample of each tenth of a second, as percent of full scale, of the whole file."""
    loudest: list[int] = []
    rest = np.empty(0, np.float32)
    for frame in mono(request["source"]):
        samples = np.concatenate([rest, np.abs(frame.to_ndarray()[0])])
        whole = len(samples) // WINDOW * WINDOW
        loudest += _percents(samples[:whole].reshape(-1, WINDOW))
        rest = samples[whole:]
    return {"peaks": loudest + (_percents(rest.reshape(1, -1)) if len(rest) else [])}


def export(request: Request) -> Request:
    """Write the kept parts of a recording as MP3 and M4A with the loudness of podcasts. Return the length in ms.

    1. Decode the kept parts and measure their loudness.
    2. Decode them again, change the volume by one factor, hold the peaks back, and encode. Each file has a thread.
    The results are written to `targets`. The caller renames them. With `seeks` nothing is decoded of what lies long
    before the first part.
    """
    parts = [(int(start), int(end)) for start, end in request["kept_ms"]]
    whole = sum(end - start for start, end in parts) * RATE // 1000
    from_ms = max(0, parts[0][0] - LEAD_MS) if request["seeks"] else 0
    gain = _gain(_told(_cut(request["source"], parts, from_ms), 0, whole))

    def write(kind: str) -> int:
        frames = _cut(request["source"], parts, from_ms)
        told = _told(frames, 50, whole) if kind == first else frames
        return _encode(told, gain, kind, request)

    first = next(iter(request["targets"]))
    with ThreadPoolExecutor(len(request["targets"])) as threads:
        lengths = list(threads.map(write, request["targets"]))
    return {"length_ms": lengths[0] * 1000 // RATE}


def _encode(frames: Iterator[av.AudioFrame], gain: float, kind: str, request: Request) -> int:
    """Write one file. Return its length in samples."""
    samples = 0
    with _Output(kind, request["targets"][kind], request) as output:
        for frame in _levelled(frames, gain):
            samples += frame.samples
            output.write(frame)
        output.write(None)
    return samples


class _Output:
    """One file that is written. Tags and chapters are inside."""

    def __init__(self, kind: str, path: str, request: Request) -> None:
        encoder, container, options = CODECS[kind]
        self._file = av.open(path, "w", format=container, options=_options(container))
        self._file.metadata.update(request["tags"])
        stream = self._file.add_stream(encoder, rate=RATE, layout="mono", bit_rate=BITRATE, options=options)
        self._stream = cast("AudioStream", stream)
        # Chapters go into the header of MP3 and the end of M4A: set before the first packet, both have them.
        self._file.set_chapters([_chapter(number, one) for number, one in enumerate(request["chapters"])])

    def __enter__(self) -> "_Output":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, frame: av.AudioFrame | None) -> None:
        """Encode a frame. None stands for the end."""
        self._file.mux(self._stream.encode(frame))


def _told(frames: Iterator[av.AudioFrame], before: int, whole: int) -> Iterator[av.AudioFrame]:
    """Pass frames on, and say after each hundredth of this half of the work how far it is."""
    done = said = 0
    for frame in frames:
        yield frame
        done += frame.samples
        percent = before + 50 * done // max(whole, 1)
        if percent > max(before, said):
            said = percent
            sys.stdout.write(f'{{"percent": {percent}}}\n')
            sys.stdout.flush()


COMMANDS: dict[str, Callable[[Request], Request]] = {"peaks": peaks, "export": export}


def _percents(windows: "np.ndarray[Any, Any]") -> list[int]:
    return [min(100, round(float(peak) * 100)) for peak in windows.max(axis=1)]


def _options(container: str) -> dict[str, str]:
    # Version 3 of ID3 is what players read. The index of an M4A comes first, so that it plays before it is all there.
    return {"id3v2_version": "3", "write_id3v1": "0"} if container == "mp3" else {"movflags": "+faststart"}


def _chapter(number: int, chapter: Request) -> Any:
    return {
        "id": number,
        "start": int(chapter["starts_ms"]),
        "end": int(chapter["ends_ms"]),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter["title"]},
    }


def mono(source: str, from_ms: int = 0) -> Iterator[av.AudioFrame]:
    """Decode a file to one channel of floating point at 48 kHz, from its start or from a frame before `from_ms`."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE, frame_size=BLOCK)
    with av.open(source) as container:
        if not container.streams.audio:
            raise av.error.InvalidDataError(0, "no sound")
        if from_ms:
            container.seek(from_ms * 1000)  # in microseconds, as every file has them (av.time_base)
        for frame in container.decode(audio=0):
            yield from resampler.resample(frame)
        yield from resampler.resample(None)


def _cut(source: str, parts: Parts, from_ms: int = 0) -> Iterator[av.AudioFrame]:
    """Decode the kept parts one after the other, cut at the sample. Positions count samples from the first frame: the
    timestamps of later ones are not exact enough for that."""
    bounds = [(start * RATE // 1000, end * RATE // 1000) for start, end in parts]
    at: int | None = None
    written = 0
    for frame in mono(source, from_ms):
        if at is None:
            at = _place(frame) if from_ms else 0
        samples = frame.to_ndarray()
        for start, end in bounds:
            piece = samples[:, max(0, start - at) : max(0, end - at)]
            if piece.shape[1]:
                yield _frame(piece, written)
                written += piece.shape[1]
        at += frame.samples
        if at >= bounds[-1][1]:
            return


def _place(frame: av.AudioFrame) -> int:
    """Return the place of a frame in its file, in samples. Raise `ValueError` if the file does not say."""
    if frame.time is None:
        raise ValueError("a frame without a time")
    return round(frame.time * RATE)


def _frame(samples: "np.ndarray[Any, Any]", at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
    return frame


def _levelled(frames: Iterator[av.AudioFrame], gain: float) -> Iterator[av.AudioFrame]:
    """Change the volume by one factor. The limiter holds back only what would be above `PEAK`."""
    limiter = f"level_in=1:limit={PEAK}:attack=5:release=50:level=false:latency=true"
    return _filtered(frames, ("volume", f"{gain}dB"), ("alimiter", limiter))


def _filtered(frames: Iterator[av.AudioFrame], *filters: tuple[str, str]) -> Iterator[av.AudioFrame]:
    """Run frames through filters. The frames that come out have the size that encoders want."""
    graph = Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=RATE, layout="mono", time_base=Fraction(1, RATE))
    nodes = [graph.add(name, options) for name, options in filters]
    shape = graph.add("aformat", f"sample_fmts=fltp:channel_layouts=mono:sample_rates={RATE}")
    graph.link_nodes(source, *nodes, shape, graph.add("abuffersink")).configure()
    for frame in frames:
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, av.AudioFrame):
            yield frame


def _gain(frames: Iterator[av.AudioFrame]) -> float:
    """Return by how many decibels the sound must become louder."""
    measured = loudness(frames)
    return 0.0 if measured <= SILENCE else min(MOST_GAIN, LOUDNESS - measured)


def loudness(frames: Iterator[av.AudioFrame]) -> float:
    """Return the integrated loudness in LUFS (EBU R 128), as two speakers play one channel.

    The filter prints its result when it is freed. `loudnorm` would do all of this, but works at 192 kHz: it takes seven
    times as long to measure, and as long again to apply.
    """
    av.logging.set_level(av.logging.INFO)
    with av.logging.Capture() as printed:
        for _ in _filtered(_never_silent(frames), ("ebur128", "dualmono=true:framelog=quiet")):
            pass
    av.logging.set_level(av.logging.ERROR)
    found = _INTEGRATED.findall("".join(message for _, _, message in printed))
    return float(found[-1]) if found else SILENCE


def _never_silent(frames: Iterator[av.AudioFrame]) -> Iterator[av.AudioFrame]:
    """Add a noise that nobody hears. The meter's filters never come to rest after sound, and count with denormal
    numbers in a silence: that takes up to twenty times as long (`findings/ebur128-silence-costs-more.sh`)."""
    noise = np.random.default_rng(0).uniform(-FAINT, FAINT, BLOCK).astype(np.float32)
    for frame in frames:
        yield _frame(frame.to_ndarray() + noise[: frame.samples], frame.pts or 0)


def limit_resources(seconds: int) -> None:
    """Limit memory and CPU time of this process."""
    for what, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def main() -> int:
    """Do what standard input asks for and return the exit status."""
    request: Request = json.load(sys.stdin)
    limit_resources(int(request["seconds"]))
    try:
        answer = COMMANDS[request["command"]](request)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return REFUSED
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
