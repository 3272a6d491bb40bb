"""What is not a message of the protocol is refused in words, and nothing else happens."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaces.doors.signalling.consumers import HomeConsumer, SpaceConsumer
from spaces.doors.signalling.messages import MAX_FRAME_BYTES, RequestApprove, tag_of
from spaces_project.common.errors import BadInput
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene

PARSE = SpaceConsumer.commands.parser
TAGS = sorted(map(tag_of, SpaceConsumer.commands.types))

NOT_A_MESSAGE: dict[str, str] = {
    "an open brace": "{",
    "an array": "[]",
    "a number": "1",
    "a string": '"join"',
    "null": "null",
    "nothing": "",
    "deep nesting": "[" * 30_000,
    "a deep candidate": '{"type":"audio.candidate","id":1,"target":"listen","candidate":' + '{"a":' * 5000,
    "a huge number": '{"type":"sync","id":' + "9" * 5000 + "}",
    "a huge number inside": '{"type":"audio.candidate","id":1,"target":"listen","candidate":{"a":' + "9" * 5000 + "}}",
    "NaN": '{"type":"sync","id":NaN}',
    "infinity": '{"type":"audio.candidate","id":1,"target":"listen","candidate":{"a":1e999}}',
    "a lone surrogate": '{"type":"people","id":1,"q":"\\ud800"}',
    "NUL": '{"type":"people","id":1,"q":"\\u0000"}',
    "a bare NUL": '{"type":"people","id":1,"q":"\x00"}',
    "no id": '{"type":"sync"}',
    "id zero": '{"type":"sync","id":0}',
    "a negative id": '{"type":"sync","id":-1}',
    "an id too large": '{"type":"sync","id":2147483648}',
    "a fractional id": '{"type":"sync","id":1.5}',
    "an id in words": '{"type":"sync","id":"1"}',
    "a type that is no string": '{"type":1,"id":1}',
    "an unknown field": '{"type":"sync","id":1,"extra":1}',
    "a sender": '{"type":"mute","id":1,"user_id":"1"}',
    "a role": '{"type":"join","id":1,"role":"host"}',
    "another sender": '{"type":"unmute","id":1,"sender":"1"}',
    "a user id in letters": '{"type":"remove","id":1,"user_id":"abc"}',
    "a negative user id": '{"type":"remove","id":1,"user_id":"-1"}',
    "a user id in other digits": '{"type":"remove","id":1,"user_id":"\u0661"}',
    "a user id with a line end": '{"type":"remove","id":1,"user_id":"1\\n"}',
    "a user id beyond the database": '{"type":"remove","id":1,"user_id":"9223372036854775808"}',
    "a user id that is a number": '{"type":"remove","id":1,"user_id":1}',
    "no user id": '{"type":"remove","id":1}',
    "a target that is none": '{"type":"audio.close","id":1,"target":"both"}',
    "a role that is none": '{"type":"people","id":1,"role":"owner"}',
    "no description": '{"type":"audio.speak","id":1,"sdp":""}',
    "a duplicate type": '{"type":"end","id":1,"type":"sync"}',
    "a duplicate id": '{"type":"sync","id":1,"id":2}',
    "a duplicate field": '{"type":"remove","id":1,"user_id":"1","user_id":"2"}',
    "a duplicate key inside": '{"type":"audio.candidate","id":1,"target":"listen","candidate":{"a":1,"a":2}}',
    "an escaped duplicate": '{"type":"sync","id":1,"i\\u0064":2}',
    "something after the message": '{"type":"sync","id":1}{"type":"end","id":2}',
}
UNKNOWN = [
    "websocket.disconnect",
    "websocket.close",
    "space.ended",
    "you.changed",
    "__init__",
    "JOIN",
    "join ",
    "x" * 500,
]


@pytest.mark.fault("C4")
@pytest.mark.parametrize("text", NOT_A_MESSAGE.values(), ids=NOT_A_MESSAGE.keys())
def test_what_is_no_message_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        PARSE(text)
    assert refusal.value.code == "bad_request"


@pytest.mark.fault("C5")
@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_type_we_do_not_have_is_unknown(kind: str) -> None:
    with pytest.raises(BadInput) as refusal:
        PARSE(msgspec.json.encode({"type": kind, "id": 1}).decode())
    assert refusal.value.code == "unknown_type"
    assert len(refusal.value.details["type"]) <= 40


@pytest.mark.parametrize("kind", [tag for tag in TAGS if tag != "ping"])
def test_commands_of_a_space_are_unknown_at_home(kind: str) -> None:
    with pytest.raises(BadInput) as refusal:
        HomeConsumer.commands.parser(msgspec.json.encode({"type": kind, "id": 1}).decode())
    assert refusal.value.code == "unknown_type"


def test_a_message_is_read_as_what_it_is() -> None:
    assert PARSE('{"type":"request.approve","id":7,"user_id":"42"}') == RequestApprove(id=7, user_id="42")


@pytest.mark.parametrize(
    ("text", "known"),
    [('{"type":"nope","id":9}', 9), ('{"type":"remove","id":9}', 9), ('{"id":9}', None), ("{", None), ("[9]", None)],
)
def test_the_id_of_a_bad_message_is_read_where_it_can_be(text: str, known: int | None) -> None:
    assert PARSE.request_id(text) == known


@pytest.mark.fault("C4")
@pytest.mark.parametrize("depth", [10, 300, 900, 1000, 1100, 5000])
def test_a_deep_message_is_read_or_refused(depth: int) -> None:
    nested = '{"a":' * depth + "1" + "}" * depth
    assert is_refused_or_read('{"type":"audio.candidate","id":1,"target":"listen","candidate":' + nested + "}")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
MESSAGES = st.dictionaries(
    st.sampled_from(["type", "id", "user_id", "candidate", "target", "sdp", "resume", "q", "role"]), JSON, max_size=5
)


def is_refused_or_read(text: str) -> bool:
    try:
        PARSE(text)
    except BadInput:
        PARSE.request_id(text)
    return True


@pytest.mark.fault("C4")
@settings(max_examples=60, deadline=None)
@given(st.text())
def test_no_text_at_all_breaks_the_parser(text: str) -> None:
    assert is_refused_or_read(text)


@pytest.mark.fault("C4")
@settings(max_examples=60, deadline=None)
@given(message=MESSAGES, kind=st.sampled_from(TAGS))
def test_no_json_at_all_breaks_the_parser(message: dict[str, Any], kind: str) -> None:
    assert is_refused_or_read(msgspec.json.encode({"type": kind, "id": 1} | message).decode(errors="surrogatepass"))


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(TAGS), field=st.text(min_size=1))
@pytest.mark.asvs("2.2.1")
def test_no_command_has_a_field_that_is_not_its_own(kind: str, field: str) -> None:
    known = {"type", "id", "user_id", "resume", "role", "q", "cursor", "sdp", "target", "candidate"}
    text = msgspec.json.encode({"type": kind, "id": 1, "target": "listen"} | {field: 1}).decode()
    if field not in known:
        with pytest.raises(BadInput):
            PARSE(text)


# --- On the socket ---

sockets = [
    pytest.mark.redis,
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


def on_sockets(test: Any) -> Any:
    for mark in sockets:
        test = mark(test)
    return test


BAD = list(NOT_A_MESSAGE.values())


@on_sockets
@pytest.mark.fault("C4")
@pytest.mark.parametrize("texts", [BAD[:15], BAD[15:30], BAD[30:]], ids=["first", "second", "third"])
@pytest.mark.asvs("2.2.2", "17.3.2")
async def test_the_socket_lives_and_nothing_changes(scene_in: Any, sessions: Sessions, texts: list[str]) -> None:
    scene: Scene = scene_in
    before = await in_thread(scene.dump)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.host)) as page:
        for text in texts:
            await page.say(text)
            assert (await page.reply())["error"]["code"] == "bad_request"
        assert await page.code("ping") == "ok"
    assert await in_thread(scene.dump) == before


@on_sockets
@pytest.mark.fault("C4")
async def test_bytes_are_refused(scene_in: Any, sessions: Sessions) -> None:
    async with tab(path_of(scene_in.id), session=await in_thread(sessions, scene_in.host)) as page:
        await page.say(binary=b'{"type":"end","id":1}')
        assert (await page.reply())["error"]["code"] == "bad_request"
        assert await page.code("ping") == "ok"


@on_sockets
@pytest.mark.fault("C5")
async def test_a_message_cannot_name_an_event_of_the_server(scene_in: Any, sessions: Sessions) -> None:
    async with tab(path_of(scene_in.id), session=await in_thread(sessions, scene_in.host)) as page:
        assert [await page.code(kind) for kind in UNKNOWN] == ["unknown_type"] * len(UNKNOWN)
        assert await page.code("ping") == "ok"


@on_sockets
@pytest.mark.fault("C3")
@pytest.mark.parametrize("filling", ["x", "\u20ac"])
async def test_size_is_counted_in_bytes(scene_in: Any, sessions: Sessions, filling: str) -> None:
    async with tab(path_of(scene_in.id), session=await in_thread(sessions, scene_in.host)) as page:
        await page.say(filling * (MAX_FRAME_BYTES // len(filling.encode()) + 1))
        reply = await page.reply()
        assert (reply["re"], reply["error"]["code"]) == (None, "too_large")
        assert await page.code("ping") == "ok"


@on_sockets
@pytest.mark.fault("D11")
@pytest.mark.parametrize("field", ["user_id", "role", "sender", "actor", "as_operator", "user", "connection"])
async def test_nobody_says_who_they_are(scene_in: Any, sessions: Sessions, field: str) -> None:
    scene: Scene = scene_in
    before = await in_thread(scene.dump)
    async with tab(path_of(scene.id), session=await in_thread(sessions, scene.listener)) as page:
        assert await page.code("end", **{field: str(scene.host.pk)}) == "bad_request"
        assert await page.code("unmute", **{field: str(scene.host.pk)}) == "bad_request"
    assert await in_thread(scene.dump) == before


@on_sockets
@pytest.mark.parametrize("user_id", ["0", "000000000000000000", "9" * 18])
async def test_an_id_of_nobody(scene_in: Any, sessions: Sessions, user_id: str) -> None:
    async with tab(path_of(scene_in.id), session=await in_thread(sessions, scene_in.host)) as page:
        for kind in ("request.approve", "request.decline", "mute.other", "mic.take", "remove"):
            assert await page.code(kind, user_id=user_id) == "target_gone"


@on_sockets
@pytest.mark.parametrize("cursor", ["-1", "x", "\u00b2", "9" * 30, ""])
async def test_a_marker_we_did_not_give_out(scene_in: Any, sessions: Sessions, cursor: str) -> None:
    async with tab(path_of(scene_in.id), session=await in_thread(sessions, scene_in.host)) as page:
        assert await page.code("people", cursor=cursor) == "bad_cursor"


@on_sockets
@pytest.mark.fault("F1")
@pytest.mark.parametrize("query", ["%", "_", "' OR 1=1; --", "\u202e", "\U0001f600", "\\"])
@pytest.mark.asvs("1.2.4")
async def test_a_search_for_odd_text_finds_nobody(scene_in: Any, sessions: Sessions, query: str) -> None:
    async with tab(path_of(scene_in.id), session=await in_thread(sessions, scene_in.host)) as page:
        assert (await page.ask("people", q=query))["data"]["people"] == []


@pytest.fixture
def scene_in(transactional_db: None) -> Scene:
    return Scene()
