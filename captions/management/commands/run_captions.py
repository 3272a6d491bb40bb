"""`manage.py run_captions`: hears the Spaces with captions. Several may run, on one machine or on many."""

from typing import Any

from django.core.management.base import BaseCommand

from captions.ingest.service import Ingest
from spaces_project.common.processes import run_until_told
from spaces_project.own import require_sound_start


class Command(BaseCommand):
    help = "Hears the lanes of captioned Spaces and cuts what is said into utterances, until TERM or INT."

    def handle(self, *args: Any, **options: Any) -> None:
        require_sound_start()
        run_until_told(Ingest().run())
