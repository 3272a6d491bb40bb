from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from spaces_project.backup import check_backup, restore_backup

from ._base import ProductCommand
from .backup import left_out


class Command(ProductCommand):
    help = "Restores a backup into this site, which must be stopped and have no accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, help="the file of age's private key, for an encrypted backup")
        parser.add_argument("--check", action="store_true", help="only check that the file is whole")

    def run(self, **options: Any) -> str:
        file, identity = options["file"], options["identity"]
        if options["check"]:
            manifest, done = check_backup(file, identity=identity), "is whole"
        else:
            manifest, done = restore_backup(file, identity=identity), "is restored; start the site now"
        for line in left_out(manifest):
            self.stderr.write(line)
        return f"{file.name} of {manifest.made_at:%Y-%m-%d %H:%M} UTC, {manifest.rows} rows, {done}."
