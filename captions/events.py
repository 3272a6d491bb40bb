"""What captions tell the room. They travel as the Space's own events do, on its channel."""

from captions import masking
from captions.models import Utterance
from captions.wire import Line, line
from spaces.events import Event, publish, space_channel, to_everyone, to_people


class Caption(Event, frozen=True, tag="caption"):
    """A line is new or has changed: take the one with the largest `revision` of its `line.id`."""

    line: Line


class CaptionsChanged(Event, frozen=True, tag="captions.changed"):
    """Who on the stage is captioned, and in which language."""

    seq: int
    language: str
    translated: bool
    consenting: list[str]


class ConsentChanged(Event, frozen=True, tag="captions.you"):
    """For one person: what they answered, perhaps in another tab."""

    consent: str


class CaptionMisheard(Event, frozen=True, tag="captions.misheard"):
    """For the host and the speaker: somebody says that this is not what was said. The speaker may take it back."""

    line: Line


class CaptionsLate(Event, frozen=True, tag="captions.late"):
    """Captions come `seconds` after they were said; 0: they come in time again."""

    seconds: int


SPACE_EVENTS: tuple[type[Event], ...] = (Caption, CaptionsChanged, ConsentChanged, CaptionMisheard, CaptionsLate)


def publish_misheard(utterance: Utterance) -> None:
    """`utterance.space` and `.speaker` are read."""
    event = CaptionMisheard(line=line(utterance, final=True, mask=masking.current()))
    people = {utterance.space.host_id, utterance.speaker_id}
    publish(space_channel(utterance.space.public_id), to_people(sorted(people), event))


def publish_late(public_id: str, seconds: int) -> None:
    publish(space_channel(public_id), to_everyone(CaptionsLate(seconds=seconds)))


def publish_line(utterance: Utterance, *, final: bool) -> None:
    """`utterance.space` and `.speaker` are read."""
    event = Caption(line=line(utterance, final=final, mask=masking.current()))
    publish(space_channel(utterance.space.public_id), to_everyone(event))
