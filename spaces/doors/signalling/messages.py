"""Declare what a client may send on a socket. A message is parsed once and typed from then on. `docs/protocol.md`
describes the same messages in words."""

import json
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext as _

from spaces.states import Emoji
from spaces_project.common.errors import BadInput, ProductError

MAX_FRAME_BYTES = 32_768
"""The largest frame that is read. An SDP may have 16 KiB, and JSON makes it longer by escaping its line ends."""

RequestId = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
UserId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,18}\Z")]
"""Decimal digits, at most 18: an id that every database can hold. The pattern ends in `\\Z`, since `$` would let a line
end through."""
UserIds = Annotated[list[UserId], msgspec.Meta(min_length=1, max_length=50)]
Sdp = Annotated[str, msgspec.Meta(min_length=1, max_length=16_384)]
Target = Literal["listen", "speak"]


class Command(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """One request of a client. The reply repeats its `id` as `re`."""

    id: RequestId


class Join(Command, frozen=True, tag="join"):
    """A request to enter the Space or come back to it. `resume` is the connection id this page had before."""

    resume: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Sync(Command, frozen=True, tag="sync"):
    """A request for a snapshot, after a gap in `seq`."""


class Ping(Command, frozen=True, tag="ping"):
    """A sign of life, every 10 seconds. The reply has the current `seq`."""


class Leave(Command, frozen=True, tag="leave"):
    """A request to leave the Space quietly."""


class Start(Command, frozen=True, tag="start"):
    """A request to start a scheduled Space."""


class End(Command, frozen=True, tag="end"):
    """A request to end the Space for everyone."""


class Request(Command, frozen=True, tag="request"):
    """A request to speak."""


class RequestCancel(Command, frozen=True, tag="request.cancel"):
    """A request to withdraw one's own request to speak."""


class RequestApprove(Command, frozen=True, tag="request.approve"):
    """A request to give a microphone to one person who asked to speak."""

    user_id: UserId


class RequestDecline(Command, frozen=True, tag="request.decline"):
    """A request to decline one person's request to speak."""

    user_id: UserId


class RequestsApprove(Command, frozen=True, tag="requests.approve"):
    """A request to approve many requests to speak, oldest first, until the seats are taken. Without `user_ids` it means
    all."""

    user_ids: UserIds | None = None


class RequestsDecline(Command, frozen=True, tag="requests.decline"):
    """A request to decline many requests to speak. Without `user_ids` it means all."""

    user_ids: UserIds | None = None


class Mute(Command, frozen=True, tag="mute"):
    """A request to turn one's own microphone off."""


class Unmute(Command, frozen=True, tag="unmute"):
    """A request to turn one's own microphone on."""


class MuteOther(Command, frozen=True, tag="mute.other"):
    """A request to turn another person's microphone off."""

    user_id: UserId


class MuteAll(Command, frozen=True, tag="mute.all"):
    """A request to turn every speaker's microphone off. Host and co-hosts keep theirs."""


class MicTake(Command, frozen=True, tag="mic.take"):
    """A request to make a speaker a listener again."""

    user_id: UserId


class StepDown(Command, frozen=True, tag="step_down"):
    """A request to give up one's own microphone and become a listener."""


class Remove(Command, frozen=True, tag="remove"):
    """A request to remove a person from this Space for good."""

    user_id: UserId


class People(Command, frozen=True, tag="people"):
    """A request for one page of the people in the Space. Only a participant may send it."""

    role: Literal["host", "cohost", "speaker", "listener"] | None = None
    q: Annotated[str, msgspec.Meta(max_length=50)] = ""
    cursor: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class PolicySet(Command, frozen=True, tag="policy.set"):
    """A request to set who may ask for the microphone."""

    policy: Annotated[str, msgspec.Meta(max_length=20)]


class Rename(Command, frozen=True, tag="rename"):
    """A request to give the live Space another title. An empty title names it after its creator."""

    title: Annotated[str, msgspec.Meta(max_length=300)]


class LockSet(Command, frozen=True, tag="lock.set"):
    """A request to lock or unlock the Space. Only invited people can join a locked Space."""

    locked: bool


class AccountsOnlySet(Command, frozen=True, tag="accounts_only.set"):
    """A request to set whether listeners need an account. If they do, listeners without one are removed."""

    accounts_only: bool


class RecordingStart(Command, frozen=True, tag="recording.start"):
    """A request to record the live Space from now on. Speakers are muted until they agree."""


class RecordingShow(Command, frozen=True, tag="recording.show"):
    """A host's request to show the recording to others, or to hide it. While it goes on, listeners may start from its
    beginning only if it is shown."""

    visible: bool


class RecordingStop(Command, frozen=True, tag="recording.stop"):
    """A request to stop the recording. It can go on later."""


class RecordingAgree(Command, frozen=True, tag="recording.agree"):
    """The sender's agreement to be recorded. `version` names the text that they read."""

    version: str


class CohostInvite(Command, frozen=True, tag="cohost.invite"):
    """A request to offer a person the co-host role."""

    user_id: UserId


class CohostWithdraw(Command, frozen=True, tag="cohost.withdraw"):
    """A request to withdraw an offered co-host role."""

    user_id: UserId


class CohostAccept(Command, frozen=True, tag="cohost.accept"):
    """A request to accept the co-host role."""


class CohostDecline(Command, frozen=True, tag="cohost.decline"):
    """A request to decline the co-host role."""


class HandOver(Command, frozen=True, tag="host.hand_over"):
    """A request to make a co-host the host, for good."""

    user_id: UserId


class Invite(Command, frozen=True, tag="invite"):
    """A request to invite a user to the Space, or, with `to_speak`, to a microphone."""

    user_id: UserId
    to_speak: bool = False


class MicAccept(Command, frozen=True, tag="mic.accept"):
    """A request to take the microphone one was invited to."""


class React(Command, frozen=True, tag="react"):
    """A request to show a reaction to everyone for a moment. Who sent it is not stored."""

    emoji: Emoji


class AudioServers(Command, frozen=True, tag="audio.servers"):
    """A request for the servers that relay sound where UDP is blocked. The reply has credentials of an hour."""


class AudioListen(Command, frozen=True, tag="audio.listen"):
    """A request for the sound. The reply has the gateway's SDP offer."""


class AudioHttp(Command, frozen=True, tag="audio.http"):
    """A request for the address of the sound over HTTP, for a listener whom the gateway cannot serve."""


class AudioAnswer(Command, frozen=True, tag="audio.answer"):
    """The browser's SDP answer to the offer of `audio.listen`."""

    sdp: Sdp


class AudioSpeak(Command, frozen=True, tag="audio.speak"):
    """The browser's SDP offer with a microphone. The reply has the gateway's SDP answer."""

    sdp: Sdp


class AudioCandidate(Command, frozen=True, tag="audio.candidate"):
    """One ICE candidate as `RTCIceCandidate.toJSON()` gives it, or null for the end of candidates."""

    target: Target
    candidate: dict[str, Any] | None


class AudioClose(Command, frozen=True, tag="audio.close"):
    """A request to close one of one's own audio connections."""

    target: Target


class HomePing(Command, frozen=True, tag="ping"):
    """A sign of life, every 20 seconds."""


class ConnectionPing(Command, frozen=True, tag="ping"):
    """A request for the clock of the server."""


class ListenInPing(Command, frozen=True, tag="ping"):
    """A sign of life, every 10 seconds."""


def tag_of(command: type[msgspec.Struct]) -> str:
    """Return the `type` that a message of this class carries."""
    return str(command.__struct_config__.tag)


class CommandParser:
    """A parser from a text frame to one of `commands`. Raises `BadInput` for any other text."""

    def __init__(self, commands: tuple[type[Command], ...]) -> None:
        self._types = frozenset(tag_of(c) for c in commands)
        self._decode = msgspec.json.Decoder(_union(commands)).decode
        self._header = msgspec.json.Decoder(_Header).decode

    def __call__(self, text: str) -> Command:
        if "\\u0000" in text or "\x00" in text:
            raise BadInput("bad_request", _("Text may not contain NUL characters."))
        try:
            command: Command = self._decode(text)
            _refuse_duplicate_keys(text)
            return command
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise self._error(text, error) from None

    def request_id(self, text: str) -> int | None:
        """Return the `id` of a message that is otherwise wrong, so that the client can match the error. None if it has
        no readable id."""
        try:
            return self._header(text).id
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None

    def _error(self, text: str, error: Exception) -> BadInput:
        try:
            kind = self._header(text).type
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return BadInput("bad_request", _("This is not a message of the protocol."))
        if kind not in self._types:
            return BadInput("unknown_type", _("There is no message of this type."), type=kind[:40])
        return BadInput("bad_request", str(error)[:200])


class _Header(msgspec.Struct):
    type: str
    id: RequestId | None = None


def _unique(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object with two equal keys. Parsers differ in which of the two they use, so one part of the program
    would check one value and another would act on the other."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise BadInput("bad_request", _("A name may occur only once in an object."))


_refuse_duplicate_keys = json.JSONDecoder(object_pairs_hook=_unique, strict=False).decode


def _union(commands: tuple[type[Command], ...]) -> Any:
    union: Any = commands[0]
    for command in commands[1:]:
        union = union | command
    return union


_encode = msgspec.json.Encoder().encode


def reply_frame(request_id: int, data: Any = None) -> str:
    """Return the text frame that answers a command."""
    return _encode({"re": request_id, "data": {} if data is None else data}).decode()


def error_frame(request_id: int | None, error: ProductError) -> str:
    """Return the text frame that refuses a command. `request_id` is None if the command's id could not be read."""
    return _encode({"re": request_id, "error": error.as_dict()}).decode()
