"""Share what the commands need. A failure is one sentence on stderr and exit code 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spaces import audio
from spaces.gateway.errors import GatewayError
from spaces_project.common.errors import ProductError

FOLLOW_SECONDS = 10.0


class ProductCommand(BaseCommand):
    """A command whose `run` does one thing. The process ends only after the mixer has followed the change, or after
    `FOLLOW_SECONDS`."""

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
