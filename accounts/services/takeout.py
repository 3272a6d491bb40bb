"""The export of an account that its owner asks for. An app above writes the file: it knows what every app stores."""

import contextlib
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import signals
from accounts.models import AccountExport, ExportState, User
from accounts.notices import tell_owner
from accounts.services.profiles import lock_user
from spaces_project.common.errors import Conflict, NotFound
from spaces_project.common.limits import too_many

KEPT = timedelta(days=7)
EACH = timedelta(days=1)
"""An account is exported once in this time. A failed export does not count."""
PATIENCE = timedelta(hours=1)
"""After this time without a file, the worker is taken for dead, and the owner may ask again."""


def request_export(*, user: User) -> AccountExport:
    """Ask for an export. It replaces the one before. Raises `Conflict` `export_running` and `TooMany` `too_many`."""
    with transaction.atomic():
        locked = lock_user(user.pk)
        before = export_of(locked)
        if before is not None:
            _require_over(before)
            _forget(before)
        asked = AccountExport.objects.create(user=locked)
        # Robust: with the queue away the row stays, and the owner may ask again after `PATIENCE`.
        told = partial(signals.export_asked.send_robust, sender=AccountExport, export_id=asked.pk)
        transaction.on_commit(told)
    return asked


def finish_export(*, export_id: int, failed: bool = False) -> bool:
    """Note that the file is written, or that it could not be, and tell the owner. Return False if it was noted
    before, or if the export is not wanted any more."""
    with transaction.atomic():
        asked = AccountExport.objects.select_for_update().filter(pk=export_id, state=ExportState.WAITING).first()
        if asked is None:
            return False
        asked.state, asked.ready_at = (ExportState.FAILED if failed else ExportState.READY), timezone.now()
        asked.bytes = 0 if failed else asked.path.stat().st_size
        asked.save(update_fields=["state", "ready_at", "bytes"])
        tell_owner(user=asked.user, about="export_failed" if failed else "export_ready")
    return True


def export_of(user: User) -> AccountExport | None:
    """Return the latest export of the user, or None."""
    return AccountExport.objects.filter(user=user).first()


def ready_export(*, user: User) -> AccountExport:
    """Return the export that the user may fetch. Raises `NotFound`."""
    found = AccountExport.objects.filter(user=user, state=ExportState.READY, ready_at__gt=timezone.now() - KEPT).first()
    if found is None or not found.path.is_file():
        raise NotFound("not_found", _("There is no export to download."))
    return found


def purge_exports(now: datetime, dry_run: bool) -> int:
    """Delete exports that were kept for long enough, and files that belong to none. Return how many are due."""
    due = AccountExport.objects.filter(asked_at__lt=now - KEPT)
    count = due.count()
    if not dry_run:
        due.delete()
        _remove_strays()
    return count


def _require_over(before: AccountExport) -> None:
    age = timezone.now() - before.asked_at
    if before.state == ExportState.WAITING and age < PATIENCE:
        raise Conflict("export_running", _("An export is being made. You get a mail when it is ready."))
    if before.state == ExportState.READY and age < EACH:
        raise too_many(int((EACH - age).total_seconds()) + 1)


def _forget(asked: AccountExport) -> None:
    path = asked.path
    asked.delete()
    transaction.on_commit(partial(path.unlink, missing_ok=True), robust=True)


def _remove_strays() -> None:
    """Remove files without a row: those of deleted accounts, and halves that a dead worker left."""
    directory = Path(settings.ACCOUNT_EXPORTS_DIR)
    known = set(AccountExport.objects.values_list("file_name", flat=True))
    oldest = time.time() - PATIENCE.total_seconds()
    for file in directory.iterdir() if directory.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if file.name not in known and file.stat().st_mtime < oldest:
                file.unlink()
