"""What a client may say on our sockets, parsed once and typed from then on; `docs/protocol.md` says it in words."""

import json
from typing import Annotated, Any, Literal

import msgspec

from spaces.states import Emoji
from spaces_project.common.errors import BadInput, ProductError

MAX_FRAME_BYTES = 32_768
"""An SDP may have 16 KiB, and JSON escapes its line ends."""

RequestId = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
UserId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,18}\Z")]
"""Decimal digits of an id that every database can hold; `$` would let a line end through."""
UserIds = Annotated[list[UserId], msgspec.Meta(min_length=1, max_length=50)]
Sdp = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]
Target = Literal["listen", "speak"]


class Command(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """One request; the answer carries its `id` as `re`."""

    id: RequestId


class Join(Command, frozen=True, tag="join"):
    """Enter the Space, or come back to it. `resume` is the connection this page had before."""

    resume: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Sync(Command, frozen=True, tag="sync"):
    """Ask for a snapshot, after a gap in `seq`."""


class Ping(Command, frozen=True, tag="ping"):
    """Still here. Every 10 seconds; answered with the current `seq`."""


class Leave(Command, frozen=True, tag="leave"):
    """Leave quietly."""


class Start(Command, frozen=True, tag="start"):
    """Start a scheduled Space."""


class End(Command, frozen=True, tag="end"):
    """End the Space for everyone."""


class Request(Command, frozen=True, tag="request"):
    """Request to speak."""


class RequestCancel(Command, frozen=True, tag="request.cancel"):
    """Take the own request back."""


class RequestApprove(Command, frozen=True, tag="request.approve"):
    user_id: UserId


class RequestDecline(Command, frozen=True, tag="request.decline"):
    user_id: UserId


class RequestsApprove(Command, frozen=True, tag="requests.approve"):
    """In the order of asking, as many as there are seats; without `user_ids` everybody who waits."""

    user_ids: UserIds | None = None


class RequestsDecline(Command, frozen=True, tag="requests.decline"):
    user_ids: UserIds | None = None


class Mute(Command, frozen=True, tag="mute"):
    """Own microphone off."""


class Unmute(Command, frozen=True, tag="unmute"):
    """Own microphone on."""


class MuteOther(Command, frozen=True, tag="mute.other"):
    user_id: UserId


class MuteAll(Command, frozen=True, tag="mute.all"):
    """Every speaker's microphone off; host and co-hosts keep theirs."""


class MicTake(Command, frozen=True, tag="mic.take"):
    """Make a speaker a listener again."""

    user_id: UserId


class StepDown(Command, frozen=True, tag="step_down"):
    """Give up your microphone and become a listener."""


class Remove(Command, frozen=True, tag="remove"):
    """Out of this Space, for good."""

    user_id: UserId


class People(Command, frozen=True, tag="people"):
    """One page of everyone in the Space, for those who are in."""

    role: Literal["host", "cohost", "speaker", "listener"] | None = None
    q: Annotated[str, msgspec.Meta(max_length=50)] = ""
    cursor: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class PolicySet(Command, frozen=True, tag="policy.set"):
    """Who may ask for the microphone."""

    policy: Annotated[str, msgspec.Meta(max_length=20)]


class LockSet(Command, frozen=True, tag="lock.set"):
    """Lock or unlock a Space. Only invited people can join a locked Space."""

    locked: bool


class AccountsOnlySet(Command, frozen=True, tag="accounts_only.set"):
    """Whether listeners need an account. Those who listen without one are put out."""

    accounts_only: bool


class CohostInvite(Command, frozen=True, tag="cohost.invite"):
    """Offer somebody a co-host's place."""

    user_id: UserId


class CohostWithdraw(Command, frozen=True, tag="cohost.withdraw"):
    """Withdraw the invitation to be a co-host."""

    user_id: UserId


class CohostAccept(Command, frozen=True, tag="cohost.accept"):
    """Accept the co-host role."""


class CohostDecline(Command, frozen=True, tag="cohost.decline"):
    """Decline the co-host role."""


class HandOver(Command, frozen=True, tag="host.hand_over"):
    """A co-host becomes the host for good."""

    user_id: UserId


class Invite(Command, frozen=True, tag="invite"):
    """Ask somebody in, with `to_speak` to a microphone."""

    user_id: UserId
    to_speak: bool = False


class MicAccept(Command, frozen=True, tag="mic.accept"):
    """Take the microphone one was invited to."""


class React(Command, frozen=True, tag="react"):
    """Shown to everyone for a moment and kept nowhere."""

    emoji: Emoji


class AudioListen(Command, frozen=True, tag="audio.listen"):
    """Answered with the gateway's SDP offer."""


class AudioAnswer(Command, frozen=True, tag="audio.answer"):
    """The browser's SDP answer to that offer."""

    sdp: Sdp


class AudioSpeak(Command, frozen=True, tag="audio.speak"):
    """The browser's SDP offer with a microphone, answered with the gateway's SDP answer."""

    sdp: Sdp


class AudioCandidate(Command, frozen=True, tag="audio.candidate"):
    """One ICE candidate as `RTCIceCandidate.toJSON()` gives it, or null for the end of candidates."""

    target: Target
    candidate: dict[str, Any] | None


class AudioClose(Command, frozen=True, tag="audio.close"):
    """Close one of the own audio connections."""

    target: Target


class HomePing(Command, frozen=True, tag="ping"):
    """Still here. Every 20 seconds."""


class ListenInPing(Command, frozen=True, tag="ping"):
    """Still here. Every 10 seconds."""


LISTEN_IN_COMMANDS: tuple[type[Command], ...] = (ListenInPing, AudioListen, AudioAnswer, AudioCandidate, AudioClose)
HOME_COMMANDS: tuple[type[Command], ...] = (HomePing,)


def tag_of(command: type[msgspec.Struct]) -> str:
    return str(command.__struct_config__.tag)


class CommandParser:
    """Turns a text frame into one of `commands`; raises `BadInput`. Remembers the request id where it can be read."""

    def __init__(self, commands: tuple[type[Command], ...]) -> None:
        self._types = frozenset(tag_of(c) for c in commands)
        self._decode = msgspec.json.Decoder(_union(commands)).decode
        self._header = msgspec.json.Decoder(_Header).decode

    def __call__(self, text: str) -> Command:
        if "\\u0000" in text or "\x00" in text:
            raise BadInput("bad_request", "Text may not contain NUL characters.")
        try:
            command: Command = self._decode(text)
            _refuse_duplicate_keys(text)
            return command
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise self._error(text, error) from None

    def request_id(self, text: str) -> int | None:
        """The `id` of a message that is otherwise wrong, so that its error can be matched."""
        try:
            return self._header(text).id
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None

    def _error(self, text: str, error: Exception) -> BadInput:
        try:
            kind = self._header(text).type
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return BadInput("bad_request", "This is not a message of the protocol.")
        if kind not in self._types:
            return BadInput("unknown_type", "There is no message of this type.", type=kind[:40])
        return BadInput("bad_request", str(error)[:200])


class _Header(msgspec.Struct):
    type: str
    id: RequestId | None = None


def _unique(pairs: list[tuple[str, Any]]) -> None:
    """Readers differ in which of two equal keys they believe: what one has checked is then not what another does."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise BadInput("bad_request", "A name may occur only once in an object.")


_refuse_duplicate_keys = json.JSONDecoder(object_pairs_hook=_unique, strict=False).decode


def _union(commands: tuple[type[Command], ...]) -> Any:
    union: Any = commands[0]
    for command in commands[1:]:
        union = union | command
    return union


_encode = msgspec.json.Encoder().encode


def reply_frame(request_id: int, data: Any = None) -> str:
    return _encode({"re": request_id, "data": {} if data is None else data}).decode()


def error_frame(request_id: int | None, error: ProductError) -> str:
    return _encode({"re": request_id, "error": error.as_dict()}).decode()
