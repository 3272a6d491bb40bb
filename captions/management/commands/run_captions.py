"""`manage.py run_captions`: hears the Spaces with captions. Several may run, on one machine or on many."""

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management.base import BaseCommand

from captions.ingest.service import Ingest
from spaces_project.own import require_sound_start


class Command(BaseCommand):
    help = "Hears the lanes of captioned Spaces and cuts what is said into utterances, until TERM or INT."

    def handle(self, *args: Any, **options: Any) -> None:
        require_sound_start()
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_until_told_to_end())


async def _until_told_to_end() -> None:
    running = asyncio.ensure_future(Ingest().run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    await running
