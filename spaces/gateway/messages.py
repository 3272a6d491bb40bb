"""Declare the types of what the gateway sends. Shapes from https://janus.conf.meetecho.com/docs/rest.html and
`janus.c`, v1.1.2.

Unknown fields are ignored. For a message of another kind, or one that lacks what its kind promises, `decode` returns
None. It must not raise: an exception in the reader would end the audio of every Space on this gateway.
"""

from typing import Any, Final

import msgspec


class Jsep(msgspec.Struct, frozen=True):
    """A session description. `type` is "offer" or "answer"."""

    type: str
    sdp: str


class PluginData(msgspec.Struct, frozen=True):
    """The part of a message that a plugin wrote. `plugin` is the plugin's name."""

    plugin: str
    data: dict[str, Any]


class Refusal(msgspec.Struct, frozen=True):
    """The core's error: its number and its English text."""

    code: int
    reason: str = ""


class _Message(msgspec.Struct, frozen=True, tag_field="janus"):
    """Anything the gateway sends: an object whose `janus` names its kind."""


class Success(_Message, frozen=True, tag="success"):
    """The answer to a request that the core or a plugin did at once."""

    transaction: str = ""
    data: dict[str, Any] = {}
    plugindata: PluginData | None = None
    jsep: Jsep | None = None


class Failure(_Message, frozen=True, tag="error"):
    """The answer to a request that the core refused. A plugin refuses in its `data` instead."""

    error: Refusal
    transaction: str = ""


class Ack(_Message, frozen=True, tag="ack"):
    """The report that a request has arrived. Its answer may follow as an event."""

    transaction: str = ""


class Pong(_Message, frozen=True, tag="pong"):
    """The answer to a ping."""

    transaction: str = ""


class PluginEvent(_Message, frozen=True, tag="event"):
    """A message of a plugin to the owner of `handle_id`. With a transaction it is the answer to an asynchronous
    request."""

    handle_id: int = msgspec.field(name="sender")
    plugindata: PluginData
    jsep: Jsep | None = None
    transaction: str = ""

    @property
    def plugin(self) -> str:
        return self.plugindata.plugin

    @property
    def data(self) -> dict[str, Any]:
        return self.plugindata.data


class WebrtcUp(_Message, frozen=True, tag="webrtcup"):
    """The report that ICE and DTLS are done: media can flow."""

    handle_id: int = msgspec.field(name="sender")


class MediaState(_Message, frozen=True, tag="media"):
    """The report that packets of `kind` ("audio") began or stopped to arrive from the browser."""

    handle_id: int = msgspec.field(name="sender")
    kind: str = msgspec.field(name="type")
    receiving: bool


class SlowLink(_Message, frozen=True, tag="slowlink"):
    """The report that many packets were lost. `uplink` is seen from the browser's side."""

    handle_id: int = msgspec.field(name="sender")
    uplink: bool
    lost: int = 0


class HangUp(_Message, frozen=True, tag="hangup"):
    """The report that the peer connection ended. The handle lives on."""

    handle_id: int = msgspec.field(name="sender")
    reason: str = ""


class Detached(_Message, frozen=True, tag="detached"):
    """The report that the handle is gone."""

    handle_id: int = msgspec.field(name="sender")


class Trickle(_Message, frozen=True, tag="trickle"):
    """A candidate of the gateway itself (full-trickle mode only)."""

    handle_id: int = msgspec.field(name="sender")
    candidate: dict[str, Any]


class SessionTimeout(_Message, frozen=True, tag="timeout"):
    """The report that the session and all its handles are gone."""

    session_id: int


Answer = Success | Failure | Ack | Pong
HandleMessage = PluginEvent | WebrtcUp | MediaState | SlowLink | HangUp | Detached | Trickle
Event = HandleMessage | SessionTimeout
Message = Answer | Event

_decoder: Final[msgspec.json.Decoder[Message]] = msgspec.json.Decoder(Message)


def decode(text: str | bytes) -> Message | None:
    """Return the message in `text`, or None if there is none."""
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):  # nested too deeply, or with lone surrogates
        return None
