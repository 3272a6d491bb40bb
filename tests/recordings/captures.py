"""Files as the gateway records them, with tones as sound."""

import json
import struct
from datetime import datetime
from pathlib import Path

import av
import numpy as np

from tests.support.opus import FRAME, RATE, opus_packets
from tests.support.voice import rtp


def tone(frequency: float, seconds: float) -> np.ndarray:
    """Return a tone as int16."""
    time = np.arange(int(seconds * RATE)) / RATE
    return (0.3 * 32_767 * np.sin(2 * np.pi * frequency * time)).astype(np.int16)


def header(began_at: datetime) -> bytes:
    us = int(began_at.timestamp() * 1_000_000)
    body = json.dumps({"t": "a", "c": "opus", "s": us - 5_000, "u": us}).encode()
    return b"MJR00002" + struct.pack("!H", len(body)) + body


def frame(number: int, payload: bytes, *, first_tick: int = 960, ms: int | None = None) -> bytes:
    """Return packet `number` of a file."""
    tick = (first_tick + number * FRAME) % (1 << 32)
    packet = rtp(payload, ssrc=0xABCDEF, sequence=number + 1, timestamp=tick, payload_type=100)
    return struct.pack("!4sIH", b"MEET", number * 20 if ms is None else ms, len(packet)) + packet


def capture(sound: np.ndarray, began_at: datetime, *, first_tick: int = 960) -> bytes:
    """Return a whole file of the gateway."""
    packets = opus_packets(sound)
    return header(began_at) + b"".join(frame(i, data, first_tick=first_tick) for i, data in enumerate(packets))


def write(directory: Path, name: str, data: bytes) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_bytes(data)
    return path


def decoded(path: Path) -> np.ndarray:
    """Return the samples of a sound file as floating point."""
    with av.open(str(path)) as container:
        return np.concatenate([one.to_ndarray()[0] for one in container.decode(audio=0)])


def pitch(samples: np.ndarray) -> float:
    """Return the loudest frequency in Hz, or 0 for silence."""
    if len(samples) == 0 or float(np.abs(samples).max()) < 0.01:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))
