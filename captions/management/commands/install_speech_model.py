"""`manage.py install_speech_model`: fetches the Whisper model that the settings name, once."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from captions.engines import FASTER_WHISPER
from captions.engines.weights import PUBLISHED, WeightsMissing, install


class Command(BaseCommand):
    help = "Fetches the Whisper model of CAPTIONS_MODEL, checked file by file; once it is there, does nothing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        model = settings.CAPTIONS_MODEL
        if settings.CAPTIONS_ENGINE != FASTER_WHISPER or model not in PUBLISHED:
            return  # the operator brings it
        try:
            if install(model, into=Path(settings.CAPTIONS_MODELS_DIR)):
                self.stdout.write(f"Whisper {model} is in {settings.CAPTIONS_MODELS_DIR}.")
        except (WeightsMissing, OSError) as error:
            raise CommandError(f"Whisper {model} could not be fetched; captions have no engine: {error}") from error
