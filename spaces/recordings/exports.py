"""Make the files for download of a replay: M4A and MP3, trimmed, as loud as podcasts are, with tags and chapters."""

import logging
from fnmatch import fnmatch
from pathlib import Path
from typing import Final, cast

from django.utils import timezone

from spaces.models import Export, Recording
from spaces.recordings import sound
from spaces.recordings.chapters import chapters_of
from spaces.recordings.files import REPLAY
from spaces.recordings.sound import BadSound, Format, Tags, TooSlow
from spaces.selectors.timeline import Kept
from spaces.services import exporting
from spaces_project.media.bucket import fetched, remove, sizes_below

logger = logging.getLogger(__name__)

KINDS: Final[tuple[Format, ...]] = ("m4a", "mp3")
TYPES: Final[dict[Format, str]] = {"m4a": "audio/x-m4a", "mp3": "audio/mpeg"}
"""The types that Apple asks for."""
_STEP: Final = 2
"""Percent between two notes of progress."""


def file_name(version: int, kind: str) -> str:
    """Return the name of a file in the directory of the recording."""
    return f"sound-{version}.{kind}"


def run(export_id: int, version: int) -> bool:
    """Make the files, unless another worker does, or they are made. Return whether to try again.

    It may run twice. The source stays as it is, and earlier files stay until the new ones are complete.
    """
    export = exporting.begin_export(export_id=export_id, version=version, now=timezone.now())
    if export is None:
        return False
    try:
        _make(export)
    except (BadSound, TooSlow, OSError) as error:
        logger.warning("the files of recording %s are not made: %s", export.recording_id, error)
        return exporting.fail_export(export=export, error=f"{type(error).__name__}: {error}")
    return False


def _make(export: Export) -> None:
    recording = export.recording
    place = recording.home
    targets = {kind: place / file_name(export.version, kind) for kind in KINDS}
    length_ms = sound.export(_what(recording), targets, progress=_notes(export))
    sizes = {kind: path.stat().st_size for kind, path in targets.items()}
    found = sizes_below(place)
    earlier = {path: size for path, size in found.items() if _is_made(path) and path not in targets.values()}
    kept = sum(found.values()) - sum(earlier.values())
    is_wanted = exporting.finish_export(
        export=export, duration_ms=length_ms, m4a_bytes=sizes["m4a"], mp3_bytes=sizes["mp3"], size=kept
    )
    for path in earlier if is_wanted else targets.values():
        remove(path)


def _what(recording: Recording) -> sound.Export:
    space = recording.space
    day = space.started_at.date().isoformat() if space.started_at else ""
    host = space.host.name
    tags = Tags(title=recording.display_title, artist=host, date=day, album=f"{host}\u2019s Spaces")
    kept = [Kept(recording.cut_start_ms, recording.end_ms)]
    return sound.Export(fetched(recording.home / REPLAY), kept, tags, chapters_of(recording))


def _notes(export: Export) -> sound.Progress:
    told = 0

    def note(percent: int) -> None:
        nonlocal told
        if percent >= told + _STEP:
            told = percent
            exporting.note_progress(export=export, percent=percent)

    return note


def _is_made(path: Path) -> bool:
    """Return whether an export made the file, of any version, or it is an archive of them."""
    return fnmatch(path.name, "sound-*.m*") or fnmatch(path.name, "all-*.zip")


def made_file(export: Export, kind: str) -> tuple[str, str]:
    """Return name and type of the file that exists."""
    return file_name(export.made_version, kind), TYPES[cast("Format", kind)]
