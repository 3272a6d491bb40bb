"""The sound for listeners over HTTP: what lies at the unguessable path, who is told of it, and that nothing is left."""

import asyncio
import json
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.services import block_user
from spaces import events, selectors, services
from spaces.audio.listeners import LEASE_SECONDS, Capacity
from spaces.models import Space
from spaces.recordings.audience import AudiencePackager, Held, sweep
from spaces.recordings.encoder import RATE, SEGMENT
from spaces.recordings.window import HEAD, KEPT, LIST, LISTED, MAIN, STATE
from spaces.services.barring import remove_blocked
from spaces_project.common.errors import Conflict
from tests.recordings.captures import capture, decoded, pitch, tone, write
from tests.spaces.scene import Scene
from tests.support.waiting import until

LOW: Final = 440
SECONDS_OF_SEGMENT: Final = SEGMENT / RATE


@pytest.fixture(autouse=True)
def audience_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIENCE_DIR = tmp_path / "audience"
    return tmp_path / "audience"


@pytest.fixture
def open_scene(scene: Scene) -> Scene:
    """A Space that has been live for forty seconds, with a listener over HTTP."""
    Space.objects.update(started_at=timezone.now() - timedelta(seconds=40))
    services.open_audience(public_id=scene.id)
    return scene


def now(scene: Scene) -> Space:
    return Space.objects.select_related("host", "creator").get(pk=scene.space.pk)


def captured(space: Space, *, at: float, seconds: float, directory: Path | None = None) -> Path:
    began = (space.started_at or timezone.now()) + timedelta(seconds=at)
    return write(directory or space.audience_capture, "a.mjr", capture(tone(LOW, seconds), began))


def since_start(space: Space) -> float:
    return space.clock(timezone.now()).total_seconds()


def numbers(home: Path) -> list[int]:
    return [int(name) for name in re.findall(r"^(\d+)\.m4s$", (home / LIST).read_text(), re.MULTILINE)]


def sound_of(home: Path, tmp_path: Path) -> np.ndarray:
    """Return what a player hears of all segments in the playlist."""
    joined = tmp_path / "joined.mp4"
    joined.write_bytes(b"".join((home / name).read_bytes() for name in [HEAD, *(f"{n}.m4s" for n in numbers(home))]))
    return decoded(joined)


def test_the_last_seconds_lie_there_as_files(open_scene: Scene, tmp_path: Path) -> None:
    space = now(open_scene)
    captured(space, at=10, seconds=30)
    held = Held(space)
    began = since_start(space)
    held.advance()
    home = space.audience_home
    listed = numbers(home)
    assert listed == list(range(listed[0], listed[0] + len(listed)))
    assert 2 <= len(listed) <= LISTED
    assert held.window is not None
    newest = (listed[-1] + 1) * SECONDS_OF_SEGMENT
    assert began - 2 * SECONDS_OF_SEGMENT - 1 <= newest <= since_start(space)
    sound = sound_of(home, tmp_path)
    assert [round(pitch(sound[at:][:4_800]), -1) for at in (4_800, SEGMENT, 2 * SEGMENT - 9_600)] == [LOW] * 3
    text = (home / LIST).read_text()
    assert f"#EXT-X-MEDIA-SEQUENCE:{listed[0]}\n" in text
    assert "ENDLIST" not in text
    dates = [datetime.fromisoformat(at) for at in re.findall(r"PROGRAM-DATE-TIME:(\S+)", text)]
    assert space.started_at
    since = [(at - space.started_at).total_seconds() for at in dates]
    assert since == pytest.approx([number * SECONDS_OF_SEGMENT for number in listed], abs=0.002)
    assert f"\n{LIST}\n" in (home / MAIN).read_text()
    assert (home.parent.stat().st_mode & 0o777, (home / LIST).stat().st_mode & 0o777) == (0o711, 0o644)


def test_the_window_moves_on_and_old_segments_go(open_scene: Scene) -> None:
    Space.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    held = Held(now(open_scene))
    captured(held.space, at=0, seconds=1)
    held.advance()
    assert held.window is not None
    for _ in range(30):
        held.window.encoder.pad(held.window.encoder.head + SEGMENT)
    segments = sorted(int(path.stem) for path in held.home.glob("*.m4s"))
    assert len(segments) == KEPT
    assert numbers(held.home) == segments[-LISTED:]


def test_a_packager_that_starts_anew_goes_on_with_the_same_names(open_scene: Scene) -> None:
    space = now(open_scene)
    captured(space, at=30, seconds=10)
    Held(space).advance()
    before = {path.name: path.read_bytes() for path in space.audience_home.glob("*.m4s")}
    again = Held(now(open_scene))
    again.advance()
    after = {path.name: path.read_bytes() for path in space.audience_home.glob("*.m4s")}
    assert before.items() <= after.items(), "caches have the segments that were there"


def test_what_was_read_is_freed_and_the_rest_keeps_its_place(open_scene: Scene, tmp_path: Path) -> None:
    space = now(open_scene)
    path = captured(space, at=30, seconds=9)
    whole = path.read_bytes()
    begin = whole.index(b"MEET")
    middle = [found.start() for found in re.finditer(b"MEET", whole)][300]
    path.write_bytes(whole[:middle])
    Held(space).advance()
    kept = path.read_bytes()
    assert kept[:begin] == whole[:begin]
    assert kept[begin:] == bytes(middle - begin), "nothing of what was said is left"
    with path.open("ab") as file:
        file.write(whole[middle:])
    again = Held(now(open_scene))
    again.advance()
    assert again.window is not None
    ends = again.streams.in_order()[0].told.duration_ms
    assert ends == pytest.approx(9_000, abs=40)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_recorded_space_is_heard_from_its_recording_which_stays(open_scene: Scene, recordings_dir: Path) -> None:
    services.start_recording(public_id=open_scene.id, user=open_scene.host)
    [space] = Space.objects.select_related("recording").filter(pk=open_scene.space.pk)
    assert selectors.live_mix(space.public_id).capture == str(space.recording.capture_home)
    path = captured(space, at=30, seconds=9, directory=space.recording.capture_home)
    before = path.read_bytes()

    async def packed() -> None:
        task = asyncio.create_task(AudiencePackager().run())
        try:
            await until((space.audience_home / LIST).exists)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async_to_sync(packed)()
    assert path.read_bytes() == before


def test_a_recording_that_is_deleted_leaves_the_sound(open_scene: Scene, recordings_dir: Path) -> None:
    services.start_recording(public_id=open_scene.id, user=open_scene.host)
    [space] = Space.objects.select_related("recording").filter(pk=open_scene.space.pk)
    path = captured(space, at=30, seconds=5, directory=space.recording.capture_home)
    held = Held(space)
    held.follow()
    held.advance()
    path.unlink()
    captured(space, at=35, seconds=5)
    held.advance()
    assert [stream.capture.path.parent for stream in held.streams.in_order()] == [space.audience_capture]


def test_the_gateway_writes_only_while_it_is_needed(scene: Scene) -> None:
    assert selectors.live_mix(scene.id).capture == ""
    services.open_audience(public_id=scene.id)
    mix = selectors.live_mix(scene.id)
    assert (mix.capture, mix.was_captured) == (str(now(scene).audience_capture), True)
    services.end_space(public_id=scene.id, user=scene.host)
    over = selectors.mix(scene.space.pk)
    assert over is not None
    assert (over.capture, now(scene).audience_path) == ("", "")
    with pytest.raises(Conflict):
        services.open_audience(public_id=scene.id)


def test_the_path_is_opened_once(scene: Scene) -> None:
    path = services.open_audience(public_id=scene.id)
    assert re.fullmatch(r"[\w-]{22}", path)
    assert services.open_audience(public_id=scene.id) == path


PUTS_OUT: Final[dict[str, Callable[[Scene], object]]] = {
    "a removal": lambda s: services.remove_participant(public_id=s.id, user=s.host, target_id=s.listener.pk),
    "a lock": lambda s: services.set_lock(public_id=s.id, user=s.host, locked=True),
    "accounts only": lambda s: services.set_accounts_only(public_id=s.id, user=s.host, accounts_only=True),
    "a block": lambda s: (
        block_user(blocker=s.host, blocked=s.listener),
        remove_blocked(host_id=s.host.pk, blocked_id=s.listener.pk),
    ),
}


@pytest.mark.parametrize("what", PUTS_OUT)
def test_who_is_put_out_knows_the_path_no_more(scene: Scene, what: str) -> None:
    path = services.open_audience(public_id=scene.id)
    PUTS_OUT[what](scene)
    moved = now(scene).audience_path
    assert moved
    assert moved != path


def test_nothing_is_opened_by_putting_a_person_out(scene: Scene) -> None:
    PUTS_OUT["a removal"](scene)
    assert now(scene).audience_path == ""


def test_files_go_on_under_the_new_name(open_scene: Scene) -> None:
    held = Held(now(open_scene))
    captured(held.space, at=30, seconds=9)
    held.advance()
    old, listed = held.home, numbers(held.home)
    services.set_lock(public_id=open_scene.id, user=open_scene.host, locked=True)
    held.space = now(open_scene)
    held.follow()
    assert not old.exists()
    assert numbers(held.home) == listed
    assert held.window is not None
    held.window.encoder.pad(held.window.encoder.head + 2 * SEGMENT)
    assert numbers(held.home)[-1] > listed[-1]


@pytest.mark.redis
def test_the_state_for_the_crowd_lies_beside_it(open_scene: Scene) -> None:
    held = Held(now(open_scene))
    captured(held.space, at=30, seconds=9)
    held.advance()
    held.hear(events.to_everyone(events.Talking(user_ids=["7"])).frame or "", 1_000.0)
    line = {"id": "3", "user_id": "7", "name": "Ada", "start_ms": 35_000, "text": "Hello", "final": True, "revision": 1}
    for frame in ({**line, "final": False, "text": "Hel"}, line, {**line, "id": "4", "text": ""}):
        held.hear(json.dumps({"type": "caption", "line": frame}, separators=(",", ":")), 1_000.0)
    held.write_state()
    state = json.loads((held.home / STATE).read_bytes())
    assert state["title"] == held.space.display_title
    assert {person["role"] for person in state["stage"]} == {"host", "cohost", "speaker"}
    assert state["talking"] == [{"at": 1_000_000, "user_ids": ["7"]}]
    assert [(said["name"], said["text"]) for said in state["captions"]] == [("Ada", "Hello")]
    started = held.started_at.timestamp() * 1000
    assert state["captions"][0]["at"] == pytest.approx(started + 35_000, abs=1)


# --- Served -----------------------------------------------------------------------------------------------------------


@pytest.mark.redis
def test_any_cache_may_keep_it(open_scene: Scene, client: Client) -> None:
    held = Held(now(open_scene))
    captured(held.space, at=30, seconds=9)
    held.advance()
    held.write_state()
    path = held.space.audience_path

    def got(name: str) -> Any:
        return client.get(f"/audience/{path}/{name}")

    kinds = {
        MAIN: "application/vnd.apple.mpegurl",
        LIST: "application/vnd.apple.mpegurl",
        STATE: "application/json",
        HEAD: "audio/mp4",
        f"{numbers(held.home)[0]}.m4s": "audio/mp4",
    }
    for name, kind in kinds.items():
        answer = got(name)
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Vary" not in answer or "Cookie" not in answer["Vary"]
        assert answer["Cache-Control"] == (
            "public, max-age=60, immutable" if kind == "audio/mp4" else "public, max-age=1"
        )


@pytest.mark.redis
def test_it_is_the_same_for_a_user_and_asks_the_database_for_nothing(
    open_scene: Scene, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    held = Held(now(open_scene))
    captured(held.space, at=30, seconds=9)
    held.advance()
    client.force_login(open_scene.listener)
    with django_assert_num_queries(0):
        answer = client.get(f"/audience/{held.space.audience_path}/{LIST}")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize("name", ["1.m4s", "..", ".live.m3u8", "a.mjr", "init.mp4.m4s", "%2e%2e%2fcapture"])
def test_what_is_not_there_is_asked_for_again_soon(open_scene: Scene, client: Client, name: str) -> None:
    answer = client.get(f"/audience/{now(open_scene).audience_path}/{name}")
    assert answer.status_code == 404
    assert client.get("/audience/capture/a.mjr").status_code == 404


def test_a_link_leads_plain_players_to_the_sound(scene: Scene, client: Client) -> None:
    address = f"/i/spaces/{scene.id}/listen.m3u8"
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/audience/{now(scene).audience_path}/{MAIN}")
    assert "no-store" in answer["Cache-Control"]
    client.force_login(scene.removed)
    assert client.get(address).status_code == 403
    client.logout()
    services.set_lock(public_id=scene.id, user=scene.host, locked=True)
    assert client.get(address).status_code == 403
    services.end_space(public_id=scene.id, user=scene.host)
    client.force_login(scene.host)
    assert client.get(address).status_code == 409


# --- Places at the gateway --------------------------------------------------------------------------------------------


@pytest.mark.redis
def test_a_gateway_has_room_for_so_many_listeners(settings: Settings) -> None:
    settings.GATEWAY_LISTENERS = 2
    one, other = Capacity(), Capacity()
    assert one.take("default", "a")
    assert other.take("default", "b")
    assert not one.take("default", "c")
    assert one.take("default", "a"), "who has a place keeps it for the next connection"
    assert one.take("default", "d", is_preferred=True), "who waits for a microphone hears without delay"
    other.give_back("b")
    assert not other.take("default", "e"), "there are still two"
    one.give_back("d")
    assert other.take("default", "e")
    assert one.take("another", "f"), "each gateway counts for itself"


class Clock:
    """The two clocks of the `time` module, which stand still."""

    now = 1_800_000_000.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


@pytest.mark.redis
def test_places_of_a_process_that_died_run_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.GATEWAY_LISTENERS = 1
    clock = Clock()
    monkeypatch.setattr("spaces.audio.listeners.time", clock)
    alive, late = Capacity(), Capacity()
    assert alive.take("default", "a")
    clock.now += LEASE_SECONDS - 1
    alive.renew()
    clock.now += LEASE_SECONDS - 1
    assert not late.take("default", "b")
    clock.now += 2
    assert late.take("default", "b")


def test_without_a_limit_nothing_is_counted(settings: Settings) -> None:
    assert settings.GATEWAY_LISTENERS == 0
    assert all(Capacity().take("default", str(number)) for number in range(100))


# --- The packager -----------------------------------------------------------------------------------------------------


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_after_the_end_nothing_is_left(monkeypatch: pytest.MonkeyPatch, audience_dir: Path) -> None:
    monkeypatch.setattr("spaces.recordings.audience.REMOVED_AFTER_SECONDS", 0.5)
    scene = Scene()
    Space.objects.update(started_at=timezone.now() - timedelta(seconds=20))
    services.open_audience(public_id=scene.id)
    space = now(scene)
    captured(space, at=10, seconds=10)

    async def run() -> None:
        packagers = [asyncio.create_task(AudiencePackager().run()) for _ in range(2)]
        try:
            await until((space.audience_home / STATE).exists)
            await sync_to_async(services.end_space)(public_id=scene.id, user=scene.host)
            await until(lambda: "ENDLIST" in (space.audience_home / LIST).read_text())
            await until(lambda: not any(path.is_file() for path in audience_dir.rglob("*")))
        finally:
            for task in packagers:
                task.cancel()
            await asyncio.gather(*packagers, return_exceptions=True)

    async_to_sync(run)()


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_space_that_moves_to_the_gateway_of_another_machine_goes_on_there(
    settings: Settings, audience_dir: Path
) -> None:
    settings.GATEWAYS_HERE = ["main"]
    scene = Scene()
    Space.objects.update(started_at=timezone.now() - timedelta(seconds=20))
    services.open_audience(public_id=scene.id)
    space = now(scene)
    sound = captured(space, at=10, seconds=10)
    here = AudiencePackager()

    async def run() -> None:
        task = asyncio.create_task(here.run())
        try:
            await until((space.audience_home / STATE).exists)
            await sync_to_async(Space.objects.update)(gateway="west")
            await until(lambda: not here._held)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async_to_sync(run)()
    assert "ENDLIST" not in (space.audience_home / LIST).read_text()
    assert sound.exists()


def test_what_a_dead_packager_left_is_removed(open_scene: Scene, audience_dir: Path) -> None:
    space = now(open_scene)
    for name in ("served/left", "capture/left", f"served/{space.audience_path}", f"capture/{space.room}", "served/new"):
        (audience_dir / name).mkdir(parents=True)
        if not name.endswith("new"):
            os.utime(audience_dir / name, (0, 0))
    assert sweep() == 2
    left = {path.name for path in audience_dir.glob("*/*")}
    assert left == {space.audience_path, space.room, "new"}
