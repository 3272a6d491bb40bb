from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from spaces_project.doctor import examine, gather
from spaces_project.doctor.facts import database_answers


class Command(BaseCommand):
    help = "Looks this site over and says for each fault how to mend it. Exit code 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="show the checks that found nothing, too")

    def handle(self, *args: Any, **options: Any) -> None:
        if not database_answers():
            raise CommandError("The database does not answer. Start it, or correct DATABASE_URL.")
        findings = examine(gather())
        for finding in findings:
            if finding.mend or options["all"]:
                self.stdout.write(f"{finding.check}: {finding.mend or 'ok'}")
        faults = sum(bool(finding.mend) for finding in findings)
        if faults:
            raise CommandError(f"{faults} of {len(findings)} checks found a fault.")
        self.stdout.write(f"All {len(findings)} checks are well.")
