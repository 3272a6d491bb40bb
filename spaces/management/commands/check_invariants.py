from typing import Any

from django.core.management.base import CommandParser

from spaces import selectors
from spaces.management.commands._base import ProductCommand
from spaces.models import invariants
from spaces.moderation.exports import as_json
from spaces_project.common.errors import Conflict


class Command(ProductCommand):
    help = (
        "Checks what must always be true: one host, at most two co-hosts and 13 microphones, nobody inside who was "
        "removed or blocked, and the like. Prints one JSON object a line for each that is not; exit code 1 if any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", nargs="?", help="the 13 characters of a Space's address; without it all are checked")

    def run(self, **options: Any) -> str:
        public_id = options["id"]
        if public_id is not None:
            selectors.get_space(public_id)
        found = invariants.violations(public_id)
        for violation in found:
            self.stdout.write(as_json(violation.as_dict()))
        if found:
            raise Conflict("broken", f"{len(found)} broken.")
        return ""
