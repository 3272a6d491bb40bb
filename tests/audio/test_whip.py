"""WHIP (RFC 9725) over the real application and a real gateway: what each request is answered, and what it does."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import pytest
import pytest_asyncio
from django.test import AsyncClient
from pytest_django import Settings

from accounts.services import create_personal_token, revoke_personal_token
from spaces import presence, services
from spaces.gateway.admin import AdminClient
from spaces.live.hub import hub
from spaces.rules import Standing
from spaces.services.expiry import expire
from spaces.states import SpaceState
from spaces_project.common.api.scopes import Scope
from spaces_project.common.threads import in_thread
from tests.audio.fixtures import CONTROL_HANDLES
from tests.audio.test_socket import people_in
from tests.gateway.descriptions import HOST_CANDIDATE, OFFER
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene, assert_lawful

pytestmark = [
    pytest.mark.redis,
    pytest.mark.gateway,
    pytest.mark.asyncio,
    pytest.mark.usefixtures("gateway", "sockets", "nothing_logged"),
]

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
VIDEO: Final = """\
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=ice-ufrag:kR7+
a=ice-pwd:oLYBWmlEJdodCCs/GG8k8ELE
a=fingerprint:sha-256 84:EA:AA:13:AA:6D:0A:7C:26:F0:4B:04:FB:4E:9B:07:6C:55:A2:E1:16:7D:1D:73:BB:99:77:88:4D:B4:DC:FA
a=setup:actpass
a=mid:1
a=sendonly
a=rtcp-mux
a=rtpmap:96 H264/90000
a=ssrc:2868593080 cname:JnCmzeY+CRv+ab7V
""".replace("\n", "\r\n")
WITH_VIDEO: Final = OFFER.replace("a=group:BUNDLE 0", "a=group:BUNDLE 0 1") + VIDEO

Post = Callable[..., Awaitable[Any]]
WHO_MAY: Final = {
    Standing.HOST: (201, ""),
    Standing.COHOST: (201, ""),
    Standing.SPEAKER: (201, ""),
    Standing.LISTENER: (403, "forbidden"),
    Standing.OUTSIDER: (403, "not_in_space"),
    Standing.REMOVED: (403, "removed"),
    Standing.SUSPENDED: (403, "suspended"),
}


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


def token_of(user: Any, *scopes: Scope) -> Any:
    user = copy.copy(user)
    user.suspended_until = None  # the token was made before
    return create_personal_token(user=user, name="OBS", scopes=scopes or (Scope.SPACE_WRITE,))


@pytest_asyncio.fixture
async def post(scene: Scene, async_client: AsyncClient) -> AsyncIterator[Post]:
    async def send(user: Any, *, sdp: str = OFFER, kind: str = SDP, key: str | None = None, space: str = "") -> Any:
        bearer = key if key is not None else (await in_thread(token_of, user)).key
        headers = {"Authorization": f"Bearer {bearer}"}
        return await async_client.post(address(space or scene.id), sdp, content_type=kind, headers=headers)

    yield send
    for stream in hub()._broadcasts():  # what is still on ends before the loop does
        await hub().drop(stream)


def address(public_id: str) -> str:
    return f"/i/spaces/{public_id}/whip"


def code(answer: Any) -> str:
    return "" if answer.status_code < 300 else str(answer.json()["code"])


async def in_mixer(scene: Scene) -> set[str]:
    return {person.id for person in await people_in(scene.space.room)}


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("standing", WHO_MAY)
async def test_who_may_broadcast(scene: Scene, post: Post, admin: AdminClient, standing: Standing) -> None:
    status, refusal = WHO_MAY[standing]
    answer = await post(scene.people[standing])
    assert (answer.status_code, code(answer)) == (status, refusal)
    assert await admin.count_handles() - CONTROL_HANDLES == (1 if status == 201 else 0)
    await in_thread(assert_lawful, scene.space)


async def test_the_answer_to_an_offer(scene: Scene, post: Post) -> None:
    answer = await post(scene.speaker)
    place = await in_thread(scene.place, scene.speaker)
    assert answer["Content-Type"] == SDP
    assert answer["Location"] == f"{address(scene.id)}/{place.broadcast}"
    assert (answer["ETag"].startswith('"'), answer["Accept-Patch"]) == (True, FRAGMENT)
    assert answer.content.count(b"m=") == 1 and b"opus/48000" in answer.content
    assert await in_mixer(scene) == {place.mixer_id}
    assert "Link" not in answer


async def test_turn_servers_are_named_in_links(scene: Scene, post: Post, settings: Settings) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example:3478?transport=udp"], "s" * 32
    link = (await post(scene.speaker))["Link"]
    assert link.startswith('<turn:turn.example:3478?transport=udp>; rel="ice-server"; username="')
    assert link.endswith('credential-type="password"')


async def test_video_is_rejected_and_its_sound_is_taken(scene: Scene, post: Post) -> None:
    answer = await post(scene.speaker, sdp=WITH_VIDEO)
    assert answer.status_code == 201
    audio, video = answer.content.decode().split("m=")[1:]
    assert audio.startswith("audio ") and not audio.startswith("audio 0 ")
    assert video.splitlines()[0] == "video 0 UDP/TLS/RTP/SAVPF 96"
    assert "a=mid:1" in video and "a=inactive" in video


@pytest.mark.parametrize(
    ("change", "status", "refusal"),
    [
        ({"kind": "text/plain"}, 415, "bad_type"),
        ({"sdp": "v=0"}, 400, "bad_sdp"),
        ({"sdp": "v=0\r\nö=1\r\n"}, 400, "bad_sdp"),
        ({"sdp": OFFER[: OFFER.index("m=")] + VIDEO}, 400, "bad_sdp"),
        ({"sdp": OFFER.replace("a=sendrecv", "a=recvonly")}, 400, "bad_sdp"),
        ({"key": ""}, 401, "unauthorized"),
        ({"key": "spc_wrong"}, 401, "unauthorized"),
        ({"key": "spk_wrong"}, 401, "unauthorized"),
        ({"space": "1nosuchspace0"}, 404, "not_found"),
    ],
)
async def test_requests_that_are_refused(
    scene: Scene, post: Post, change: dict[str, str], status: int, refusal: str
) -> None:
    before = await in_thread(scene.dump)
    answer = await post(scene.speaker, **change)
    assert (answer.status_code, code(answer)) == (status, refusal)
    assert answer["Content-Type"] == "application/problem+json"
    assert ("WWW-Authenticate" in answer) == (status == 401)
    assert (await in_thread(scene.place, scene.speaker)).broadcast == ""
    if change.get("sdp") != OFFER.replace("a=sendrecv", "a=recvonly"):
        assert await in_thread(scene.dump) == before


async def test_a_token_needs_the_scope(scene: Scene, post: Post) -> None:
    key = (await in_thread(token_of, scene.speaker, Scope.SPACE_READ)).key
    answer = await post(scene.speaker, key=key)
    assert (answer.status_code, code(answer)) == (403, "missing_scope")


async def test_a_space_that_is_not_live(scene: Scene, post: Post) -> None:
    await in_thread(services.end_space, public_id=scene.id, user=scene.host)
    answer = await post(scene.speaker)
    assert (answer.status_code, code(answer)) == (409, "ended")


async def test_who_has_not_agreed_to_be_recorded_is_refused(scene: Scene, post: Post) -> None:
    await in_thread(services.start_recording, public_id=scene.id, user=scene.host)
    answer = await post(scene.speaker)
    assert (answer.status_code, code(answer)) == (403, "recording_not_agreed")
    version = answer.json()["details"]["version"]
    await in_thread(services.agree_to_recording, public_id=scene.id, user=scene.speaker, version=version)
    assert (await post(scene.speaker)).status_code == 201


async def test_a_key_is_good_for_its_space_and_until_it_is_revoked(scene: Scene, post: Post) -> None:
    place: dict[str, Any] = {"public_id": scene.id, "user": scene.speaker}
    first = await in_thread(services.make_broadcast_key, **place)
    second = await in_thread(services.make_broadcast_key, **place)
    assert code(await post(scene.speaker, key=first)) == "unauthorized"
    other = await in_thread(lambda: Scene(cast=scene.people, state=SpaceState.SCHEDULED))
    assert code(await post(scene.speaker, key=second, space=other.id)) == "unauthorized"
    assert (await post(scene.speaker, key=second)).status_code == 201
    await in_thread(services.revoke_broadcast_key, **place)
    assert code(await post(scene.speaker, key=second)) == "unauthorized"
    await until(lambda: is_empty(scene))


async def is_empty(scene: Scene) -> bool:
    return await in_mixer(scene) == set()


async def test_delete_ends_it_whatever_process_is_asked(
    scene: Scene, post: Post, async_client: AsyncClient, admin: AdminClient
) -> None:
    key = (await in_thread(token_of, scene.speaker)).key
    location = (await post(scene.speaker, key=key))["Location"]
    headers = {"Authorization": f"Bearer {key}"}
    answer = await async_client.delete(location, headers=headers)
    assert answer.status_code == 200
    await until(lambda: is_empty(scene))
    await until(lambda: has_handles(admin, 0))
    place = await in_thread(scene.place, scene.speaker)
    assert (place.broadcast, place.mixer_id, place.muted, place.role) == ("", "", True, "speaker")
    again = await async_client.delete(location, headers=headers)
    assert (again.status_code, code(again)) == (404, "not_found")


async def has_handles(admin: AdminClient, number: int) -> bool:
    return await admin.count_handles() - CONTROL_HANDLES == number


async def test_only_its_own_user_may_end_it(scene: Scene, post: Post, async_client: AsyncClient) -> None:
    location = (await post(scene.speaker))["Location"]
    key = (await in_thread(token_of, scene.cohost)).key
    answer = await async_client.delete(location, headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, code(answer)) == (404, "not_found")
    assert len(await in_mixer(scene)) == 1


@pytest.mark.parametrize(
    ("match", "status", "refusal"),
    [
        (None, 428, "no_match"),
        ('"another"', 412, "no_match"),
        ("*", 422, "no_restart"),
        ("own", 204, ""),
    ],
)
async def test_candidates_that_come_later(
    scene: Scene, post: Post, async_client: AsyncClient, match: str | None, status: int, refusal: str
) -> None:
    key = (await in_thread(token_of, scene.speaker)).key
    answer = await post(scene.speaker, key=key)
    headers = {"Authorization": f"Bearer {key}"}
    if match is not None:
        headers["If-Match"] = answer["ETag"] if match == "own" else match
    session = ["a=ice-ufrag:kR7+", "a=ice-pwd:oLYBWmlEJdodCCs/GG8k8ELE", "m=audio 9 RTP/AVP 0", "a=mid:0"]
    body = "".join(f"{line}\r\n" for line in [*session, f"a={HOST_CANDIDATE}"])
    found = await async_client.patch(answer["Location"], body, content_type=FRAGMENT, headers=headers)
    assert (found.status_code, code(found)) == (status, refusal)


async def test_a_candidate_reaches_the_gateway(scene: Scene, post: Post, async_client: AsyncClient) -> None:
    key = (await in_thread(token_of, scene.speaker)).key
    answer = await post(scene.speaker, key=key)
    headers = {"Authorization": f"Bearer {key}", "If-Match": answer["ETag"]}
    bad = await async_client.patch(answer["Location"], "a=candidate:x\r\n", content_type=FRAGMENT, headers=headers)
    assert (bad.status_code, code(bad)) == (400, "bad_sdp")
    await async_client.patch(answer["Location"], f"a={HOST_CANDIDATE}\r\n", content_type=FRAGMENT, headers=headers)
    stream = hub()._broadcasts()[0]

    async def has_come() -> bool:
        return sum(stream.audio._trickled.values()) == 1

    await until(has_come)


async def test_other_methods_and_what_options_say(scene: Scene, async_client: AsyncClient) -> None:
    got = await async_client.get(address(scene.id))
    assert (got.status_code, got["Allow"], code(got)) == (405, "POST, OPTIONS", "method_not_allowed")
    told = await async_client.options(address(scene.id))
    assert (told.status_code, told["Accept-Post"]) == (204, SDP)
    assert (await async_client.put(address(scene.id) + "/x")).status_code == 405


async def test_pages_of_other_sites_that_the_operator_named(
    scene: Scene, async_client: AsyncClient, settings: Settings
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://studio.example"]
    asked = {"Origin": "https://studio.example", "Access-Control-Request-Method": "POST"}
    allowed = await async_client.options(address(scene.id), headers=asked)
    assert allowed["Access-Control-Allow-Origin"] == "https://studio.example"
    assert "if-match" in allowed["Access-Control-Allow-Headers"]


async def test_a_newer_stream_replaces_an_older_one(scene: Scene, post: Post) -> None:
    await post(scene.speaker)
    await post(scene.speaker)
    place = await in_thread(scene.place, scene.speaker)
    await until(lambda: _is_just(scene, place.mixer_id))
    assert place.muted is False


async def _is_just(scene: Scene, mixer_id: str) -> bool:
    return await in_mixer(scene) == {mixer_id}


async def test_the_page_hears_of_it_and_keeps_everything_but_the_microphone(
    scene: Scene, post: Post, sessions: Sessions
) -> None:
    session = await in_thread(sessions, scene.speaker)
    async with tab(path_of(scene.id), session=session) as page:
        await page.ask("join")
        assert await page.code("audio.speak", sdp=OFFER) == "ok"
        await post(scene.speaker)
        event = await page.event("you.changed")
        assert (event["reason"], event["you"]["broadcasting"]) == ("broadcast_started", True)
        assert await page.code("audio.speak", sdp=OFFER) == "broadcasting"
        assert await page.code("mute") == "ok"
        place = await in_thread(scene.place, scene.speaker)
        await until(lambda: _is_muted(scene, place.mixer_id))
        await in_thread(services.end_broadcast, public_id=scene.id, user_id=scene.speaker.pk, broadcast=place.broadcast)
        assert (await page.event("you.changed"))["reason"] == "muted"
        assert (await page.event("you.changed"))["reason"] == "broadcast_ended"
        assert await page.code("audio.speak", sdp=OFFER) == "ok"


async def _is_muted(scene: Scene, mixer_id: str) -> bool:
    return {person.id: person.muted for person in await people_in(scene.space.room)}.get(mixer_id) is True


async def test_a_page_that_comes_or_reloads_does_not_end_it(scene: Scene, post: Post, sessions: Sessions) -> None:
    session = await in_thread(sessions, scene.speaker)
    await post(scene.speaker)
    for _ in range(2):
        async with tab(path_of(scene.id), session=session) as page:
            assert (await page.ask("join"))["data"]["you"]["broadcasting"] is True
    await hub()._call_the_roll()
    assert len(await in_mixer(scene)) == 1


@pytest.mark.parametrize("verb", ["take_mic", "remove_participant"])
async def test_who_loses_the_microphone_loses_the_stream(
    scene: Scene, post: Post, admin: AdminClient, verb: str
) -> None:
    await post(scene.speaker)
    act = getattr(services, verb)
    await in_thread(act, public_id=scene.id, user=scene.host, target_id=scene.speaker.pk)
    await until(lambda: is_empty(scene))
    await until(lambda: has_handles(admin, 0))
    await in_thread(assert_lawful, scene.space)


async def test_a_revoked_token_ends_its_stream(scene: Scene, post: Post, admin: AdminClient) -> None:
    issued = await in_thread(token_of, scene.speaker)
    await post(scene.speaker, key=issued.key)
    await hub().hear_all_processes()
    await in_thread(revoke_personal_token, user=scene.speaker, token_id=issued.id)
    await until(lambda: has_handles(admin, 0))


async def test_a_stream_that_never_connects_ends(
    scene: Scene, post: Post, admin: AdminClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spaces.live.members.CONNECTED_WITHIN_SECONDS", 0.5)
    await post(scene.speaker)
    await until(lambda: has_handles(admin, 0))


async def test_the_lease_of_a_lost_stream_ends_it(scene: Scene, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    await post(scene.speaker)
    await in_thread(services.join_space, public_id=scene.id, user=scene.speaker, connection="page")
    monkeypatch.setattr(presence, "is_trustworthy", lambda: True)
    assert (await in_thread(expire)).broadcasts_lost == 0
    monkeypatch.setattr(presence, "is_broadcasting", lambda broadcast: False)
    assert (await in_thread(expire)).broadcasts_lost == 1
    place = await in_thread(scene.place, scene.speaker)
    assert (place.broadcast, place.muted) == ("", True)


async def test_a_process_that_ends_lets_its_streams_go(
    scene: Scene, post: Post, admin: AdminClient, caplog: pytest.LogCaptureFixture
) -> None:
    await post(scene.speaker)
    await hub().leave(within=0)
    assert await has_handles(admin, 0)
    refused = await post(scene.speaker)
    assert (refused.status_code, code(refused), refused["Retry-After"]) == (503, "try_again", "1")
    caplog.clear()  # Django logs every answer of 5xx


async def test_starts_are_limited(scene: Scene, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaces.services.broadcasts.STARTS", 1)
    key = (await in_thread(token_of, scene.speaker)).key
    await post(scene.speaker, key=key)
    answer = await post(scene.speaker, key=key)
    assert (answer.status_code, code(answer)) == (429, "too_many")
    assert int(answer["Retry-After"]) > 0


async def test_wrong_keys_are_limited(scene: Scene, post: Post, settings: Settings) -> None:
    settings.API_CALLS_PER_WINDOW = 2
    codes = [code(await post(scene.speaker, key="spk_wrong")) for _ in range(3)]
    assert codes == ["unauthorized", "unauthorized", "too_many"]
