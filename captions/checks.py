"""Numbered system checks. A missing engine is found at the start, not when the first person speaks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from captions.engines import ENGINES, why_missing


@register()
def engine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Ask whether the engine's library and model are there. Without them the site runs, and its captions do not."""
    if settings.CAPTIONS_ENGINE not in ENGINES:
        return [Error(f"CAPTIONS_ENGINE must be one of {', '.join(ENGINES)}.", id="captions.E001")]
    missing = why_missing()
    return [Warning(f"Captions have no engine. {missing}.", id="captions.W002")] if missing else []


@register()
def languages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.CAPTIONS_LANGUAGE not in settings.CAPTIONS_LANGUAGES:
        return [Error("CAPTIONS_LANGUAGES must have CAPTIONS_LANGUAGE among them.", id="captions.E003")]
    return []
