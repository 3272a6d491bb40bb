from typing import Any

from django.core.management.base import CommandParser

from spaces import services
from spaces.management.commands._base import ProductCommand
from spaces.states import EndReason


class Command(ProductCommand):
    help = "Ends a live Space for everyone in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the 13 characters of its address")

    def run(self, **options: Any) -> str:
        services.end_space(public_id=options["id"], user=None, reason=EndReason.OPERATOR)
        return f"{options['id']} ended"
