"""A PulseAudio of a browser's own that plays to nowhere, and an ear at it.

Without a device Firefox leaves every AudioContext suspended, and WebKit plays nothing.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Final, Self

import numpy as np

from .processes import Child

STARTS_WITHIN: Final = 30.0
HEARS_WITHIN: Final = 10.0
RATE: Final = 48_000


class SoundServer:
    """Starts on entering, ends on leaving. A program plays there if PULSE_SERVER is the `address`."""

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="sound-")
        place = Path(self._directory.name)
        socket = place / "native"
        self.address = f"unix:{socket}"
        modules = ["module-null-sink", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
        command = ["pulseaudio", "-n", "--exit-idle-time=-1", "--daemonize=no", *(f"--load={name}" for name in modules)]
        places = {"HOME": str(place), "XDG_RUNTIME_DIR": str(place)}
        self._server = Child(command, log=place / "pulseaudio.log", env=places)
        try:
            self._server.wait_until(socket.exists, seconds=STARTS_WITHIN)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()
        self._directory.cleanup()

    def level(self, hertz: int, *, seconds: float = 0.2) -> float:
        """Return how loud a tone is that is played now, in dB of full scale."""
        sound = self._record(seconds=seconds)
        window = np.hanning(len(sound))
        wave = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / RATE)
        amplitude = 2 * abs(np.sum(sound * window * wave)) / np.sum(window)
        return float(20 * np.log10(max(amplitude, 1e-9)))

    def loudness(self, *, seconds: float = 0.2) -> float:
        """Return how loud all is that is played now, in dB of full scale."""
        sound = self._record(seconds=seconds)
        return float(10 * np.log10(max(float(np.mean(np.square(sound))), 1e-18)))

    def _record(self, *, seconds: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        form = ["--raw", "--format=float32le", "--channels=1", f"--rate={RATE}", "--latency-msec=20"]
        command = ["timeout", str(HEARS_WITHIN), "parec", "--device=@DEFAULT_MONITOR@", *form]
        environment = os.environ | {"PULSE_SERVER": self.address, "HOME": self._directory.name}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as recorder:
            assert recorder.stdout is not None
            samples = recorder.stdout.read(int(seconds * RATE) * 4)
            recorder.terminate()
        return np.frombuffer(samples[: len(samples) // 4 * 4], np.float32)
