"""The captions of a replay, on its clock."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q

from captions import masking, selectors
from captions.files import FORMATS, Cue, Heading
from captions.models import Utterance
from captions.selectors import text_of
from spaces.models import Recording, Space
from spaces.recordings.said import Caption, Line
from spaces.selectors.timeline import Kept, Timeline, timeline

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


class ReplayCaptions:
    """A `spaces.recordings.said.Source`."""

    def lines(self, recording: Recording) -> Iterable[Line]:
        mask = masking.current()
        for utterance in selectors.transcript_texts(recording.space):
            if getattr(utterance, "redaction", None) is None:
                yield Line(utterance.speaker_id, utterance.start_ms, text_of(utterance, mask))

    def file(self, recording: Recording, *, user: "User | None", ending: str) -> str:
        whole = selectors.document(public_id=recording.space.public_id, user=user)
        heading = replace(whole.heading, title=recording.display_title)
        return FORMATS[ending].write(heading, _heard(whole.cues, timeline(recording)))

    def within(self, recording: Recording, *, user: "User | None", clock: Timeline) -> Iterator[Caption]:
        space = selectors.readable_space(public_id=recording.space.public_id, user=user)
        mask = masking.current()
        length_ms = clock.duration_ms
        for kept in clock.kept:
            for utterance in _said_in(space, kept):
                for cue in selectors.cues(utterance, mask, within=(kept.starts_ms, kept.ends_ms)):
                    start_ms = clock.replay_ms(cue.start_ms) or 0
                    end_ms = min(start_ms + cue.end_ms - cue.start_ms, length_ms)
                    yield Caption(utterance.speaker_id, cue.name, cue.text, start_ms, max(end_ms, start_ms + 1))

    def written(self, recording: Recording, *, title: str, captions: Iterable[Caption]) -> str:
        day = recording.space.started_at.date() if recording.space.started_at else None
        cues = [Cue(caption.starts_ms, caption.ends_ms, caption.name, caption.text) for caption in captions]
        return FORMATS["vtt"].write(Heading(title, day), cues)


def _said_in(space: Space, kept: Kept) -> "QuerySet[Utterance]":
    """Return the lines that have words in this interval, without those that were taken away."""
    ends_later = Q(end_ms=None, start_ms__gte=kept.starts_ms) | Q(end_ms__gt=kept.starts_ms)
    return selectors.transcript(space).filter(ends_later, redaction=None, start_ms__lt=kept.ends_ms)


def _heard(cues: Iterable[Cue], clock: Timeline) -> Iterator[Cue]:
    """Yield the cues that the replay has. A cue over a gap is shown where it starts."""
    for cue in cues:
        for start_ms, end_ms in clock.spans(cue.start_ms, cue.end_ms)[:1]:
            yield replace(cue, start_ms=start_ms, end_ms=end_ms)
