"""`manage.py run_recorder`: makes replays of recorded Spaces, and the sound for listeners over HTTP. Several may run,
where they see the gateway's files."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from spaces.recordings.audience import AudiencePackager
from spaces.recordings.recorder import Recorder
from spaces_project.common.processes import run_until_told
from spaces_project.own import require_sound_start


class Command(BaseCommand):
    help = "Packs the sound of recorded Spaces while they are live and finishes their replays, until TERM or INT."

    def handle(self, *args: Any, **options: Any) -> None:
        require_sound_start()
        run_until_told(_run())


async def _run() -> None:
    """Run both until cancelled. If one ends by an error, the other one is cancelled and the process ends."""
    async with asyncio.TaskGroup() as group:
        group.create_task(Recorder().run())
        group.create_task(AudiencePackager().run())
