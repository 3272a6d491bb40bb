"""The events of captions. They travel on the Space's channel as its own events do."""

from captions import masking
from captions.comments import CommentLine
from captions.models import Utterance
from captions.wire import CaptionLine, line
from spaces.events import Event, publish, space_channel, to_all_but, to_everyone, to_people


class Caption(Event, frozen=True, tag="caption"):
    """A line that is new or has changed. The one with the largest `revision` of its `line.id` is valid."""

    line: CaptionLine


class CaptionsChanged(Event, frozen=True, tag="captions.changed"):
    """The people on the stage who are captioned, and in which language."""

    seq: int
    language: str
    translated: bool
    consenting: list[str]


class ConsentChanged(Event, frozen=True, tag="captions.you"):
    """For one user: the answer about consent, which another tab may have given."""

    consent: str


class CaptionMisheard(Event, frozen=True, tag="captions.misheard"):
    """For the host and the speaker: a user reported that this is not what was said. The speaker may take the line
    back."""

    line: CaptionLine


class CaptionsLate(Event, frozen=True, tag="captions.late"):
    """How many seconds captions are behind the voice; 0 when they are in time again."""

    seconds: int


class Commented(Event, frozen=True, tag="comment"):
    """A participant wrote a comment."""

    comment: CommentLine


class CommentRemoved(Event, frozen=True, tag="comment.removed"):
    """A comment was taken out of sight."""

    id: str


SPACE_EVENTS: tuple[type[Event], ...] = (
    Caption,
    CaptionsChanged,
    ConsentChanged,
    CaptionMisheard,
    CaptionsLate,
    Commented,
    CommentRemoved,
)


def publish_misheard(utterance: Utterance) -> None:
    """Tell the host and the speaker that the line is disputed. Reads `utterance.space` and `.speaker`."""
    event = CaptionMisheard(line=line(utterance, final=True, mask=masking.current()))
    people = {utterance.space.host_id, utterance.speaker_id}
    publish(space_channel(utterance.space.public_id), to_people(sorted(people), event))


def publish_comment(public_id: str, line: CommentLine, *, hidden_from: list[int]) -> None:
    """Publish a comment to everyone in the Space except the users `hidden_from`."""
    publish(space_channel(public_id), to_all_but(hidden_from, Commented(comment=line)))


def publish_comment_removed(public_id: str, comment_id: int) -> None:
    publish(space_channel(public_id), to_everyone(CommentRemoved(id=str(comment_id))))


def publish_late(public_id: str, seconds: int) -> None:
    publish(space_channel(public_id), to_everyone(CaptionsLate(seconds=seconds)))


def publish_line(utterance: Utterance, *, final: bool) -> None:
    """Publish the line to the Space. Reads `utterance.space` and `.speaker`."""
    event = Caption(line=line(utterance, final=final, mask=masking.current()))
    publish(space_channel(utterance.space.public_id), to_everyone(event))
