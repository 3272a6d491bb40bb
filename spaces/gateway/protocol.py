"""Speak the gateway's JSON protocol without I/O: build the texts to send, interpret received texts, and match answers.

This module opens no socket, reads no clock, and raises nothing because of what the gateway sent. A request is answered
by the first `success`, `error`, or `event` under its own transaction. An `ack` ends only requests that get no other
answer (`keepalive`, `trickle`). A plugin acks its asynchronous requests (join, configure, leave, watch, start, stop)
and sends the event later. It never acks its synchronous ones (create, destroy, rtp_forward, kick, mute,
listparticipants, info). So the two kinds need not be told apart beforehand: an ack of a plugin request only means "wait
on".
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from .errors import GatewayRefused, Origin, refusal
from .messages import Ack, Answer, Event, Failure, Jsep, PluginData, PluginEvent, Pong, Success, decode

ENDED_BY_ACK: Final = frozenset({"keepalive", "trickle"})
REMEMBERED: Final = 60.0
"""Seconds after its deadline for which a late answer is still recognised, so that its effect can be undone."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answered request.

    Attributes:
        data: the plugin's `data` object, or the core's; empty when there is none.
        jsep: the session description that came with it.
    """

    data: dict[str, Any]
    jsep: Jsep | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer for the waiter of `transaction`."""

    transaction: str
    result: Reply | GatewayRefused


@dataclass(frozen=True, slots=True)
class Late:
    """An answer whose waiter has given up. `verb` tells what may need undoing: a late `attach` has left a handle."""

    verb: str
    result: Reply | GatewayRefused


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that needs no action: "ack" (more follows), "unmatched" (no request has this transaction) or
    "malformed" (not a message)."""

    reason: str


Received = Answered | Late | Ignored | Event


@dataclass(slots=True)
class Counters:
    """The numbers of received messages that had no use."""

    late: int = 0
    unmatched: int = 0
    malformed: int = 0


@dataclass(frozen=True, slots=True)
class _Pending:
    verb: str
    deadline: float


def _random_transaction() -> str:
    return secrets.token_urlsafe(12)


@dataclass(slots=True)
class Protocol:
    """One conversation with a gateway. Times are seconds of any one monotonic clock."""

    api_secret: str = field(repr=False)
    new_transaction: Callable[[], str] = _random_transaction
    counters: Counters = field(default_factory=Counters)
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _abandoned: dict[str, _Pending] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """Return the number of unanswered requests."""
        return len(self._pending)

    def request(self, verb: str, *, deadline: float, **fields: object) -> tuple[str, str]:
        """Build a request and expect its answer until `deadline`. Return the transaction and the text to send.

        Fields that are None are left out.
        """
        transaction = self.new_transaction()
        self._pending[transaction] = _Pending(verb, deadline)
        head = {"janus": verb, "transaction": transaction, "apisecret": self.api_secret}
        body = {name: value for name, value in fields.items() if value is not None}
        return transaction, msgspec.json.encode(head | body).decode()

    def receive(self, text: str | bytes) -> Received:
        """Interpret one text from the gateway."""
        message = decode(text)
        if message is None:
            self.counters.malformed += 1
            return Ignored("malformed")
        if isinstance(message, Answer):
            return self._answer(message)
        if isinstance(message, PluginEvent) and self._known(message.transaction):
            return self._answer(message)
        return message

    def expire(self, now: float) -> tuple[str, ...]:
        """Give up every request whose deadline has come. Return their transactions, whose waiters must be told."""
        expired = tuple(name for name, pending in self._pending.items() if pending.deadline <= now)
        for transaction in expired:
            self.abandon(transaction)
        self._forget(now - REMEMBERED)
        return expired

    def abandon(self, transaction: str) -> None:
        """Stop waiting for `transaction`. Its answer may still come, and is then `Late`."""
        pending = self._pending.pop(transaction, None)
        if pending is not None:
            self._abandoned[transaction] = pending

    def disconnected(self) -> tuple[str, ...]:
        """Give up every request, because the socket is gone and no answer can come. Return the transactions that were
        waiting."""
        waiting = tuple(self._pending)
        self._pending.clear()
        self._abandoned.clear()
        return waiting

    def _known(self, transaction: str) -> bool:
        return transaction in self._pending or transaction in self._abandoned

    def _answer(self, message: Answer | PluginEvent) -> Received:
        transaction = message.transaction
        pending = self._pending.get(transaction) or self._abandoned.get(transaction)
        if isinstance(message, Ack) and (pending is None or pending.verb not in ENDED_BY_ACK):
            return Ignored("ack")  # there is no waiter if the plugin's thread was quicker and the event came first
        if pending is None:
            self.counters.unmatched += 1
            return Ignored("unmatched")
        if self._pending.pop(transaction, None):
            return Answered(transaction, _result(message))
        del self._abandoned[transaction]
        self.counters.late += 1
        return Late(pending.verb, _result(message))

    def _forget(self, before: float) -> None:
        for transaction in [name for name, pending in self._abandoned.items() if pending.deadline <= before]:
            del self._abandoned[transaction]


def _result(message: Answer | PluginEvent) -> Reply | GatewayRefused:
    match message:
        case Failure(error=error):
            return refusal(Origin.CORE, error.code, error.reason)
        case Success(plugindata=None, data=data):
            return Reply(data)
        case Success(plugindata=PluginData() as said, jsep=jsep) | PluginEvent(plugindata=said, jsep=jsep):
            return _plugin_result(said, jsep)
        case Success() | Ack() | Pong():
            return Reply({})


def _plugin_result(said: PluginData, jsep: Jsep | None) -> Reply | GatewayRefused:
    number = said.data.get("error_code")
    if isinstance(number, int):
        return refusal(said.plugin, number, str(said.data.get("error", "")))
    return Reply(said.data, jsep)
