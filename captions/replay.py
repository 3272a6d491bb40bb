"""What the player of a replay shows: who talks when, what was said, chapters and a waveform. Reads only.

It is here and not among the recordings because captions stand on Spaces: chapters and lines need what was said.
"""

from datetime import timedelta
from itertools import pairwise
from typing import Final

import msgspec
from django.contrib.auth import get_user_model
from django.urls import reverse

from captions import masking, selectors
from captions.asked import Asked
from captions.languages import AUTOMATIC
from captions.models import Utterance
from captions.selectors import text_of
from spaces.events.wire import Person, person
from spaces.models import Recording
from spaces.recordings.heard import heard_by
from spaces.recordings.selectors import going_on_for, replay_for, turns
from spaces.recordings.sound import PEAK_MS
from spaces.recordings.turns import ReplayTurn, chapters, merged, with_words
from spaces.recordings.waveform import stored_peaks
from spaces.selectors.reactions import reactions_of
from spaces.selectors.timeline import Timeline, timeline
from spaces_project.common.errors import ProductError
from spaces_project.common.limits import spend

MOST, WINDOW = 60, timedelta(minutes=1)
LINES: Final = 5_000
"""Lines that the player shows, about six hours of talk. The transcript has all."""
BARS: Final = 240
"""Bars of the waveform."""
VOICES: Final = 12
"""How many `--voice-…` voices.css has."""


class Speaker(Person, frozen=True, omit_defaults=True, kw_only=True):
    """A person who talks in the replay. `voice` is the number of their colour."""

    voice: int


class Turn(msgspec.Struct, frozen=True):
    """One turn of a speaker. Times are milliseconds of the replay, here and below."""

    user_id: str
    starts_ms: int
    ends_ms: int


class ChapterLine(msgspec.Struct, frozen=True):
    starts_ms: int
    title: str


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One caption. `url` leads to it in the transcript."""

    id: str
    user_id: str
    name: str
    text: str
    starts_ms: int
    ends_ms: int
    language: str = ""
    url: str


class ReactedAt(msgspec.Struct, frozen=True, array_like=True):
    """How often one emoji was sent in the moment that begins at `at_ms`. Written as a list of the three."""

    at_ms: int
    emoji: str
    number: int


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the player shows. `starts_ms` is where the replay starts in the file. `peaks` has the loudness of
    equal parts of the replay in percent; it is empty while it is not measured."""

    title: str
    host: Person
    sound: str
    starts_ms: int
    duration_ms: int
    speakers: list[Speaker]
    turns: list[Turn]
    chapters: list[ChapterLine]
    lines: list[Line]
    peaks: list[int]
    reactions: list[ReactedAt]


class SoFar(msgspec.Struct, frozen=True, kw_only=True):
    """What was said and who talked, in a recording that goes on. Times are milliseconds of its sound, of which
    `duration_ms` is packed."""

    duration_ms: int
    turns: list[Turn]
    lines: list[Line]


def so_far(asked: Asked, *, from_ms: int) -> SoFar:
    """Return what a page shows to a listener who started from the beginning, from a time of the sound on. Raise
    `NotFound` and `too_many`."""
    recording = going_on_for(public_id=asked.public_id, user=asked.user)
    spend(what="replay", user_id=asked.limited_by, limit=MOST, window=WINDOW)
    clock = timeline(recording)
    after = clock.clock_ms(from_ms)
    talk = [turn for turn in turns(recording, on=clock) if turn.ends_ms >= from_ms]
    return SoFar(
        duration_ms=clock.duration_ms,
        turns=[Turn(str(turn.user_id), turn.starts_ms, turn.ends_ms) for turn in talk],
        lines=_lines(asked, clock, after=after),
    )


def replay(asked: Asked) -> Replay:
    """Return what the player shows. Raise `NotFound` (also `not_ready`) and `too_many`."""
    recording = replay_for(public_id=asked.public_id, user=asked.user)
    spend(what="replay", user_id=asked.limited_by, limit=MOST, window=WINDOW)
    clock = timeline(recording)
    lines = _lines(asked, clock)
    talk = merged(with_words(turns(recording, on=clock), _by_speaker(lines)))
    return Replay(
        title=recording.display_title,
        host=person(recording.space.host),
        sound=reverse("replay_sound", args=[asked.public_id]),
        starts_ms=heard_by(recording, asked.user).starts_ms,
        duration_ms=clock.duration_ms,
        speakers=_speakers(talk, lines),
        turns=[Turn(str(turn.user_id), turn.starts_ms, turn.ends_ms) for turn in talk],
        chapters=[ChapterLine(found.starts_ms, found.title) for found in chapters(talk, length_ms=clock.duration_ms)],
        lines=lines,
        peaks=_bars(recording, clock),
        reactions=_reactions(recording, clock),
    )


def _reactions(recording: Recording, clock: Timeline) -> list[ReactedAt]:
    """Return the reactions of the moments that the replay keeps."""
    found: list[ReactedAt] = []
    for second, emoji, number in reactions_of(recording.space):
        span = clock.spans(second * 1000, second * 1000 + 1000)[:1]
        found.extend(ReactedAt(at_ms, emoji, number) for at_ms, _ in span)
    return found


def _lines(asked: Asked, clock: Timeline, *, after: int = 0) -> list[Line]:
    """Return what was said since a time of the Space, as far as the replay has it and the reader may read it."""
    try:
        space = selectors.readable_space(public_id=asked.public_id, user=asked.user)
    except ProductError:
        return []
    mask = masking.current()
    transcript = reverse("transcript", args=[asked.public_id])
    said = selectors.transcript_texts(space).filter(start_ms__gte=after)[:LINES]
    return [_line(one, mask, transcript, *span) for one in said for span in clock.spans(*_times(one))[:1]]


def _times(utterance: Utterance) -> tuple[int, int]:
    """Return when a line is said. One without a length lasts a moment, so that it is not lost."""
    return utterance.start_ms, max(utterance.end_ms or 0, utterance.start_ms + 1)


def _line(utterance: Utterance, mask: masking.Mask, transcript: str, starts_ms: int, ends_ms: int) -> Line:
    return Line(
        id=str(utterance.pk),
        user_id=str(utterance.speaker_id),
        name=utterance.speaker.name,
        text=text_of(utterance, mask),
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        language="" if utterance.language == AUTOMATIC else utterance.language,
        url=f"{transcript}?line={utterance.pk}#line-{utterance.pk}",
    )


def _by_speaker(lines: list[Line]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for line in lines:
        found.setdefault(int(line.user_id), []).append((line.starts_ms, line.text))
    return found


def _speakers(talk: list[ReplayTurn], lines: list[Line]) -> list[Speaker]:
    """Return the people who talk, first that who talks first, each with a colour of their own as long as there are
    enough. It is the colour of the live captions, which voices.js chooses in the same way."""
    ids = dict.fromkeys([*(turn.user_id for turn in talk), *(int(line.user_id) for line in lines)])
    known = get_user_model().objects.in_bulk(ids)
    voices: dict[int, int] = {}
    for user_id in ids:
        voices[user_id] = _free_voice(user_id % VOICES, set(voices.values()))
    return [Speaker(**msgspec.structs.asdict(person(known[id_])), voice=voice) for id_, voice in voices.items()]


def _free_voice(first: int, taken: set[int]) -> int:
    return next((voice % VOICES for voice in range(first, first + VOICES) if voice % VOICES not in taken), first)


def _bars(recording: Recording, clock: Timeline) -> list[int]:
    """Return the loudest moment of each of `BARS` equal parts of the replay."""
    peaks = stored_peaks(recording) or []
    first = recording.cut_start_ms // PEAK_MS
    heard = peaks[first : first + -(-clock.duration_ms // PEAK_MS)]
    if len(heard) <= BARS:
        return heard
    edges = [number * len(heard) // BARS for number in range(BARS + 1)]
    return [max(heard[start:end]) for start, end in pairwise(edges)]
