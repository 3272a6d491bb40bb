"""What can be downloaded of a replay: its sound, captions, chapters, and all of it in one archive."""

import contextlib
import hashlib
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from spaces.models import Export, Recording
from spaces.recordings import said
from spaces.recordings.chapters import chapters_file
from spaces.recordings.exports import KINDS, file_name
from spaces.recordings.selectors import recording_for, replay_for
from spaces_project.common.beside import written_beside
from spaces_project.common.errors import NotFound
from spaces_project.media.bucket import exists, fetched, remove, sizes_below

if TYPE_CHECKING:
    from accounts.models import User

CAPTIONS: Final = {"vtt": "text/vtt; charset=utf-8", "srt": "application/x-subrip; charset=utf-8"}
"""The endings and types of files of captions."""


def export_for(*, public_id: str, user: "User | None") -> Export:
    """Return the files of a replay, if the reader may hear it. Raise `NotFound` otherwise, and before they are made."""
    recording = recording_for(public_id=public_id, user=user)
    export = Export.objects.filter(recording=recording, made_version__gt=0).first()
    if export is None or not recording.is_ready:
        raise NotFound("not_ready", _("The files of this replay are not made yet."))
    export.recording = recording
    return export


def captions_for(*, public_id: str, user: "User | None", ending: str) -> str:
    """Return the captions of a replay. Raise `NotFound`, and what readers of captions are refused with."""
    recording = replay_for(public_id=public_id, user=user)
    found = said.captions_file(recording, user=user, ending=ending)
    if found is None:
        raise NotFound("not_found", _("There are no captions."))
    return found


def chapters_for(*, public_id: str, user: "User | None") -> str:
    """Return the chapters of a replay as JSON. Raise `NotFound`."""
    return chapters_file(replay_for(public_id=public_id, user=user))


def archive_for(*, public_id: str, user: "User") -> tuple[Export, str]:
    """Return the files of a replay and the name of an archive with all of them, which is made if it is not there.

    Raise `NotFound`, also for a user who does not host the Space.
    """
    export = export_for(public_id=public_id, user=user)
    if export.recording.space.host_id != user.pk:
        raise NotFound("not_found", _("There is no recording of this Space."))
    texts = _texts(export.recording, user)
    name = f"all-{export.made_version}-{_mark(texts)}.zip"
    place = export.recording.home
    if not exists(place / name):
        _archive(place, name, export, texts)
    return export, name


def _texts(recording: Recording, user: "User") -> dict[str, str]:
    texts = {"chapters.json": chapters_file(recording)}
    for ending in CAPTIONS:
        with contextlib.suppress(NotFound):  # the host had captions off
            texts[f"captions.{ending}"] = said.captions_file(recording, user=user, ending=ending) or ""
    return texts


def _mark(texts: dict[str, str]) -> str:
    """Return what changes with the texts: a line that was taken away is not in the next archive."""
    return hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:16]


def _archive(place: Path, name: str, export: Export, texts: dict[str, str]) -> None:
    """Write the archive in one step, and remove earlier ones. Sound is stored as it is: it does not get smaller."""
    sounds = {kind: fetched(place / file_name(export.made_version, kind)) for kind in KINDS}
    with written_beside(place / name) as unfinished:
        with zipfile.ZipFile(unfinished, "w") as archive:
            for kind, sound in sounds.items():
                archive.write(sound, f"replay.{kind}")
            for text_name, text in texts.items():
                archive.writestr(text_name, text, zipfile.ZIP_DEFLATED)
        for other in sizes_below(place):
            if fnmatch(other.name, "all-*.zip"):
                remove(other)
