"""Write the backup of this site."""

import os
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from . import age
from .archive import FORMAT, MEDIA, RECORDINGS, ROWS, SECRETS, ArchiveWriter, Manifest, verified
from .errors import BackupError
from .rows import one_moment, read_rows, stored_models

PATTERN: Final = "spaces-*.tar.gz*"
SECRET_NAMES: Final = (
    "SECRET_KEY",
    "REDIS_PASSWORD",
    "VAPID_PRIVATE_KEY",
    "GATEWAY_API_SECRET",
    "GATEWAY_ADMIN_SECRET",
    "GATEWAY_ROOM_KEY",
    "TURN_SECRET",
)


def write_backup(directory: Path, *, recipient: str = "", with_recordings: bool = False) -> tuple[Path, Manifest]:
    """Write a backup of this site into `directory` and read it once to check it. Return its path and manifest.

    The file gets its name when it is complete. Only this account can read it; with `recipient`, a public key of age,
    only the owner of the private key can. Raise `BackupError`.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory, prefix=".backup-") as work:
            plain = Path(work) / "plain"
            plain.touch(mode=0o600)
            _write(plain, with_recordings=with_recordings)
            path = directory / f"spaces-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.tar.gz{age.SUFFIX if recipient else ''}"
            manifest = verified(plain, name=path.name)
            if recipient:
                age.encrypt(plain, Path(work) / "encrypted", recipient=recipient)
            _publish(Path(work) / "encrypted" if recipient else plain, path)
    except OSError as error:
        raise BackupError("disk_failed", f"The backup could not be written: {error.strerror}.") from error
    return path, manifest


def delete_older(directory: Path, *, keep: int) -> None:
    """Delete all backups in a directory but so many of the newest."""
    for old in sorted(directory.glob(PATTERN))[:-keep]:
        old.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    """Move a complete file to its name, so that it survives a power cut from then on."""
    draft.chmod(0o600)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, *, with_recordings: bool) -> None:
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        writer = ArchiveWriter(archive)
        # The rows first: a file that a row names exists by then, or was deleted since.
        with one_moment("default"):
            migrations = applied_migrations()
            rows = sum(_add_rows(writer, model) for model in stored_models())
        for kind, root in directories(with_recordings=with_recordings).items():
            for name, file in files(root):
                writer.add_path(f"{kind}/{name}", file)
        writer.finish(
            Manifest(
                format=FORMAT,
                made_at=datetime.now(UTC),
                database=connection.vendor,
                migrations=migrations,
                rows=rows,
                secrets_elsewhere=_secrets_elsewhere(),
                recordings={name: file.stat().st_size for name, file in files(Path(settings.RECORDINGS_DIR))},
                members=writer.members,
            )
        )


def directories(*, with_recordings: bool) -> dict[str, Path]:
    """Return the directories whose files belong to a backup."""
    always = {MEDIA: Path(settings.MEDIA_ROOT), SECRETS: Path(settings.SECRETS_DIR)}
    return always | ({RECORDINGS: Path(settings.RECORDINGS_DIR)} if with_recordings else {})


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name and path of each file below a directory. Links are left out: they may lead anywhere."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(root)), path


def applied_migrations() -> list[str]:
    """Return the migrations of this site's database, as `app.name`."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _secrets_elsewhere() -> list[str]:
    kept = Path(settings.SECRETS_DIR)
    return [name for name in SECRET_NAMES if not _is_kept(kept / name.lower(), getattr(settings, name))]


def _is_kept(path: Path, secret: str) -> bool:
    return path.exists() and path.read_text().strip() == secret


def _add_rows(writer: ArchiveWriter, model: type[Model]) -> int:
    count = 0
    with tempfile.TemporaryFile() as file:
        for row in read_rows(model):
            file.write(msgspec.json.encode(row) + b"\n")
            count += 1
        writer.add(f"{ROWS}/{model._meta.label_lower}.jsonl", file)
    return count
