"""What captions add to the Space's socket: commands, each one call, and a part of the snapshot. No rules here."""

from typing import Annotated, Any

import msgspec

from captions import selectors, services, wire
from captions.services.browser import TEXT_LENGTH
from spaces.signalling.messages import Command
from spaces.signalling.registry import Caller, adds_to_snapshot, handles, runs
from spaces_project.common.api.scopes import Scope

Language = Annotated[str, msgspec.Meta(max_length=12)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
Spoken = Annotated[int, msgspec.Meta(ge=0, le=60_000)]


class Consent(Command, frozen=True, tag="captions.consent"):
    """Whether one's own words may be captioned in this Space."""

    given: bool


class SetLanguage(Command, frozen=True, tag="captions.language"):
    """For hosts: what is spoken from now on."""

    language: Language


class SetTranslation(Command, frozen=True, tag="captions.translate"):
    """For hosts: whether an English translation stands beside what is said in other languages."""

    on: bool


class SetSource(Command, frozen=True, tag="captions.source"):
    """Whether the own browser recognises speech, or the server does."""

    browser: bool


class Say(Command, frozen=True, tag="captions.text"):
    """A phrase as the own browser understands it so far, which began `spoken_ms` ago."""

    text: Text
    final: bool
    spoken_ms: Spoken


class Lines(Command, frozen=True, tag="captions.lines"):
    """One page of what was said."""

    before: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class TakeBack(Command, frozen=True, tag="captions.take_back"):
    """A line of one's own: the engine heard something else."""

    line: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]


@adds_to_snapshot("captions")
def captions(public_id: str, user_id: int) -> wire.CaptionsInfo:
    return selectors.captions_info(public_id, user_id)


runs(SetLanguage, services.set_language, scope=Scope.SPACE_MODERATE)
runs(SetTranslation, services.set_translation, scope=Scope.SPACE_MODERATE)
runs(SetSource, services.set_source, scope=Scope.SPACE_WRITE)
runs(Say, services.say_in_browser, scope=Scope.SPACE_WRITE)
runs(Lines, selectors.lines, scope=Scope.SPACE_READ, costly=True, answers=True)


@handles(Consent, scope=Scope.SPACE_WRITE)
async def consent(socket: Caller, command: Consent) -> Any:
    state = await socket.call(services.set_consent, given=command.given)
    return {"consent": state.value}


@handles(TakeBack, scope=Scope.SPACE_WRITE)
async def take_back(socket: Caller, command: TakeBack) -> None:
    await socket.call(services.take_back, line_id=int(command.line))
