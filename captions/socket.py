"""What captions add to the Space's socket: commands, each one call, and a part of the snapshot. No rules here."""

from typing import Annotated, Any

import msgspec

from captions import selectors, services, wire
from captions.services.browser import TEXT_LENGTH
from spaces.signalling.grants import needs
from spaces.signalling.messages import Command
from spaces.signalling.registry import Caller, adds_to_snapshot, costs, handles
from spaces_project.common.api.scopes import Scope

Language = Annotated[str, msgspec.Meta(max_length=12)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
Spoken = Annotated[int, msgspec.Meta(ge=0, le=60_000)]


class Consent(Command, frozen=True, tag="captions.consent"):
    """Whether one's own words may be captioned in this Space."""

    given: bool


@needs(Scope.SPACE_MODERATE)
class SetLanguage(Command, frozen=True, tag="captions.language"):
    """For hosts: what is spoken from now on."""

    language: Language


@needs(Scope.SPACE_MODERATE)
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


@costs
@needs(Scope.SPACE_READ)
class Lines(Command, frozen=True, tag="captions.lines"):
    """One page of what was said."""

    before: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class TakeBack(Command, frozen=True, tag="captions.take_back"):
    """A line of one's own: the engine heard something else."""

    line: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]


COMMANDS: tuple[type[Command], ...] = (Consent, SetLanguage, SetTranslation, SetSource, Say, Lines, TakeBack)


@adds_to_snapshot("captions")
def captions(public_id: str, user_id: int) -> wire.CaptionsInfo:
    return selectors.captions_info(public_id, user_id)


@handles(Consent)
async def consent(socket: Caller, command: Consent) -> Any:
    state = await socket.call(services.set_consent, given=command.given)
    return {"consent": state.value}


@handles(SetLanguage)
async def set_language(socket: Caller, command: SetLanguage) -> None:
    await socket.call(services.set_language, language=command.language)


@handles(SetTranslation)
async def set_translation(socket: Caller, command: SetTranslation) -> None:
    await socket.call(services.set_translation, on=command.on)


@handles(SetSource)
async def set_source(socket: Caller, command: SetSource) -> None:
    await socket.call(services.set_source, browser=command.browser)


@handles(Say)
async def say(socket: Caller, command: Say) -> None:
    await socket.call(services.say_in_browser, text=command.text, final=command.final, spoken_ms=command.spoken_ms)


@handles(TakeBack)
async def take_back(socket: Caller, command: TakeBack) -> None:
    await socket.call(services.take_back, line_id=int(command.line))


@handles(Lines)
async def lines(socket: Caller, command: Lines) -> Any:
    return await socket.call(selectors.lines, before=command.before)
