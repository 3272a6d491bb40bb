"""The loudness of a recording over time, measured once and kept beside its sound."""

import json
from typing import Final

from spaces.models import Recording
from spaces.recordings import sound
from spaces.recordings.files import REPLAY
from spaces.selectors.timeline import Kept
from spaces_project.common.beside import written_beside
from spaces_project.media.bucket import fetched

PEAKS: Final = "peaks.json"


def stored_peaks(recording: Recording) -> list[int] | None:
    """Return the loudest moment of each 100 ms of the uncut sound, in percent. None while it is not measured."""
    try:
        found: list[int] = json.loads((recording.home / PEAKS).read_text())
    except (OSError, ValueError):
        return None
    return found


def measure(recording_id: int) -> None:
    """Measure the sound of a replay, unless that was done. Raise `BadSound`, `TooSlow`, `OSError`."""
    recording = Recording.objects.ready().filter(pk=recording_id).first()
    if recording is None or stored_peaks(recording) is not None:
        return
    place = recording.home
    found = sound.peaks(fetched(place / REPLAY), length_ms=recording.duration_ms)
    with written_beside(place / PEAKS) as file:
        file.write_text(json.dumps(found))


def suggested_cut(recording: Recording) -> Kept | None:
    """Return where the replay could start and end, without the silence at both ends. None if that is not known, or if
    there is nothing to cut."""
    found = sound.without_silence(stored_peaks(recording) or [])
    if found is None:
        return None
    cut = Kept(found.starts_ms, min(found.ends_ms, recording.duration_ms))
    return cut if cut.length_ms < recording.duration_ms - 2 * sound.LEAD_MS else None
