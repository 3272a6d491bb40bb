"""What captions add to the Space's socket: commands, each one call, and a part of the snapshot. No rules here."""

from typing import Annotated, Any

import msgspec

from captions import comments, selectors, services, wire
from captions.models import COMMENT_LENGTH
from captions.services.browser import TEXT_LENGTH
from spaces.doors.signalling.commands import Queue
from spaces.doors.signalling.messages import Command
from spaces.doors.signalling.registry import Caller, add_to_snapshot, handles, runs
from spaces_project.common.api.scopes import Scope

Language = Annotated[str, msgspec.Meta(max_length=12)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
Spoken = Annotated[int, msgspec.Meta(ge=0, le=60_000)]


class Consent(Command, frozen=True, tag="captions.consent"):
    """Agree or refuse that one's own words are captioned in this Space."""

    given: bool


class SetLanguage(Command, frozen=True, tag="captions.language"):
    """For hosts: set the language of what is spoken from now on."""

    language: Language


class SetTranslation(Command, frozen=True, tag="captions.translate"):
    """For hosts: set whether an English translation is shown beside other languages."""

    on: bool


class SetSource(Command, frozen=True, tag="captions.source"):
    """Choose whether one's own browser recognises speech, or the server does."""

    browser: bool


class Say(Command, frozen=True, tag="captions.text"):
    """A phrase as one's own browser understands it so far, which began `spoken_ms` ago."""

    text: Text
    final: bool
    spoken_ms: Spoken


class Lines(Command, frozen=True, tag="captions.lines"):
    """One page of what was said."""

    before: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class TakeBack(Command, frozen=True, tag="captions.take_back"):
    """Take back a line of one's own: the engine heard something else."""

    line: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]


class Comment(Command, frozen=True, tag="comment"):
    """Write a comment, which everyone in the Space reads."""

    text: Annotated[str, msgspec.Meta(max_length=4 * COMMENT_LENGTH)]


class CommentRemove(Command, frozen=True, tag="comment.remove"):
    """Take a comment out of sight: one's own, or for hosts any."""

    comment: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]


class Comments(Command, frozen=True, tag="comments"):
    """One page of comments."""

    before: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class CommentsSet(Command, frozen=True, tag="comments.set"):
    """For hosts: set whether participants may write comments."""

    allowed: bool


class CaptionsPart:
    """The captions in a snapshot. Everyone who gets one is inside, and so sees the stage."""

    def read(self, public_id: str) -> selectors.Captioning:
        return selectors.captioning(public_id)

    def show(self, found: selectors.Captioning, user_id: int) -> wire.CaptionsInfo:
        return found.shown_to(user_id)


add_to_snapshot("captions", CaptionsPart())


runs(SetLanguage, services.set_language, scope=Scope.SPACE_MODERATE)
runs(SetTranslation, services.set_translation, scope=Scope.SPACE_MODERATE)
runs(SetSource, services.set_source, scope=Scope.SPACE_WRITE)
runs(Say, services.say_in_browser, scope=Scope.SPACE_WRITE)
runs(Lines, selectors.lines, scope=Scope.SPACE_READ, costly=True, answers=True)


runs(Comment, services.write_comment, scope=Scope.SPACE_WRITE, answers=True)
runs(Comments, comments.comments, scope=Scope.SPACE_READ, costly=True, answers=True)
runs(CommentsSet, services.allow_comments, scope=Scope.SPACE_MODERATE)


@handles(CommentRemove, scope=Scope.SPACE_WRITE, queue=Queue.CHANGES, urgent=True)
async def remove_comment(socket: Caller, command: CommentRemove) -> None:
    await socket.call(services.remove_comment, comment_id=int(command.comment))


@handles(Consent, scope=Scope.SPACE_WRITE)
async def consent(socket: Caller, command: Consent) -> Any:
    state = await socket.call(services.set_consent, given=command.given)
    return {"consent": state.value}


@handles(TakeBack, scope=Scope.SPACE_WRITE)
async def take_back(socket: Caller, command: TakeBack) -> None:
    await socket.call(services.take_back, line_id=int(command.line))
