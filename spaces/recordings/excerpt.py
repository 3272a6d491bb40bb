"""Cut a short piece out of the packed sound of a recording, also while it is still growing.

The AAC frames are copied and not decoded, so a piece begins and ends at a segment of two seconds.
"""

import io
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Final

from spaces.models import Recording
from spaces.recordings import files
from spaces.recordings.copying import copy_frames
from spaces.recordings.encoder import RATE
from spaces.recordings.sound_writer import Segment, named_segments
from spaces.selectors.timeline import timeline
from spaces_project.media.bucket import fetched

AROUND: Final = timedelta(minutes=2)
"""Taken on either side of a moment, like the captions that a moderator reads."""
CONTENT_TYPE: Final = "audio/mp4"


def around(recording: Recording, clock_ms: int) -> bytes | None:
    """Return the sound around a moment of the Space's clock, as a file that every player can seek in.

    None if that moment was not recorded, or if the files are gone. What the host cut off the replay is in it. Raise
    `BucketAway`.
    """
    margin = int(AROUND / timedelta(milliseconds=1))
    spans = timeline(recording, uncut=True).spans(max(0, clock_ms - margin), clock_ms + margin)
    return _copied(recording.home, spans[0][0], spans[-1][1]) if spans else None


def _copied(home: Path, first_ms: int, last_ms: int) -> bytes | None:
    """Return the segments that hold these milliseconds of the sound."""
    segments = named_segments(home / files.PLAYLIST, fetched(home / files.SOUND))
    ends = accumulate(segment.samples for segment in segments)
    found = [
        segment
        for segment, end in zip(segments, ends, strict=True)
        if (end - segment.samples) * 1000 < last_ms * RATE and end * 1000 > first_ms * RATE
    ]
    if not found:
        return None
    written = io.BytesIO()
    fragments = _read(home / files.SOUND, found, header_size=segments[0].offset)
    copy_frames(io.BytesIO(fragments), written, seekable=False)
    return written.getvalue()


def _read(sound: Path, segments: list[Segment], *, header_size: int) -> bytes:
    """Return the header of the file and the bytes of the segments, which follow each other."""
    with sound.open("rb") as file:
        head = file.read(header_size)
        file.seek(segments[0].offset)
        return head + file.read(segments[-1].offset + segments[-1].size - segments[0].offset)
