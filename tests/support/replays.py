"""Ended Spaces with a recording, whose sound is two tones of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import av
import numpy as np
from django.utils import timezone

from accounts.models import User
from captions.models import Utterance
from captions.states import UtteranceState
from spaces.models import Recording, Space, SpokenTurn, Stretch
from spaces.recordings.files import REPLAY
from spaces.recordings.waveform import measure
from spaces.states import RecordingState, SpaceState
from tests.factories import ParticipantFactory, PostFactory, SpaceFactory
from timeline.models import PinnedPost

RATE: Final = 48_000


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks, at which tone, from when to when, in milliseconds of the Space."""

    user: User
    hertz: int
    starts_ms: int
    ends_ms: int


def replay_of(talks: Sequence[Talk], *, seconds: int, space: Space | None = None) -> Recording:
    """Return the recording of an ended Space, which was recorded from its first to its last moment."""
    recording = silent_replay(seconds=seconds, space=space)
    for talk in talks:
        times = {"starts_ms": talk.starts_ms, "ends_ms": talk.ends_ms}
        SpokenTurn.objects.create(space=recording.space, user=talk.user, **times)
    write_tones(recording.home / REPLAY, talks, seconds=seconds)
    return recording


def silent_replay(*, seconds: int, space: Space | None = None) -> Recording:
    """Return the same without turns and without a file."""
    now = timezone.now()
    started = now - timedelta(seconds=seconds)
    times = {"started_at": started, "ended_at": now}
    space = space or SpaceFactory.create(state=SpaceState.ENDED, **times)
    recording = Recording.objects.create(
        space=space, state=RecordingState.READY, ready_at=now, duration_ms=seconds * 1000
    )
    Stretch.objects.create(recording=recording, starts_ms=0, ends_ms=seconds * 1000)
    return recording


def write_tones(path: Path, talks: Sequence[Talk], *, seconds: int) -> None:
    """Write an M4A with each tone while its speaker talks, and silence otherwise."""
    at = np.arange(seconds * RATE) / RATE
    samples = np.zeros(seconds * RATE, np.float32)
    for talk in talks:
        spoken = (at >= talk.starts_ms / 1000) & (at < talk.ends_ms / 1000)
        samples[spoken] += 0.3 * np.sin(2 * np.pi * talk.hertz * at[spoken])
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="ipod", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        for start in range(0, len(samples), 1024):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def two_voices(*, title: str, seconds: int = 60) -> str:
    """Store a replay in which Ada (440 Hz) and Grace (880 Hz) take turns of 10 s, each with a caption, and with a post
    that is pinned after 15 s. Return the Space's id."""
    ada, grace = User.objects.get(username="ada"), User.objects.get(username="grace")
    now = timezone.now()
    started = now - timedelta(seconds=seconds)
    space = SpaceFactory.create(creator=ada, title=title, state=SpaceState.ENDED, started_at=started, ended_at=now)
    ParticipantFactory.create(space=space, user=grace, left_at=now)
    space.participants.update(spoke=True)
    voices = ((ada, 440), (grace, 880))
    talks = [Talk(*voices[at // 10_000 % 2], at + 500, at + 9_500) for at in range(0, seconds * 1000, 10_000)]
    recording = replay_of(talks, seconds=seconds, space=space)
    for talk in talks:
        _caption(space, talk)
    post = PostFactory.create(author=ada, text="What we talked about")
    PinnedPost.objects.create(space=space, post=post, pinned_by=ada, created_at=started + timedelta(seconds=15))
    measure(recording.pk)
    return space.public_id


def _caption(space: Space, talk: Talk) -> None:
    Utterance.objects.create(
        space=space,
        speaker=talk.user,
        start_ms=talk.starts_ms,
        end_ms=talk.ends_ms,
        state=UtteranceState.FINAL,
        language="en",
        text=f"{talk.user.name} speaks from second {talk.starts_ms // 1000} on.",
    )
