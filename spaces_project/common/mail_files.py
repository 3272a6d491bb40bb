"""Mails written to files, which a site without a mail server has instead of sent mails."""

import contextlib
import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

KEPT = timedelta(days=30)


class FileBackend(EmailBackend):
    """A mail backend that writes each mail into a file of its own.

    Django's writes all mails of one call into one file. It names the file by the second and by the id of the backend,
    which the next backend may get again.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails, and return how many. Raises `OSError` if the directory cannot be written to."""
        for message in email_messages:
            path = Path(self.file_path) / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(8)}.log"
            path.write_bytes(message.message().as_bytes())
        return len(email_messages)


def forget_mails_to(addresses: Collection[str]) -> None:
    """Delete every file that names one of the addresses. Each mail goes to one user and is a file of its own."""
    wanted = [address.lower().encode() for address in addresses if address]
    for file in _files() if wanted else ():
        text = _read(file).lower()
        if any(address in text for address in wanted):
            file.unlink(missing_ok=True)


def forget_old_mails() -> None:
    """Delete files older than `KEPT`."""
    oldest = time.time() - KEPT.total_seconds()
    for file in _files():
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < oldest:
                file.unlink()


def _files() -> Iterator[Path]:
    directory = Path(settings.EMAIL_FILE_PATH)
    yield from directory.glob("*.log") if directory.is_dir() else ()


def _read(file: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    return b""
