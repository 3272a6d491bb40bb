"""The format of a backup: a compressed tar of rows, files and a manifest with the checksum of every member.

The manifest comes last, because it holds the checksums of all before it. A file that was cut off has none, and is
refused before anything is touched.
"""

import contextlib
import hashlib
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from django.conf import settings

from . import age
from .errors import BackupError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
ROWS: Final = "rows"
MEDIA, SECRETS, RECORDINGS = "media", "secrets", "recordings"
CHUNK: Final = 1024 * 1024
UNREADABLE: Final = (EOFError, OSError, tarfile.TarError, msgspec.MsgspecError, UnicodeError)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds.

    Attributes:
        database: the kind of database that the rows are of.
        migrations: the migrations of that database, so that rows go into the same tables only.
        rows: how many rows there are.
        secrets_elsewhere: the secrets that the operator gave in the environment, which are not in the backup.
        recordings: the bytes of each file of the recordings, by name, whether or not the file is in the backup.
        members: SHA-256 of each member, by name.
    """

    format: int
    made_at: datetime
    database: str
    migrations: list[str]
    rows: int
    secrets_elsewhere: list[str]
    recordings: dict[str, int]
    members: dict[str, str]

    @property
    def recordings_left_out(self) -> list[str]:
        """Return the names of the recordings' files that are not in the backup."""
        return [name for name in self.recordings if f"{RECORDINGS}/{name}" not in self.members]


class ArchiveWriter:
    """Adds members to a tar and remembers their checksums."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.members: dict[str, str] = {}

    def add(self, name: str, file: "IO[bytes]") -> None:
        """Add the whole of an open file. What is appended to the file meanwhile is left out."""
        file.seek(0)
        self.members[name] = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = file.tell(), 0o600
        file.seek(0)
        self._archive.addfile(entry, file)

    def add_path(self, name: str, path: Path) -> None:
        """Add a file. A file that was deleted meanwhile is left out."""
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            self.add(name, file)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, which has to come last."""
        with tempfile.TemporaryFile() as file:
            file.write(msgspec.json.encode(manifest))
            self.add(MANIFEST, file)


def check_backup(path: Path, *, identity: Path | None = None) -> Manifest:
    """Compare every member of a backup with its checksum and return the manifest. Raise `BackupError`.

    `identity` is the file of the private key, for an encrypted backup.
    """
    with opened(path, identity) as plain:
        return verified(plain, name=path.name)


@contextlib.contextmanager
def opened(path: Path, identity: Path | None) -> Iterator[Path]:
    """Give the path of the backup as a readable tar. A decrypted copy is gone afterwards."""
    if path.suffix != age.SUFFIX:
        yield path
        return
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=".backup-") as work:
        plain = Path(work) / "plain"
        age.decrypt(path, plain, identity=identity)
        yield plain


def verified(path: Path, *, name: str) -> Manifest:
    """Read a backup from start to end without unpacking it, and return its manifest. Raise `BackupError`."""
    try:
        with tarfile.open(path, "r|gz") as archive:
            *members, (last, manifest_text) = [_digested(archive, entry) for entry in archive]
            if last != MANIFEST:
                raise BackupError("backup_damaged", f"{name} is damaged: the manifest is missing.")
        _require_format(manifest_text, name)
        manifest = msgspec.json.decode(manifest_text, type=Manifest)
    except (*UNREADABLE, ValueError) as error:
        raise BackupError(
            "backup_damaged", f"{name} is damaged or not a backup of Spaces ({type(error).__name__})."
        ) from error
    _require_members(dict(members), manifest.members, name)
    return manifest


def _digested(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> tuple[str, str]:
    """Return the name of a member with its checksum, of the manifest with its text."""
    file = archive.extractfile(entry)
    if file is None or not entry.isreg():
        raise tarfile.ReadError(f"{entry.name} is not a file")
    if entry.name == MANIFEST:
        return entry.name, file.read().decode()
    digest = hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    return entry.name, digest.hexdigest()


def _require_format(manifest: str, name: str) -> None:
    found: Any = msgspec.json.decode(manifest, type=dict[str, Any]).get("format")
    if found != FORMAT:
        raise BackupError(
            "backup_other_version", f"{name} is of another version of Spaces: format {found}, not {FORMAT}."
        )


def _require_members(found: dict[str, str], wanted: dict[str, str], name: str) -> None:
    differ = sorted(member for member in found.keys() | wanted.keys() if found.get(member) != wanted.get(member))
    if differ:
        raise BackupError("backup_damaged", f"{name} is damaged: {', '.join(differ[:5])} differ from their checksums.")
