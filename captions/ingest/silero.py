"""Tells voice from everything else, frame by frame: silero's VAD, which comes with faster-whisper.

The library's own class wants the whole sound at once. A microphone is never over, so this keeps what the model
remembers from frame to frame. Only the model's file is taken: importing the library would load Whisper with it.
"""

from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy
import onnxruntime

SAMPLES: Final = 512
"""Of a frame, at 16 kHz: the model takes no other length."""
_CONTEXT: Final = 64
_MEMORY: Final = (1, 1, 128)
_FULL_SCALE: Final = 32768.0
_MODEL: Final = "assets/silero_vad_v6.onnx"


@dataclass(slots=True)
class Silero:
    """The voice detector of one stream. It remembers what came before, so frames are given in order."""

    _session: Any = field(default_factory=lambda: _loaded())  # type: ignore[has-type]  # cached, and further below
    _hidden: Any = field(default_factory=lambda: numpy.zeros(_MEMORY, "float32"))
    _cell: Any = field(default_factory=lambda: numpy.zeros(_MEMORY, "float32"))
    _before: Any = field(default_factory=lambda: numpy.zeros(_CONTEXT, "float32"))

    def probability(self, frame: bytes) -> float:
        """Return how likely this frame has a voice in it, from 0 to 1. `frame`: int16, `SAMPLES` of them."""
        samples = numpy.frombuffer(frame, "<i2").astype("float32") / _FULL_SCALE
        sound = numpy.concatenate([self._before, samples])[numpy.newaxis]
        found, self._hidden, self._cell = self._session.run(None, {"input": sound, "h": self._hidden, "c": self._cell})
        self._before = samples[-_CONTEXT:]
        return float(found.ravel()[0])


@cache
def _loaded() -> Any:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(_path()), providers=["CPUExecutionProvider"], sess_options=options)


def _path() -> Path:
    """Return the path of the model's file. Raises `ImportError` if faster-whisper is not installed."""
    library = find_spec("faster_whisper")
    if library is None or library.origin is None:
        raise ImportError("faster_whisper is not installed: pip install -r requirements.txt")
    return Path(library.origin).parent / _MODEL
