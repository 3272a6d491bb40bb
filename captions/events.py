"""What captions tell the room. They travel as the Space's own events do, on its channel."""

from captions.models import Utterance
from captions.wire import Line, line
from spaces.events import Event, publish, space_channel, to_everyone


class Caption(Event, frozen=True, tag="caption"):
    """A line is new or has changed: take the one with the largest `revision` of its `line.id`."""

    line: Line


class CaptionsChanged(Event, frozen=True, tag="captions.changed"):
    """Who on the stage is captioned, and in which language."""

    seq: int
    language: str
    consenting: list[str]


class ConsentChanged(Event, frozen=True, tag="captions.you"):
    """For one person: what they answered, perhaps in another tab."""

    consent: str


SPACE_EVENTS: tuple[type[Event], ...] = (Caption, CaptionsChanged, ConsentChanged)


def publish_line(utterance: Utterance, *, final: bool) -> None:
    """`utterance.space` and `.speaker` are read."""
    event = Caption(line=line(utterance, final=final))
    publish(space_channel(utterance.space.public_id), to_everyone(event))
