"""Restore a backup into this site, which must be empty."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model

from .archive import ROWS, SECRETS, Manifest, opened, verified
from .errors import BackupError
from .rows import Row, replace_rows
from .writing import applied_migrations, directories, files


def restore_backup(path: Path, *, identity: Path | None = None) -> Manifest:
    """Put a backup in the place of this site's database, uploads and secrets. Raise `BackupError`.

    The whole file is checked before anything is changed. The rows come last and all at once: a site on which restoring
    was interrupted is still empty, and can be restored again.
    """
    with (
        opened(path, identity) as plain,
        tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=".restore-") as work,
    ):
        manifest = verified(plain, name=path.name)
        call_command("migrate", verbosity=0)
        _require_empty()
        _require_same_version(manifest)
        with tarfile.open(plain, "r:gz") as archive:
            archive.extractall(work, filter="data")
        _restore(Path(work))
    return manifest


def _restore(members: Path) -> None:
    _use_key_of(members)
    for kind, root in directories(with_recordings=True).items():
        for name, file in files(members / kind):
            _put(file, root / name)
    replace_rows(lambda model: _rows_of(members, model))


def _require_empty() -> None:
    if apps.get_model("accounts", "User").objects.exists():
        raise BackupError(
            "site_not_empty", "This site has accounts. Restore into an empty site: another database and SPACES_VAR."
        )


def _require_same_version(manifest: Manifest) -> None:
    differ = sorted(set(applied_migrations()) ^ set(manifest.migrations))
    if differ:
        raise BackupError(
            "backup_other_version",
            "The backup is of another version of Spaces. Check out that version, restore, then upgrade. "
            f"Migrations that differ: {', '.join(differ[:5])}",
        )


def _use_key_of(members: Path) -> None:
    """Encrypt secrets of rows with the key that is restored with them, unless the operator set one."""
    here, there = Path(settings.SECRETS_DIR) / "secret_key", members / SECRETS / "secret_key"
    is_made_here = here.exists() and here.read_text().strip() == settings.SECRET_KEY
    if is_made_here and there.exists():
        settings.SECRET_KEY = there.read_text().strip()


def _rows_of(members: Path, model: type[Model]) -> Iterator[Row]:
    with (members / ROWS / f"{model._meta.label_lower}.jsonl").open("rb") as file:
        for line in file:
            yield msgspec.json.decode(line, type=list[Any])


def _put(source: Path, target: Path) -> None:
    """Copy a file, readable by this account only, in one step."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restore")
    draft.touch(mode=0o600)
    shutil.copyfile(source, draft)
    draft.replace(target)
