import os
import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from spaces.audio.gateways import turn_settings
from spaces.gateway.coturn import write_turn_configuration


class Command(BaseCommand):
    help = "Runs the TURN server (coturn) that relays sound where UDP is blocked: writes its configuration, starts it."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TURN_PORT:
            raise CommandError("TURN_PORT is not set, so this site runs no TURN server.")
        program = shutil.which("turnserver")
        if program is None:
            raise CommandError("turnserver is not installed (Debian package: coturn).")
        path = write_turn_configuration(settings.VAR_DIR / "turn", turn_settings())
        os.execv(program, [program, "-c", str(path)])  # noqa: S606 - no shell is wanted
