"""Finished files in an S3-compatible bucket, by Django's storages API.

A file is written to the local disk first and moves later, so the disk itself is the list of what is to be uploaded.
`StoredFile` has a row for each file that the bucket has. Where the bucket is away, uploads and deletions are repeated
by the next run, and files that are still here are served from here.

Who deletes a file and who uploads it may do so at once. So `keep` adds the row before it opens the file, and a deletion
removes the local file before it looks for the row: one of them notices the other.
"""

import contextlib
import hashlib
import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spaces_project.common.beside import written_beside
from spaces_project.common.errors import TryAgain
from spaces_project.media.models import StoredFile

logger = logging.getLogger(__name__)

BUCKET: Final = "bucket"
"""The alias in `STORAGES`. Only a site with `S3_BUCKET` has it."""
SETTLED_SECONDS: Final = 300
"""A file that was written or brought back later than this stays here: its writer or its reader may not be done."""
LOST_AFTER: Final = timedelta(hours=1)
"""An upload that has taken so long was left by a worker that died."""
RUN_SECONDS: Final = 90
"""How long one run uploads. The queue would give a longer one to a second worker."""
_AT_ONCE: Final = 1_000
_MOST_FAILURES: Final = 3
_PIECE: Final = 1024 * 1024

Wanted = Callable[[], bool]


class BucketAway(TryAgain, OSError):
    """The bucket does not answer, or refuses. Workers treat it as a disk that fails, and pages ask to try again."""

    def __init__(self) -> None:
        super().__init__("media_away", _("Audio is temporarily unavailable. Try again."))


def is_on() -> bool:
    """Return whether this site has a bucket."""
    return BUCKET in settings.STORAGES


def key_of(path: Path) -> str:
    """Return the name in the bucket of a file or directory below one of the two directories of media."""
    for name, root in (("media", settings.MEDIA_ROOT), ("recordings", settings.RECORDINGS_DIR)):
        if path.is_relative_to(root):
            return f"{name}/{path.relative_to(root)}"
    raise ValueError(f"{path} is no media")


# --- Reads ------------------------------------------------------------------------------------------------------------


def stored(path: Path) -> StoredFile | None:
    """Return the row of a file that the bucket has."""
    return _stored().filter(key=key_of(path)).first() if is_on() else None


def exists(path: Path) -> bool:
    """Return whether the file is here or in the bucket."""
    return path.exists() or stored(path) is not None


def totals() -> tuple[int, int]:
    """Return the number of files in the bucket, and their size."""
    found = _stored().aggregate(number=Count("pk"), size=Sum("size"))
    return found["number"], found["size"] or 0


def sizes_below(directory: Path) -> dict[Path, int]:
    """Return the size of every file below the directory, here or in the bucket."""
    found = {path: path.stat().st_size for path in directory.rglob("*") if path.is_file()}
    if is_on():
        prefix = f"{key_of(directory)}/"
        for key, size in _stored().filter(key__startswith=prefix).values_list("key", "size"):
            found.setdefault(directory / key.removeprefix(prefix), size)
    return found


def signed_url(file: StoredFile, *, content_type: str, disposition: str) -> str:
    """Return an address at which everyone gets this one file for `S3_URL_SECONDS`. Whether the reader may have it must
    have been asked. Nothing is sent to the bucket."""
    shown = {"ResponseContentType": content_type}
    if disposition:
        shown["ResponseContentDisposition"] = disposition
    return str(_storage().url(file.key, parameters=shown, expire=settings.S3_URL_SECONDS))


def opened(path: Path) -> "File[bytes]":
    """Return a small file of the bucket for reading. Raise `FileNotFoundError`, `BucketAway`."""
    found = stored(path)
    if found is None:
        raise FileNotFoundError(path)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    _download(found, spool)
    spool.seek(0)
    return File(spool, name=path.name)


def fetched(path: Path) -> Path:
    """Return the path, after the file was brought back if only the bucket has it: work on sound needs a local file.

    It stays for `SETTLED_SECONDS` and then goes again. A file that is nowhere stays missing. Raise `BucketAway`.
    """
    found = None if path.exists() else stored(path)
    if found is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written_beside(path, mode=0o600) as unfinished, unfinished.open("wb") as file:
            _download(found, file)
    return path


# --- Upload -----------------------------------------------------------------------------------------------------------


def keep_all(files: Iterable[tuple[Path, Wanted]]) -> int:
    """Upload finished files, as many as one run has time for. Return how many the local disk got rid of.

    A file that fails stays for the next run. After a few the bucket is taken to be away; one that cannot be read must
    not keep all others here.
    """
    ends, count, failures = time.monotonic() + RUN_SECONDS, 0, 0
    for path, is_wanted in files:
        if time.monotonic() > ends or failures >= _MOST_FAILURES:
            break
        try:
            count += keep(path, is_wanted=is_wanted)
        except OSError as error:
            failures += 1
            logger.warning("%s stays on the local disk for now: %s", path.name, error.__cause__ or error)
    return count


def keep(path: Path, *, is_wanted: Wanted = lambda: True) -> bool:
    """Upload a finished file, read it back, and remove the local copy. Return whether the bucket has it now.

    It may run twice, also at the same time. `is_wanted` says whether what the file belongs to still exists. Raise
    `BucketAway`.
    """
    row = StoredFile.objects.get_or_create(key=key_of(path))[0]
    mine = StoredFile.objects.filter(pk=row.pk)
    now = timezone.now()
    if not mine.filter(_idle(now), discarded_at=None).update(uploading_since=now):
        return False
    try:
        if not is_wanted():
            _discard(mine)
            return False
        with path.open("rb") as file:
            facts = _facts(iter(lambda: file.read(_PIECE), b""))
            if row.stored_at is None or facts != (row.size, row.sha256):
                file.seek(0)
                _upload(row.key, file, facts)
        is_stored = mine.filter(discarded_at=None).update(size=facts[0], sha256=facts[1], stored_at=timezone.now())
    except FileNotFoundError:  # it was deleted, or another worker has just moved it
        _discard(mine.filter(stored_at=None))
        return False
    finally:
        mine.update(uploading_since=None)
    if is_stored:
        path.unlink(missing_ok=True)
    return bool(is_stored)


def settled_below(directory: Path, pattern: str) -> Iterator[Path]:
    """Yield the files below the directory that nobody writes any more. Names that begin with a dot are unfinished."""
    before = time.time() - SETTLED_SECONDS
    for path in directory.glob(pattern):
        with contextlib.suppress(FileNotFoundError):
            if not path.name.startswith(".") and path.is_file() and path.stat().st_mtime < before:
                yield path


# --- Deletion ---------------------------------------------------------------------------------------------------------


def remove(path: Path) -> None:
    """Delete a file here, and soon in the bucket."""
    path.unlink(missing_ok=True)
    discard(path)


def discard(path: Path) -> None:
    """Let the bucket delete the file. No reader is sent to it from now on. The local copy must be gone already."""
    if is_on():
        _discard(StoredFile.objects.filter(key=key_of(path)))


def discard_below(directory: Path) -> None:
    """Do the same for all files below the directory."""
    if is_on():
        _discard(StoredFile.objects.filter(key__startswith=f"{key_of(directory)}/"))


def delete_discarded() -> int:
    """Delete discarded objects. Return how many there were. What the bucket does not delete is left for the next run,
    and so is what a worker uploads at this moment."""
    if not is_on():
        return 0
    count = 0
    for row in StoredFile.objects.filter(_idle(timezone.now()), discarded_at__isnull=False)[:_AT_ONCE]:
        try:
            with _answers():
                _storage().delete(row.key)
        except BucketAway as error:
            logger.warning("discarded files stay in the bucket for now: %s", error.__cause__)
            break
        row.delete()
        count += 1
    return count


# --- The bucket itself ------------------------------------------------------------------------------------------------


def problem() -> str:
    """Write, read and delete a small object. Return what went wrong, or an empty string, also without a bucket."""
    if not is_on():
        return ""
    key = f"probe/{timezone.now():%Y%m%dT%H%M%S%f}"
    try:
        with _answers():
            _storage().save(key, File(_spooled(b"probe")))
            is_same = b"".join(_pieces(key)) == b"probe"
            _storage().delete(key)
    except BucketAway as error:
        return str(error.__cause__)
    return "" if is_same else "it returns other bytes than it was given"


def _upload(key: str, file: Any, facts: tuple[int, str]) -> None:
    """Raise `BucketAway` also if what the bucket returns is not what it was given."""
    with _answers():
        _storage().save(key, File(file))
        if _facts(_pieces(key)) != facts:
            raise OSError(f"the bucket has other bytes for {key}")


def _download(row: StoredFile, target: Any) -> None:
    with _answers():
        for piece in _pieces(row.key):
            target.write(piece)


def _pieces(key: str) -> Iterator[bytes]:
    """Yield an object in small pieces. `open` of the storage would load it whole, into memory or a second file."""
    yield from _storage().bucket.Object(key).get()["Body"].iter_chunks(_PIECE)


@contextlib.contextmanager
def _answers() -> Iterator[None]:
    """Turn every way in which a bucket fails into `BucketAway`. The libraries are loaded here, and nowhere else."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError, OSError) as error:
        raise BucketAway from error


def _storage() -> Any:
    return storages[BUCKET]


def _spooled(data: bytes) -> Any:
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - it has no name, and is gone with the last reference
    spool.write(data)
    spool.seek(0)
    return spool


def _facts(pieces: Iterable[bytes]) -> tuple[int, str]:
    """Return size and SHA-256."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _stored() -> "QuerySet[StoredFile]":
    return StoredFile.objects.filter(stored_at__isnull=False, discarded_at=None)


def _idle(now: datetime) -> Q:
    """Return the condition that no worker uploads the file."""
    return Q(uploading_since=None) | Q(uploading_since__lt=now - LOST_AFTER)


def _discard(rows: "QuerySet[StoredFile]") -> None:
    rows.filter(discarded_at=None).update(discarded_at=timezone.now())
