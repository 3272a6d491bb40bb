"""The chapters of a replay: who talks, and what is said first."""

from spaces.models import Recording
from spaces.recordings import said
from spaces.recordings.selectors import turns
from spaces.recordings.turns import Chapter, ReplayTurn, chapters, chapters_json, merged, with_words
from spaces.selectors.timeline import Timeline, timeline


def talk_of(recording: Recording, clock: Timeline) -> list[ReplayTurn]:
    """Return the turns of the speakers, with what is said first in each."""
    heard: dict[int, list[tuple[int, str]]] = {}
    for line in said.lines(recording):
        at = clock.replay_ms(line.starts_ms)
        if at is not None:
            heard.setdefault(line.user_id, []).append((at, line.text))
    return merged(with_words(turns(recording, on=clock), heard))


def chapters_of(recording: Recording) -> list[Chapter]:
    """Return the chapters on the replay's clock."""
    clock = timeline(recording)
    return chapters(talk_of(recording, clock), length_ms=clock.duration_ms)


def chapters_file(recording: Recording) -> str:
    """Return the chapters in the format of Podcasting 2.0."""
    return chapters_json(chapters_of(recording))
