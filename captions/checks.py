"""Numbered system checks: an engine that is not there is found at the start, not when somebody speaks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from captions.engines import ENGINES, EngineMissing


@register()
def engine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Asks the engine's library and model for being there; loads neither."""
    chosen = settings.CAPTIONS_ENGINE
    if chosen not in ENGINES:
        return [Error(f"CAPTIONS_ENGINE must be one of {', '.join(ENGINES)}.", id="captions.E001")]
    try:
        for language in settings.CAPTIONS_LANGUAGES:
            ENGINES[chosen].require(model=settings.CAPTIONS_MODEL, language=language)
    except EngineMissing as error:
        return [Error(f"{error}.", id="captions.E002")]
    return []


@register()
def languages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.CAPTIONS_LANGUAGES:
        return [Error("CAPTIONS_LANGUAGES must name one language at least.", id="captions.E003")]
    return []
