"""A voice without a browser: what espeak-ng says, or a tone, as Opus over plain RTP into a room of the gateway.

The mixer takes such a participant where the room allows it (`allow_rtp_participants`), and treats it as any other.
"""

import asyncio
import math
import random
import struct
import subprocess
import wave
from array import array
from pathlib import Path
from typing import Final

from tests.support.opus import FRAME, RATE, opus_packets

PAYLOAD_TYPE: Final = 111


def spoken(path: Path, text: str, *, voice: str = "en-us", speed: int = 140, rate: int = RATE) -> bytes:
    """int16 mono PCM of `text`, at `rate`, the same each time; the files are kept beside `path`."""
    raw = path.with_suffix(".raw.wav")
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(raw), text], check=True)
    changes = ["-r", str(rate), "-b", "16", "-c", "1", str(path), "gain", "-n", "-3"]
    subprocess.run(["sox", "-R", str(raw), *changes], check=True)
    with wave.open(str(path)) as sound:
        frames: bytes = sound.readframes(sound.getnframes())
    return frames


def tone(hertz: int, *, seconds: float, amplitude: float = 0.3, rate: int = RATE) -> bytes:
    samples = (round(amplitude * 32767 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(seconds * rate)))
    return array("h", samples).tobytes()


def mixed(one: bytes, other: bytes) -> bytes:
    """Both at once, as long as the shorter; what is too loud is cut off."""
    pairs = zip(array("h", one), array("h", other), strict=False)
    return array("h", (max(-32768, min(32767, a + b)) for a, b in pairs)).tobytes()


def level(pcm: bytes, hertz: int, *, rate: int = 16_000) -> float:
    """dB of one frequency in all of the sound, by Goertzel's algorithm."""
    coefficient, before, last = 2 * math.cos(2 * math.pi * hertz / rate), 0.0, 0.0
    for sample in array("h", pcm):
        before, last = last, sample + coefficient * last - before
    power = before * before + last * last - coefficient * before * last
    return 10 * math.log10(max(power, 1e-9))


def silence(seconds: float, *, rate: int = RATE) -> bytes:
    return b"\0\0" * int(seconds * rate)


def packets(pcm: bytes, *, ssrc: int, first: int = 1) -> list[bytes]:
    """RTP packets of 20 ms of Opus; `pcm` is int16 mono at 48 kHz."""
    found = opus_packets(pcm)
    return [
        rtp(payload, ssrc=ssrc, sequence=first + n, timestamp=(first + n) * FRAME) for n, payload in enumerate(found)
    ]


def rtp(payload: bytes, *, ssrc: int, sequence: int, timestamp: int, payload_type: int = PAYLOAD_TYPE) -> bytes:
    head = struct.pack("!BBHII", 0x80, payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + payload


async def play(pcm: bytes, *, host: str, port: int, local: int) -> None:
    """Sends `pcm` (48 kHz) in real time, from the UDP port `local`: the mixer hears no other."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("0.0.0.0", local), remote_addr=(host, port)
    )
    encoded = await asyncio.to_thread(packets, pcm, ssrc=random.getrandbits(32))
    began = loop.time()
    try:
        for number, packet in enumerate(encoded):
            await asyncio.sleep(max(0.0, began + number * 0.02 - loop.time()))
            transport.sendto(packet)
    finally:
        transport.close()
