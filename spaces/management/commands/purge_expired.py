import json
from typing import Any

from django.core.management.base import CommandParser

from spaces.management.commands._base import ProductCommand
from spaces.moderation.purge import purge_expired


class Command(ProductCommand):
    help = "Removes what is kept no longer, but for what a report holds. Prints how many of each as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def run(self, **options: Any) -> str:
        return json.dumps(purge_expired(dry_run=options["dry_run"]))
