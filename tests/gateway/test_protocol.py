"""The protocol without a socket: what is sent, who is answered, and that nothing received can raise."""

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.gateway import errors
from spaces.gateway.messages import (
    Detached,
    HangUp,
    Jsep,
    MediaState,
    PluginEvent,
    SessionTimeout,
    SlowLink,
    Trickle,
    WebrtcUp,
)
from spaces.gateway.protocol import REMEMBERED, Answered, Ignored, Late, Protocol, Received, Reply

BRIDGE = "janus.plugin.audiobridge"
STREAMING = "janus.plugin.streaming"


def conversation() -> Protocol:
    numbers = count(1)
    return Protocol("secret", new_transaction=lambda: f"t{next(numbers)}")


def received(protocol: Protocol, **message: Any) -> Received:
    return protocol.receive(json.dumps(message))


def from_plugin(data: dict[str, Any], plugin: str = BRIDGE) -> dict[str, Any]:
    return {"sender": 7, "plugindata": {"plugin": plugin, "data": data}}


def test_a_request_carries_the_secret_and_a_transaction() -> None:
    transaction, text = conversation().request("attach", deadline=3, session_id=5, plugin=BRIDGE)
    sent = json.loads(text)
    assert sent == {
        "janus": "attach",
        "transaction": transaction,
        "apisecret": "secret",
        "session_id": 5,
        "plugin": BRIDGE,
    }


def test_a_request_leaves_out_what_is_none() -> None:
    _, text = conversation().request("message", deadline=3, jsep=None)
    assert "jsep" not in json.loads(text)


def test_transactions_differ() -> None:
    protocol = Protocol("secret")
    assert protocol.request("create", deadline=3)[0] != protocol.request("create", deadline=3)[0]


def test_the_secret_is_not_in_the_repr() -> None:
    assert "secret" not in repr(conversation()).replace("api_secret", "")


def test_success_answers_with_its_data() -> None:
    protocol = conversation()
    protocol.request("create", deadline=3)
    assert received(protocol, janus="success", transaction="t1", data={"id": 9}) == Answered("t1", Reply({"id": 9}))


def test_answers_find_their_request_in_any_order() -> None:
    protocol = conversation()
    protocol.request("create", deadline=3)
    protocol.request("create", deadline=3)
    assert received(protocol, janus="success", transaction="t2", data={"id": 2}) == Answered("t2", Reply({"id": 2}))
    assert received(protocol, janus="success", transaction="t1", data={"id": 1}) == Answered("t1", Reply({"id": 1}))


def test_a_synchronous_plugin_request_is_answered_by_success() -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    answer = received(protocol, janus="success", transaction="t1", **from_plugin({"audiobridge": "created"}))
    assert answer == Answered("t1", Reply({"audiobridge": "created"}))


def test_an_asynchronous_plugin_request_is_answered_by_the_event_after_its_ack() -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    assert received(protocol, janus="ack", transaction="t1") == Ignored("ack")
    jsep = {"type": "answer", "sdp": "v=0"}
    event = received(protocol, janus="event", transaction="t1", jsep=jsep, **from_plugin({"audiobridge": "joined"}))
    assert event == Answered("t1", Reply({"audiobridge": "joined"}, Jsep("answer", "v=0")))


def test_an_ack_that_comes_after_its_event_is_nothing_special() -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    received(protocol, janus="event", transaction="t1", **from_plugin({}))
    assert received(protocol, janus="ack", transaction="t1") == Ignored("ack")
    assert protocol.counters.unmatched == 0


@pytest.mark.parametrize("verb", ["keepalive", "trickle"])
def test_an_ack_answers_what_has_nothing_more_to_say(verb: str) -> None:
    protocol = conversation()
    protocol.request(verb, deadline=3)
    assert received(protocol, janus="ack", transaction="t1") == Answered("t1", Reply({}))


@pytest.mark.parametrize(
    ("plugin", "number", "kind"),
    [
        (BRIDGE, 485, errors.NoSuchRoom),
        (BRIDGE, 486, errors.RoomExists),
        (BRIDGE, 487, errors.NotJoined),
        (BRIDGE, 489, errors.NotAuthorised),
        (BRIDGE, 490, errors.ParticipantExists),
        (BRIDGE, 491, errors.AlreadyJoined),
        (BRIDGE, 492, errors.NoSuchParticipant),
        (BRIDGE, 493, errors.InvalidSdp),
        (STREAMING, 455, errors.NoSuchMountpoint),
        (STREAMING, 457, errors.NotAuthorised),
        (STREAMING, 458, errors.GatewayRefused),
    ],
)
def test_a_plugins_refusal_has_a_class_of_its_own(plugin: str, number: int, kind: type[errors.GatewayRefused]) -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    said = from_plugin({"error_code": number, "error": "why"}, plugin)
    answer = received(protocol, janus="success", transaction="t1", **said)
    assert isinstance(answer, Answered)
    assert type(answer.result) is kind
    assert (answer.result.origin, answer.result.number, answer.result.reason) == (plugin, number, "why")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (403, errors.NotAuthorised),
        (458, errors.NoSuchSession),
        (459, errors.NoSuchHandle),
        (490, errors.GatewayRefused),
    ],
)
def test_a_refusal_of_the_core_has_a_class_of_its_own(number: int, kind: type[errors.GatewayRefused]) -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    answer = received(protocol, janus="error", transaction="t1", error={"code": number, "reason": "why"})
    assert isinstance(answer, Answered)
    assert type(answer.result) is kind


def test_every_refusal_has_a_code_of_its_own() -> None:
    kinds: list[type[errors.GatewayRefused]] = [errors.GatewayRefused, *errors.GatewayRefused.__subclasses__()]
    assert len({kind.code for kind in kinds}) == len(kinds)


def test_a_request_expires_at_its_deadline_and_not_before() -> None:
    protocol = conversation()
    protocol.request("create", deadline=3.0)
    assert protocol.expire(2.9) == ()
    assert protocol.expire(3.0) == ("t1",)
    assert protocol.waiting == 0


def test_a_late_answer_says_what_was_done() -> None:
    protocol = conversation()
    protocol.request("attach", deadline=3.0)
    protocol.expire(3.0)
    assert received(protocol, janus="success", transaction="t1", data={"id": 4}) == Late("attach", Reply({"id": 4}))
    assert protocol.counters.late == 1


def test_a_late_answer_is_forgotten_in_the_end() -> None:
    protocol = conversation()
    protocol.request("attach", deadline=3.0)
    protocol.expire(3.0)
    protocol.expire(3.0 + REMEMBERED)
    assert received(protocol, janus="success", transaction="t1", data={"id": 4}) == Ignored("unmatched")


def test_a_lost_socket_names_all_who_wait() -> None:
    protocol = conversation()
    protocol.request("create", deadline=3)
    protocol.request("create", deadline=3)
    assert protocol.disconnected() == ("t1", "t2")
    assert protocol.waiting == 0


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"janus": "webrtcup", "session_id": 1, "sender": 7}, WebrtcUp(7)),
        ({"janus": "media", "sender": 7, "type": "audio", "receiving": False}, MediaState(7, "audio", receiving=False)),
        ({"janus": "hangup", "sender": 7, "reason": "ICE failed"}, HangUp(7, "ICE failed")),
        ({"janus": "detached", "session_id": 1, "sender": 7}, Detached(7)),
        (
            {"janus": "slowlink", "sender": 7, "media": "audio", "uplink": True, "lost": 9},
            SlowLink(7, uplink=True, lost=9),
        ),
        ({"janus": "trickle", "sender": 7, "candidate": {"completed": True}}, Trickle(7, {"completed": True})),
        ({"janus": "timeout", "session_id": 1}, SessionTimeout(1)),
    ],
)
def test_what_nobody_asked_for_is_an_event(message: dict[str, Any], event: Received) -> None:
    assert received(conversation(), **message) == event


def test_a_plugin_event_without_a_request_is_an_event() -> None:
    event = received(conversation(), janus="event", **from_plugin({"audiobridge": "talking"}))
    assert isinstance(event, PluginEvent)
    assert (event.handle_id, event.plugin, event.data) == (7, BRIDGE, {"audiobridge": "talking"})


def test_a_plugin_event_under_a_foreign_transaction_is_an_event() -> None:
    assert isinstance(received(conversation(), janus="event", transaction="x", **from_plugin({})), PluginEvent)


MALFORMED = [
    "",
    "{",
    "[]",
    "1",
    "null",
    '"text"',
    "{}",
    '{"janus": 1}',
    '{"janus": "server_info"}',
    '{"janus": "webrtcup"}',
    '{"janus": "webrtcup", "sender": "seven"}',
    '{"janus": "error"}',
    '{"janus": "error", "error": {"code": "x"}}',
    '{"janus": "event", "sender": 7}',
    '{"janus": "event", "sender": 7, "plugindata": {"plugin": "p", "data": []}}',
    '{"janus": "success", "data": 3}',
    '{"janus": "ack", "transaction": 5}',
    '{"janus": "media", "sender": 7, "type": "audio", "receiving": NaN}',
    "[" * 100_000,
    '{"janus": "event", "x": ' + "[" * 100_000,
    '{"janus": "webrtcup", "sender": ' + "9" * 5000 + "}",
    '"\ud800"',
    b"\xff\xfe",
]


@pytest.mark.parametrize("text", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_message_is_counted_and_raises_nothing(text: str | bytes) -> None:
    protocol = conversation()
    protocol.request("create", deadline=3)
    assert protocol.receive(text) == Ignored("malformed")
    assert (protocol.counters.malformed, protocol.waiting) == (1, 1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ANSWERS = ["success", "error", "ack", "pong"]
EVENTS = ["event", "webrtcup", "media", "slowlink", "hangup", "detached", "trickle", "timeout", "nonsense"]
kinds = st.sampled_from(ANSWERS + EVENTS)
fields = st.sampled_from(
    ["transaction", "sender", "data", "plugindata", "jsep", "error", "session_id", "type", "receiving", "uplink"]
)


@given(st.binary() | st.text())
def test_no_text_raises(text: str | bytes) -> None:
    conversation().receive(text)


@given(kinds, st.dictionaries(fields, json_values | st.just("t1")))
def test_no_message_raises(kind: str, message: dict[str, Any]) -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    protocol.receive(json.dumps({"janus": kind} | message))


@given(st.dictionaries(st.sampled_from(["error_code", "error", "audiobridge"]), json_values))
def test_no_answer_of_a_plugin_raises(data: dict[str, Any]) -> None:
    protocol = conversation()
    protocol.request("message", deadline=3)
    assert isinstance(received(protocol, janus="success", transaction="t1", **from_plugin(data)), Answered | Ignored)
