"""The sound of a replay over HTTP: ranges, conditions, and who may have it."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.test import AsyncClient, Client
from django.urls import reverse

from spaces.models import Recording
from spaces.recordings.files import REPLAY, location
from spaces.states import RecordingState
from spaces_project.common.ranged import Part, Unsatisfiable, asked_part
from tests.factories import ParticipantFactory, UserFactory
from tests.support.ports import free_port, listens
from tests.support.processes import Child
from tests.support.replays import silent_replay

SOUND = bytes(range(256)) * 1_000


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.RECORDINGS_DIR = tmp_path


@pytest.fixture
def recording(transactional_db: None) -> Recording:
    recording = silent_replay(seconds=60)
    recording.home.mkdir()
    (recording.home / REPLAY).write_bytes(SOUND)
    return recording


def address(recording: Recording) -> str:
    return reverse("replay_sound", args=[recording.space.public_id])


async def asked(recording: Recording, **headers: str) -> tuple[Any, bytes]:
    """Return the response of the product, as an ASGI server gets it, and its body."""
    response: Any = await AsyncClient().get(address(recording), headers=headers)
    body = b"".join([piece async for piece in response]) if response.streaming else response.content
    return response, body


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", Part(0, 100)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=90-500", Part(90, 100)),
        ("bytes=-10", Part(90, 100)),
        ("bytes=-500", Part(0, 100)),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("items=0-1", None),
        ("bytes=" + "9" * 5_000 + "-", None),
        ("", None),
    ],
)
def test_a_range_is_one_part_of_the_file(header: str, part: Part | None) -> None:
    assert asked_part(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=999999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_part(header, 100)


@pytest.mark.asyncio
async def test_the_whole_file_is_served_with_its_length_and_type(recording: Recording) -> None:
    response, body = await asked(recording)
    assert (response.status_code, body) == (200, SOUND)
    assert response["Content-Type"] == "audio/mp4"
    assert response["Content-Length"] == str(len(SOUND))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["ETag"].startswith('"')


@pytest.mark.asyncio
async def test_parts_are_served(recording: Recording) -> None:
    for header, first, end in (
        ("bytes=0-", 0, 256_000),
        ("bytes=100000-199999", 100_000, 200_000),
        ("bytes=-7", 255_993, 256_000),
    ):
        response, body = await asked(recording, Range=header)
        assert (response.status_code, body) == (206, SOUND[first:end]), header
        assert response["Content-Range"] == f"bytes {first}-{end - 1}/256000"
        assert response["Content-Length"] == str(end - first)


@pytest.mark.asyncio
async def test_a_part_outside_the_file_is_416_with_its_size(recording: Recording) -> None:
    response, body = await asked(recording, Range="bytes=256000-")
    assert (response.status_code, response["Content-Range"], body) == (416, "bytes */256000", b"")


@pytest.mark.asyncio
async def test_a_part_of_another_version_is_answered_with_the_whole_file(recording: Recording) -> None:
    tag = (await asked(recording))[0]["ETag"]
    assert (await asked(recording, Range="bytes=5-9", If_Range=tag))[1] == SOUND[5:10]
    (recording.home / REPLAY).write_bytes(SOUND[::-1])
    response, body = await asked(recording, Range="bytes=5-9", If_Range=tag)
    assert (response.status_code, body) == (200, SOUND[::-1])


@pytest.mark.asyncio
async def test_what_the_browser_has_already_is_not_sent_again(recording: Recording) -> None:
    tag = (await asked(recording))[0]["ETag"]
    response, body = await asked(recording, If_None_Match=tag)
    assert (response.status_code, body) == (304, b"")


def test_head_tells_the_length_alone(recording: Recording, client: Client) -> None:
    response = client.head(address(recording), headers={"Range": "bytes=0-9"})
    assert (response.status_code, response["Content-Length"], response.content) == (200, "256000", b"")


def test_readers_who_may_not_see_the_recording_find_nothing(recording: Recording, client: Client) -> None:
    host, stranger, removed = recording.space.host, UserFactory.create(), UserFactory.create()
    ParticipantFactory.create(
        space=recording.space, user=removed, removed_at=recording.created_at, left_at=recording.created_at
    )
    Recording.objects.update(visible=False)
    assert client.head(address(recording)).status_code == 404
    for user, status in ((host, 200), (stranger, 404)):
        client.force_login(user)
        assert client.head(address(recording)).status_code == status
    Recording.objects.update(visible=True)
    client.force_login(removed)
    assert client.head(address(recording)).status_code == 404


@pytest.mark.parametrize("state", [RecordingState.DELETED, RecordingState.FINISHING, RecordingState.FAILED])
def test_only_a_ready_replay_has_sound(recording: Recording, client: Client, state: str) -> None:
    Recording.objects.update(state=state, stop_reason="gateway_away", deleted_at=recording.created_at)
    client.force_login(recording.space.host)
    assert client.head(address(recording)).status_code == 404


def test_sound_that_is_missing_on_disk_is_not_found(recording: Recording, client: Client) -> None:
    (recording.home / REPLAY).unlink()
    assert client.get(address(recording)).status_code == 404


# --- Behind nginx -----------------------------------------------------------------------------------------------------

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
CONFIGURATION = """
daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {here}/1; proxy_temp_path {here}/2; fastcgi_temp_path {here}/3;
  uwsgi_temp_path {here}/4; scgi_temp_path {here}/5;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{behind}; }}
    location /recordings/ {{ internal; alias {sound}/; }}
  }}
}}
"""


@pytest.fixture
def nginx(tmp_path: Path, live_server: Any) -> Iterator[str]:
    if NGINX is None:
        pytest.skip("nginx is not installed: deploy/setup test")
    port = free_port()
    behind = live_server.url.rpartition(":")[2]
    own = tmp_path / "nginx.conf"
    own.write_text(CONFIGURATION.format(here=tmp_path, port=port, behind=behind, sound=tmp_path))
    child = Child([NGINX, "-c", str(own), "-e", str(tmp_path / "first.log")], log=tmp_path / "nginx.log")
    try:
        child.wait_until(lambda: listens(port), seconds=20)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stop()


def test_nginx_sends_the_sound_if_the_site_says_so(recording: Recording, settings: Any, nginx: str) -> None:
    settings.RECORDINGS_REDIRECT = "/recordings"
    asked = Request(nginx + address(recording), headers={"Range": "bytes=1000-1009"})
    with urlopen(asked, timeout=20) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == "bytes 1000-1009/256000"
        assert answer.headers["Content-Type"] == "audio/mp4"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.read() == SOUND[1_000:1_010]


def test_the_server_in_front_may_read_what_it_sends_and_nothing_else(recording: Recording, settings: Any) -> None:
    """It is in the group of the directory of recordings."""
    settings.RECORDINGS_REDIRECT = "/recordings"
    root, home = Path(settings.RECORDINGS_DIR), recording.home
    os.chown(root, -1, 65_534)
    raw = home / "capture"
    raw.mkdir(mode=0o700)
    for path in (home, home / REPLAY):
        path.chmod(0o700 if path.is_dir() else 0o600)
    location(recording, REPLAY)
    shown = {path: (path.stat().st_gid, stat.S_IMODE(path.stat().st_mode)) for path in (home, home / REPLAY, raw)}
    assert shown[home] == (65_534, 0o750)
    assert shown[home / REPLAY] == (65_534, 0o640)
    assert shown[raw][1] == 0o700
