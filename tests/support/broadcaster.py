"""Broadcasting software in tests: a real ffmpeg, whose WHIP muxer sends a tone."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg

STOPS_WITHIN_SECONDS = 15


@contextmanager
def ffmpeg_speaks(
    address: str, key: str, *, hertz: int, log: Path, seconds: int = 600
) -> Iterator[subprocess.Popen[bytes]]:
    """Send a tone to a WHIP address, in real time. At the end of the block ffmpeg stops as by the key `q`: it ends its
    session."""
    sound = ["-re", "-f", "lavfi", "-i", f"sine=frequency={hertz}:sample_rate=48000", "-t", str(seconds)]
    coding = ["-c:a", "libopus", "-ar", "48000", "-ac", "2"]
    output = ["-f", "whip", "-authorization", key, address]
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "verbose", *sound, *coding, *output]
    with log.open("wb") as written:
        running = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=written, stderr=subprocess.STDOUT)
        try:
            yield running
            stop(running)
        finally:
            running.kill()
            running.wait()


def stop(running: "subprocess.Popen[bytes]") -> None:
    """Press `q`."""
    if running.poll() is None and running.stdin is not None:
        running.stdin.write(b"q")
        running.stdin.close()
        running.wait(timeout=STOPS_WITHIN_SECONDS)
