from typing import Any

from django.core.management.base import CommandParser

from spaces.management.commands._base import ProductCommand
from spaces.moderation.exports import as_json, space_rows


class Command(ProductCommand):
    help = "Prints a Space, its participants, its log and its captions: one JSON object a line, `type` says which."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the 13 characters of its address")

    def run(self, **options: Any) -> None:
        for row in space_rows(options["id"]):
            self.stdout.write(as_json(row))
