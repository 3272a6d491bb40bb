"""What our commands share: a failure is a sentence on stderr and exit code 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spaces import audio
from spaces.gateway.errors import GatewayError
from spaces_project.common.errors import ProductError

FOLLOW_SECONDS = 10.0


class ProductCommand(BaseCommand):
    """`run` does one thing; whatever it changed in the mixer is finished before the process ends."""

    def run(self, **options: Any) -> str | None:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = self.run(**options)
        except (ProductError, GatewayError) as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        finally:
            audio.drain(timeout=FOLLOW_SECONDS)
        if answer:
            self.stdout.write(answer)
