from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from spaces_project.backup import Manifest, write_backup
from spaces_project.backup.writing import delete_older
from spaces_project.media import bucket

from ._base import ProductCommand


class Command(ProductCommand):
    help = "Writes a backup of the site (database, uploads, secrets) into one file and checks it. Prints its path."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUPS_DIR, metavar="DIRECTORY")
        parser.add_argument("--recipient", default="", help="a public key of age, for which the file is encrypted")
        parser.add_argument("--with-recordings", action="store_true", help="put the sound of recordings in, too")
        parser.add_argument("--keep", type=int, default=0, help="delete all but so many of the newest; 0 keeps all")

    def run(self, **options: Any) -> str:
        path, manifest = write_backup(
            options["to"], recipient=options["recipient"], with_recordings=options["with_recordings"]
        )
        if options["keep"] > 0:
            delete_older(options["to"], keep=options["keep"])
        for line in [*left_out(manifest), *in_bucket()]:
            self.stderr.write(line)
        return str(path)


def in_bucket() -> list[str]:
    """Return what the bucket has, in one sentence at most. A backup has the list of these files, as rows."""
    number, size = bucket.totals()
    return [f"Not in it, but listed: {number} files in the bucket, {size / 1e6:.1f} MB."] if number else []


def left_out(manifest: Manifest) -> list[str]:
    """Return what is not in a backup, one sentence each."""
    lines = []
    if missing := manifest.recordings_left_out:
        size = sum(manifest.recordings[name] for name in missing) / 1e6
        lines.append(f"Not in it: {len(missing)} files of recordings, {size:.1f} MB. Copy RECORDINGS_DIR.")
    if manifest.secrets_elsewhere:
        lines.append(f"Not in it, because the environment gives them: {', '.join(manifest.secrets_elsewhere)}.")
    return lines
