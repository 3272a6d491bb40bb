"""The file that owners get of their account: a ZIP with JSON for programs and pages for people."""

import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import IO

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts import services as accounts
from accounts.models import AccountExport, ExportState, User
from accounts.site import site
from spaces.moderation.exports import Row, Section, as_json, left_out, pictures_of, sections
from spaces_project.common.beside import written_beside


def write_export(export_id: int) -> bool:
    """Write the file of an export that was asked for. Return False if it is not wanted any more.

    The owner is told of a failure, too. The exception goes on, to the log of the worker.
    """
    asked = AccountExport.objects.select_related("user").filter(pk=export_id, state=ExportState.WAITING).first()
    if asked is None:
        return False
    try:
        asked.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written_beside(asked.path, mode=0o600) as unfinished, unfinished.open("wb") as file:
            _write(asked.user, file)
    except Exception:
        accounts.finish_export(export_id=export_id, failed=True)
        raise
    if accounts.finish_export(export_id=export_id):
        return True
    asked.path.unlink(missing_ok=True)  # The account or the export was deleted meanwhile.
    return False


def _write(user: User, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        counts = {name: _write_section(archive, name, rows, user) for name, rows in sections().items()}
        _write_pictures(archive, user)
        about = {
            "user": user,
            "site_name": site().name,
            "now": timezone.now(),
            "sections": [(name, _heading(name), count) for name, count in counts.items()],
            "left_out": sorted(left_out().items()),
        }
        archive.writestr("index.html", render_to_string("accounts/export/index.html", about))


def _write_section(archive: zipfile.ZipFile, name: str, rows: Section, user: User) -> int:
    """Write `data/<name>.json` and `pages/<name>.html`, a row at a time. Return the number of rows."""
    with archive.open(f"data/{name}.json", "w", force_zip64=True) as data:
        count = _write_json(data, rows(user))
    with archive.open(f"pages/{name}.html", "w", force_zip64=True) as page:
        _write_page(page, _heading(name), rows(user))
    return count


def _write_json(file: IO[bytes], rows: Iterable[Row]) -> int:
    count = 0
    file.write(b"[")
    for count, row in enumerate(rows, 1):
        file.write(f"{',' if count > 1 else ''}\n{as_json(row)}".encode())
    file.write(b"\n]\n")
    return count


def _write_page(file: IO[bytes], heading: str, rows: Iterable[Row]) -> None:
    file.write(render_to_string("accounts/export/section_begin.html", {"heading": heading}).encode())
    for row in rows:
        file.write(_as_html(row).encode())
    file.write(b"</main></body></html>\n")


def _as_html(row: Row) -> SafeString:
    facts = [(_heading(name), value) for name, value in row.items() if value not in (None, "")]
    return format_html("<dl>{}</dl>\n", format_html_join("", "<dt>{}</dt><dd>{}</dd>", facts))


def _write_pictures(archive: zipfile.ZipFile, user: User) -> None:
    for picture in pictures_of(user):
        try:
            with picture.open("rb") as source:
                archive.writestr(f"media/{PurePosixPath(picture.name or '').name}", source.read())
        except FileNotFoundError:
            continue  # It was replaced or it expired a moment ago.


def _heading(name: str) -> str:
    return name.replace("__", " ").replace("_", " ").capitalize()
