"""Log lines: what they carry, and what never gets into them."""

import asyncio
import json
import logging
import sys

import pytest

from spaces_project.common.logs import HIDDEN, JsonFormatter, LineFormatter, about, hide

OFFER = "v=0\r\no=- 42 2 IN IP4 127.0.0.1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-pwd:tellnobody\r\n"


def record(message: str, *, error: BaseException | None = None) -> logging.LogRecord:
    failure = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("spaces.live.hub", logging.WARNING, "hub.py", 1, message, (), failure)


def logged() -> dict[str, object]:
    """Return a line that is logged now."""
    line: dict[str, object] = json.loads(JsonFormatter().format(record("not done")))
    return line


@pytest.mark.asvs("16.2.1")
def test_a_line_says_what_it_is_about() -> None:
    with about(space="1a"), about(request="7f-1"):
        line = logged()
    assert (line["message"], line["level"], line["logger"]) == ("not done", "WARNING", "spaces.live.hub")
    assert (line["space"], line["request"]) == ("1a", "7f-1")


def test_nothing_is_left_of_it_afterwards() -> None:
    with about(space="1a"):
        pass
    assert "space" not in logged()


def test_tasks_that_are_started_meanwhile_are_about_the_same() -> None:
    async def main() -> object:
        async def look() -> object:
            return logged()["space"]

        with about(space="1a"):
            task = asyncio.create_task(look())
        return await task

    assert asyncio.run(main()) == "1a"


@pytest.mark.parametrize(
    "text",
    [
        OFFER,
        json.dumps({"type": "audio.speak", "sdp": OFFER}),
        repr({"sdp": OFFER}),
        "a=ice-pwd:tellnobody",
        "a=fingerprint:sha-256 tellnobody",
        "candidate:1 1 udp 2122260223 tellnobody 51234 typ host",
        "cannot connect to redis://default:tellnobody@10.0.0.1:6379/0",
        '{"janus":"attach","api_secret":"tellnobody","apisecret": "tellnobody"}',
        "Authorization: Bearer tellnobody",
        "sessionid=tellnobody; csrftoken=tellnobody",
        "{'password': 'tellnobody'}",
    ],
)
@pytest.mark.asvs("16.2.5")
def test_secrets_and_descriptions_are_hidden(text: str) -> None:
    assert "tellnobody" not in hide(text)
    assert HIDDEN in hide(text)


@pytest.mark.parametrize(
    "text",
    [
        "an event of spaces:space:1a was not passed on",
        "Space 12 ends: 3 people in it",
        "gateway default: Reconnected(session_kept=True)",
        "Redis is away: Error 111 connecting to 127.0.0.1:6390. Connection refused.",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert hide(text) == text


@pytest.mark.security("C29")
@pytest.mark.asvs("16.4.1")
@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()])
@pytest.mark.parametrize(
    "nasty", ["/x\n2026-11-28 WARNING forged", "/x\r\nforged", "/x\u2028forged", "\x1b[31mforged", "\x9b1m"]
)
def test_what_a_stranger_sends_stays_on_its_line(formatter: logging.Formatter, nasty: str) -> None:
    line = formatter.format(record(f"Not Found: {nasty}"))
    assert len(line.splitlines()) == 1
    assert not set(line) & set("\x1b\x9b\r\u2028")


@pytest.mark.security("C29")
def test_no_line_of_a_traceback_looks_like_one_of_the_log() -> None:
    try:
        raise ValueError("Invalid HTTP_HOST header: 'a\n2026-11-28 WARNING forged: x'")
    except ValueError:
        _, *lines = LineFormatter().format(record("failed", error=sys.exc_info()[1])).splitlines()
    assert lines
    assert all(line.startswith("  | ") for line in lines)


@pytest.mark.security("C29")
@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()])
def test_long_paths_and_hosts_are_cut_in_lines_and_in_tracebacks(formatter: logging.Formatter) -> None:
    long = "-a" * 50_000
    try:
        raise ValueError(f"Invalid HTTP_HOST header: '{long}'")
    except ValueError:
        line = formatter.format(record(f"Not Found: /{long}", error=sys.exc_info()[1]))
    assert "Not Found: /-a-a" in line
    assert len(line) < 3_000


@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()])
def test_an_error_does_not_tell_either(formatter: logging.Formatter) -> None:
    try:
        raise ValueError(OFFER)
    except ValueError:
        line = formatter.format(record("failed", error=sys.exc_info()[1]))
    assert "tellnobody" not in line
    assert "ValueError" in line
