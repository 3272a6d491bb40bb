"""The engines that turn a voice into words. The setting names one; it is loaded once per process, for all its
threads."""

import threading
from functools import cache
from typing import Final

from django.conf import settings

from captions.engines import faster_whisper, moonshine
from captions.engines.base import Engine, EngineMissing, Maker

FASTER_WHISPER: Final = "faster_whisper"
ENGINES: Final[dict[str, Maker]] = {FASTER_WHISPER: faster_whisper, "moonshine": moonshine}

__all__ = ["ENGINES", "FASTER_WHISPER", "Engine", "EngineMissing", "engine", "why_missing"]

_loading = threading.Lock()


def engine() -> Engine:
    """Return the loaded engine. Raises `EngineMissing` if the library or the model is not installed."""
    with _loading:  # `cache` alone would load once for each thread that asks meanwhile
        return _loaded(settings.CAPTIONS_ENGINE, settings.CAPTIONS_MODEL)


def why_missing() -> str | None:
    """Return one sentence that says what is missing, or None if captions have their engine. Loads nothing."""
    maker = ENGINES.get(settings.CAPTIONS_ENGINE)
    if maker is None:
        return f"CAPTIONS_ENGINE must be one of {', '.join(ENGINES)}"
    try:
        maker.require(model=settings.CAPTIONS_MODEL, languages=settings.CAPTIONS_LANGUAGES)
    except EngineMissing as error:
        return str(error)
    return None


@cache
def _loaded(name: str, model: str) -> Engine:
    maker = ENGINES[name]
    maker.require(model=model, languages=settings.CAPTIONS_LANGUAGES)
    return maker.load(model=model)
