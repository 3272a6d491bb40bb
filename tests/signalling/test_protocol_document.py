"""docs/protocol.md and the code say the same: commands, events, their fields, close codes and error codes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.conf import settings

import captions.events
import captions.wire
from spaces import presence, rules
from spaces.doors.signalling.consumers import ConnectionConsumer, HomeConsumer, ListenInConsumer, SpaceConsumer
from spaces.doors.signalling.messages import tag_of
from spaces.events import CLOSES, HOME_EVENTS, SPACE_EVENTS, Bubble, wire
from spaces.models import Space
from spaces.selectors import Snapshot
from spaces.states import SpaceState
from spaces_project.common import errors
from tests.support.processes import REPOSITORY

DOCUMENT = (REPOSITORY / "docs/protocol.md").read_text()
Messages = tuple[type[msgspec.Struct], ...]


def section(title: str) -> str:
    """Return the text under a heading, up to the next heading of any depth."""
    _, _, rest = DOCUMENT.partition(f"# {title}\n")
    assert rest, f"no section {title}"
    return re.split(r"\n#+ ", rest)[0]


def table(title: str) -> list[list[str]]:
    """Cells of the rows below a section's table head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell: str) -> set[str]:
    """`a`, `b`? → {"a", "b?"}: what is not always there has a question mark."""
    return {name + mark for name, mark in re.findall(r"`([^`]+)`(\??)", cell)}


def documented(title: str) -> dict[str, set[str]]:
    return {row[0].strip("`"): names(row[1]) for row in table(title)}


def written(messages: Messages, *, without: str = "") -> dict[str, set[str]]:
    return {tag_of(message): fields_of(message) - {without} for message in messages}


def fields_of(message: type[msgspec.Struct]) -> set[str]:
    """Names of fields; those that may be left out of a message have a question mark."""
    leaves_out = message.__struct_config__.omit_defaults or message.__struct_config__.forbid_unknown_fields
    fields = msgspec.structs.fields(message)
    return {field.name + ("?" if leaves_out and not field.required else "") for field in fields}


@pytest.mark.parametrize(
    ("title", "messages"),
    [
        ("Commands on /ws/spaces/&lt;id&gt;", SpaceConsumer.commands.types),
        ("Commands on /ws/home", HomeConsumer.commands.types),
        ("Commands on /ws/listen-in/&lt;id&gt;", ListenInConsumer.commands.types),
        ("Commands on /ws/connection", ConnectionConsumer.commands.types),
    ],
)
def test_commands(title: str, messages: Messages) -> None:
    assert documented(title) == written(messages, without="id")


@pytest.mark.parametrize(
    ("title", "messages"),
    [
        ("Events on /ws/spaces/&lt;id&gt;", SPACE_EVENTS + captions.events.SPACE_EVENTS),
        ("Events on /ws/home", HOME_EVENTS),
    ],
)
def test_events(title: str, messages: Messages) -> None:
    assert documented(title) == written(messages)


def test_close_codes() -> None:
    rows = {row[0]: row[1].strip("`") for row in table("Close codes") if row[0].isdigit()}
    assert rows == {str(close.code): close.name for close in CLOSES}


COME_BACK = {"no": "NEVER", "after": "AFTER_LOGIN", "when": "WHEN_ASKED", "only": "WHEN_ASKED", "yes": "YES"}
"""How the page's table says what the document's says, by its first word."""


@pytest.mark.security("A24")
def test_pages_do_at_a_close_what_the_document_says() -> None:
    script = (REPOSITORY / "spaces/static/spaces/js/room/closes.js").read_text()
    found = re.findall(
        r'^  (\d{4}): \{ name: "(\w+)", comeBack: Return\.(\w+)(?:, atLeast: ([\d_]+))? \}', script, re.M
    )
    rows = [row for row in table("Close codes") if row[0].isdigit()]
    documented = {row[0]: (row[1].strip("`"), COME_BACK[re.split(r"\W", row[2])[0]]) for row in rows}
    assert {code: (name, back) for code, name, back, _ in found} == documented
    waits = {row[0]: wait[1] for row in rows if (wait := re.search(r"after (\d+) s", row[2]))}
    assert {code: str(int(least) // 1000) for code, _, _, least in found if least} == waits


def test_pages_say_what_the_server_says_in_the_readers_language() -> None:
    script = (REPOSITORY / "spaces/static/spaces/js/room/closes.js").read_text()
    said = dict(re.findall(r'^  (\d{4}): \(\) => gettext\("(.*)"\),$', script, re.M))
    assert said == {str(close.code): close.message for close in CLOSES}


@pytest.mark.security("A24")
def test_programs_are_told_after_which_closes_not_to_come_back() -> None:
    told = (REPOSITORY / "docs/bots.md").read_text().partition("After 4401")[2]
    never, _, asked = told.partition("do not come back")
    rows = {row[0]: COME_BACK[re.split(r"\W", row[2])[0]] for row in table("Close codes") if row[0].isdigit()}
    assert set(re.findall(r"\b4\d{3}\b", never)) == {code for code, back in rows.items() if back == "NEVER"}
    assert set(re.findall(r"\b4\d{3}\b", asked.partition("when a user asks")[0])) == {
        code for code, back in rows.items() if back == "WHEN_ASKED"
    }


def test_close_codes_differ_and_are_private() -> None:
    assert len({close.code for close in CLOSES}) == len({close.name for close in CLOSES}) == len(CLOSES)
    assert all(4000 <= close.code < 5000 for close in CLOSES)


def shape(name: str) -> set[str]:
    """Fields on the outermost level of a documented shape."""
    [body] = re.findall(rf"^- \*\*{name}\*\* `(\{{[^`]*\}})`", section("Shapes"), re.MULTILINE)
    flat = body[1:-1]
    while (inner := re.sub(r"\{[^{}]*\}|\[[^\[\]]*\]", "", flat)) != flat:
        flat = inner
    return {name.replace('"', "") for name in re.findall(r'"(\w+"\??)', flat)}


@pytest.mark.parametrize(
    ("name", "struct"),
    [
        ("person", wire.Person),
        ("space", wire.SpaceInfo),
        ("you", wire.You),
        ("captions", captions.wire.CaptionsInfo),
        ("line", captions.wire.CaptionLine),
    ],
)
def test_shapes(name: str, struct: type[msgspec.Struct]) -> None:
    assert shape(name) == fields_of(struct)


def test_the_shape_of_a_snapshot() -> None:
    assert shape("snapshot") == fields_of(Snapshot) | {"talking", "captions", "now"}


def test_the_shape_of_a_bubble() -> None:
    [row] = [row for row in table("Events on /ws/home") if row[0] == "`bubble.shown`"]
    assert {name.replace('"', "") for name in re.findall(r'"(\w+"\??)', row[2])} == fields_of(Bubble)


def test_the_shape_of_somebody_on_the_stage() -> None:
    assert fields_of(wire.StagePerson) == fields_of(wire.Person) | {"role", "muted"}


# --- Words ---

ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and value is not errors.ProductError}
SPOKEN = [
    "accounts/rules.py",
    "spaces/moderation/evidence.py",
    "spaces/moderation/services",
    "spaces/rules",
    "spaces/selectors/",
    "spaces/services",
    "spaces/doors/signalling",
    "spaces/audio",
    "captions/selectors.py",
    "captions/services",
    "spaces_project/common/limits.py",
]


def sources() -> Iterator[ast.AST]:
    for place in SPOKEN:
        path = REPOSITORY / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield from ast.walk(ast.parse(Path(file).read_text()))


def raised_codes() -> set[str]:
    """First arguments of every error that is made in the code a socket reaches."""
    made = [node for node in sources() if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS]
    return {call.args[0].value for call in made if call.args and isinstance(call.args[0], ast.Constant)}  # type: ignore[misc]  # codes are strings


def state_codes() -> set[str]:
    return {rules.wrong_state(Space(state=state)).code for state in SpaceState}


def test_error_codes() -> None:
    assert {row[0].strip("`") for row in table("Error codes")} == raised_codes() | state_codes()


def test_every_error_code_is_explained() -> None:
    assert all(len(row) == 2 and row[1] for row in table("Error codes"))


def test_reasons_of_changes() -> None:
    told = {
        call.args[1].value
        for call in sources()
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") in ("notify", "notify_user", "notify_many")
        and len(call.args) > 1
        if isinstance(call.args[1], ast.Constant)
    }
    [row] = [row for row in table("Events on /ws/spaces/&lt;id&gt;") if row[0] == "`you.changed`"]
    assert names(row[2]) - {"reason"} == told


def test_the_times_in_the_document_are_those_of_the_code() -> None:
    [row] = [row for row in table("Commands on /ws/spaces/&lt;id&gt;") if row[0] == "`ping`"]
    lease = int(settings.SPACES_PRESENCE_LEASE.total_seconds())
    assert row[3] == f"every {presence.HEARTBEAT_SECONDS} s; a connection not heard for {lease} s is gone"
