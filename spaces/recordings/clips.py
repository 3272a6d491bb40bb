"""Make the sound of clips, and tell what their pages show: who speaks, and what is said."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from spaces.events import wire
from spaces.models import Clip
from spaces.models.clip import CLIPS
from spaces.recordings import said, sound
from spaces.recordings.files import REPLAY, is_older
from spaces.recordings.room import MEGABYTE, free_bytes
from spaces.recordings.said import Caption
from spaces.recordings.selectors import turns
from spaces.recordings.sound import BadSound, Tags, TooSlow
from spaces.selectors.timeline import Kept, Timeline, between
from spaces.services import clips as verbs
from spaces_project.media.bucket import fetched

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "audio/mp4"
_UNFINISHED_SECONDS: Final = 600
"""A file that a worker writes has a name that begins with a dot. One that is older was left by a worker that died."""


# --- The file ---------------------------------------------------------------------------------------------------------


def run(clip_id: int) -> bool:
    """Make the file of a clip, unless another worker does, or it is made. Return whether to try again. It may run
    twice."""
    clip = verbs.begin_clip(clip_id=clip_id, now=timezone.now())
    if clip is None:
        return False
    try:
        _make(clip)
    except (BadSound, TooSlow, OSError) as error:
        logger.warning("clip %s is not made: %s", clip.public_id, error)
        return verbs.fail_clip(clip=clip, error=f"{type(error).__name__}: {error}")
    return False


def remove_files() -> int:
    """Remove the files of clips that have no row any more. Return how many files there were. It may run twice, also at
    the same time: a file that a worker is writing stays."""
    place = Path(settings.RECORDINGS_DIR) / CLIPS
    found = {path.stem: path for path in place.glob("*.m4a")} if place.is_dir() else {}
    kept = set(Clip.objects.filter(public_id__in=found).values_list("public_id", flat=True))
    gone = [path for name, path in found.items() if name not in kept and _is_left(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def purge(now: datetime, dry_run: bool) -> int:
    """Delete the clips that could not be made, and those whose replay's time is over, for `purge_expired`. Return how
    many rows were deleted, or would be with `dry_run`."""
    failed = verbs.purge_failed(now=now, dry_run=dry_run)
    return failed + verbs.purge_expired(now=now, dry_run=dry_run)


def _make(clip: Clip) -> None:
    """Raise `BadSound`, `TooSlow`, and `OSError` also where the disk has no room left for it."""
    clip.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if free_bytes(clip.path.parent) <= settings.RECORDINGS_LEAST_FREE_MB * MEGABYTE:
        raise OSError("the disk has no room left for it")
    sound.export(_what(clip), {"m4a": clip.path})
    if not verbs.finish_clip(clip=clip, size=clip.path.stat().st_size):
        clip.path.unlink(missing_ok=True)


def _what(clip: Clip) -> sound.Export:
    space = clip.recording.space
    day = space.started_at.date().isoformat() if space.started_at else ""
    tags = Tags(title=clip.display_title, artist=space.host.name, date=day, album=clip.recording.display_title)
    return sound.Export(fetched(clip.recording.home / REPLAY), [Kept(clip.starts_ms, clip.ends_ms)], tags, seeks=True)


def _is_left(path: Path) -> bool:
    """Return whether no worker writes the file."""
    return not path.name.startswith(".") or is_older(path, _UNFINISHED_SECONDS)


# --- What is shown ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A clip as one reader sees it. Times are milliseconds of the clip. What is said is read each time it is shown:
    what was taken away is in no clip."""

    clip: Clip
    user: "User | None"

    @cached_property
    def captions(self) -> list[Caption]:
        return said.within(self.clip.recording, user=self.user, clock=self._clock)

    @cached_property
    def speakers(self) -> list[wire.Person]:
        """Return the people who talk in it, first that who talks first."""
        talk = [turn.user_id for turn in turns(self.clip.recording, on=self._clock)]
        ids = dict.fromkeys([*talk, *(caption.user_id for caption in self.captions)])
        known = get_user_model().objects.in_bulk(ids)
        return [wire.person(known[user_id]) for user_id in ids if user_id in known]

    @property
    def webvtt(self) -> str:
        return said.webvtt(self.clip.recording, title=self.clip.display_title, captions=self.captions)

    @property
    def moment_url(self) -> str:
        """Return the link to the same moment of the replay."""
        return f"{self.clip.recording.space.get_absolute_url()}?t={self.clip.replay_ms // 1000}"

    @cached_property
    def _clock(self) -> Timeline:
        return between(self.clip.recording, self.clip.starts_ms, self.clip.ends_ms)
