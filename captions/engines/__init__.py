"""What turns a voice into words. The setting names one; it is loaded once per process and language."""

from functools import cache
from typing import Final

from django.conf import settings

from captions.engines import faster_whisper, moonshine, pocketsphinx
from captions.engines.base import Engine, EngineMissing, Maker

ENGINES: Final[dict[str, Maker]] = {
    "pocketsphinx": pocketsphinx,
    "faster_whisper": faster_whisper,
    "moonshine": moonshine,
}

__all__ = ["ENGINES", "Engine", "EngineMissing", "engine"]


@cache
def engine(language: str) -> Engine:
    """Raises `EngineMissing` when the library or the model is not there."""
    maker = ENGINES[settings.CAPTIONS_ENGINE]
    maker.require(model=settings.CAPTIONS_MODEL, language=language)
    return maker.load(model=settings.CAPTIONS_MODEL, language=language)
