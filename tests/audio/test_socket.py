"""Audio commands through the real socket, on a real gateway."""

import asyncio
from typing import Any

import pytest

from spaces import events
from spaces.audio.gateways import pool
from spaces.gateway.admin import AdminClient
from spaces.gateway.audiobridge import MixerParticipant
from spaces.live.hub import hub
from spaces.rules import Standing
from spaces_project.common.threads import in_thread
from tests.audio.fixtures import CONTROL_HANDLES
from tests.gateway.descriptions import ANSWER, HOST_CANDIDATE, OFFER
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import Tab, path_of, tab
from tests.spaces.scene import Scene

pytestmark = [
    pytest.mark.redis,
    pytest.mark.gateway,
    pytest.mark.asyncio,
    pytest.mark.usefixtures("gateway", "sockets", "nothing_logged"),
]

ALLOWED = """
               host  cohost  speaker  listener   outsider      removed       anonymous
audio.listen   ok    ok      ok       ok         not_in_space  not_in_space  ok
audio.speak    ok    ok      ok       forbidden  not_in_space  not_in_space  login_required
"""
"""The two rows that tests/signalling/test_rules_table.py leaves to a gateway. Insiders join first; others cannot."""

BAD_DESCRIPTIONS: dict[str, str] = {
    "one line": "v=0",
    "no lines": "\r\n",
    "bare line ends": OFFER.replace("\r\n", "\r"),
    "a line end inside": OFFER.replace("a=mid:0", "a=mid:0\ra=x"),
    "video": OFFER.replace("m=audio", "m=video"),
    "two audio sections": OFFER + OFFER[OFFER.index("m=audio") :],
    "a data channel": OFFER + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
    "no fingerprint": OFFER.replace("a=fingerprint", "a=finger"),
    "a short fingerprint": OFFER.replace("84:EA:AA:13", "84"),
    "no password": OFFER.replace("a=ice-pwd", "a=pwd"),
    "no codec": OFFER.replace("opus/48000/2", "speex/8000"),
    "no SSRC": OFFER.replace("a=ssrc", "a=x"),
    "receiving only": OFFER.replace("a=sendrecv", "a=recvonly"),
    "too many candidates": OFFER + f"a={HOST_CANDIDATE}\r\n" * 51,
    "other letters": OFFER.replace("s=-", "s=\u202e"),
}
BAD_CANDIDATES: dict[str, Any] = {
    "nothing known": {"handle_id": 1},
    "another handle": {"candidate": HOST_CANDIDATE, "sdpMid": "0", "handle_id": 1},
    "another section": {"candidate": HOST_CANDIDATE, "sdpMLineIndex": 1},
    "garbage": {"candidate": "garbage", "sdpMid": "0"},
    "a thousand lines": {"candidate": (HOST_CANDIDATE + "\r\n") * 20, "sdpMid": "0"},
    "too long": {"candidate": HOST_CANDIDATE + " x" * 600, "sdpMid": "0"},
    "a number": {"candidate": 1},
    "nested": {"candidate": {"candidate": HOST_CANDIDATE}},
    "an odd mid": {"candidate": HOST_CANDIDATE, "sdpMid": "a b"},
}


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


@pytest.fixture
def enter(scene: Scene, sessions: Sessions) -> Any:
    return lambda user: tab(path_of(scene.id), session=sessions(user) if user else None)


async def handles(admin: AdminClient) -> int:
    return await admin.count_handles() - CONTROL_HANDLES


async def people_in(room: str) -> tuple[MixerParticipant, ...]:
    return await pool().run_async("main", lambda gateway: gateway.bridge.list_participants(room=room))


def rows() -> list[tuple[str, Standing, str]]:
    head, *lines = [line.split() for line in ALLOWED.strip().splitlines()]
    return [(command, Standing(s), code) for command, *codes in lines for s, code in zip(head, codes, strict=True)]


async def use(page: Tab, command: str) -> str:
    return await page.code(command, **({"sdp": OFFER} if command == "audio.speak" else {}))


@pytest.mark.fault("D6")
@pytest.mark.parametrize(("command", "standing", "code"), rows())
async def test_who_may_listen_and_who_may_speak(
    scene: Scene, enter: Any, admin: AdminClient, command: str, standing: Standing, code: str
) -> None:
    async with await in_thread(enter, scene.people.get(standing)) as page:
        if standing != Standing.OUTSIDER:
            await page.ask("join")
        before = await in_thread(scene.dump)
        assert await use(page, command) == code
        assert await handles(admin) == (1 if code == "ok" else 0)
        assert (await in_thread(scene.dump) == before) == (command == "audio.listen" or code != "ok")


@pytest.mark.fault("E8")
async def test_every_new_audio_connection_has_a_new_name_in_the_mixer(
    scene: Scene, enter: Any, admin: AdminClient
) -> None:
    names = set()
    async with await in_thread(enter, scene.speaker) as page:
        await page.ask("join")
        for _ in range(10):
            assert await page.code("audio.speak", sdp=OFFER) == "ok"
            names.add((await in_thread(scene.place, scene.speaker)).mixer_id)
        assert (len(names), await handles(admin)) == (10, 1)
        assert {person.id for person in await people_in(scene.space.room)} <= names


@pytest.mark.fault("E8")
async def test_reloading_again_and_again_leaves_one_microphone(scene: Scene, enter: Any, admin: AdminClient) -> None:
    for _ in range(5):
        async with await in_thread(enter, scene.speaker) as page:
            await page.ask("join")
            assert await page.code("audio.speak", sdp=OFFER) == "ok"
    async with asyncio.timeout(5):
        while await handles(admin) != 1 or len(await people_in(scene.space.room)) != 1:
            await asyncio.sleep(0.02)


@pytest.mark.fault("D8")
async def test_whoever_is_removed_loses_the_handle(scene: Scene, enter: Any, admin: AdminClient) -> None:
    async with await in_thread(enter, scene.speaker) as page, await in_thread(enter, scene.host) as host:
        await page.ask("join")
        await page.code("audio.speak", sdp=OFFER)
        await host.ask("remove", user_id=str(scene.speaker.pk))
        assert await page.closed() == 4403
        async with asyncio.timeout(2):
            while await handles(admin):
                await asyncio.sleep(0.02)


@pytest.mark.fault("B5")
async def test_a_lost_socket_keeps_its_audio_and_takes_it_up_again(
    scene: Scene, enter: Any, admin: AdminClient
) -> None:
    async with await in_thread(enter, scene.listener) as page:
        connection = (await page.ask("join"))["data"]["connection"]
        await page.ask("audio.listen")
    assert await handles(admin) == 1
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join", resume=connection)
        assert await page.code("audio.answer", sdp=ANSWER) == "ok"
    assert await handles(admin) == 1


@pytest.mark.fault("E6")
async def test_a_second_tab_ends_the_audio_of_the_first(scene: Scene, enter: Any, admin: AdminClient) -> None:
    async with await in_thread(enter, scene.listener) as first, await in_thread(enter, scene.listener) as second:
        await first.ask("join")
        await first.ask("audio.listen")
        await second.ask("join")
        assert await first.closed() == 4409
        async with asyncio.timeout(2):
            while await handles(admin):
                await asyncio.sleep(0.02)


@pytest.mark.fault("A8")
async def test_a_process_that_leaves_keeps_the_sound_until_another_has_it(
    scene: Scene, enter: Any, admin: AdminClient
) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        await page.ask("audio.listen")
        leaving = asyncio.create_task(hub().leave(within=30))
        assert await page.closed() == 4503
    elsewhere = events.close_people([scene.listener.pk], events.CLOSE_REPLACED, spare="another")
    await in_thread(events.publish, events.space_channel(scene.id), elsewhere)
    await asyncio.sleep(0.5)
    assert (await handles(admin), leaving.done()) == (1, False)
    removed = events.close_people([scene.listener.pk], events.CLOSE_REMOVED)
    await in_thread(events.publish, events.space_channel(scene.id), removed)
    async with asyncio.timeout(10):
        await leaving
    assert await handles(admin) == 0


@pytest.mark.fault("C6")
@pytest.mark.parametrize("sdp", BAD_DESCRIPTIONS.values(), ids=BAD_DESCRIPTIONS.keys())
async def test_a_bad_offer_stops_before_the_gateway(scene: Scene, enter: Any, admin: AdminClient, sdp: str) -> None:
    async with await in_thread(enter, scene.speaker) as page:
        await page.ask("join")
        reply = await page.ask("audio.speak", sdp=sdp)
        assert (reply["error"]["code"], "v=0" in reply["error"]["message"]) == ("bad_sdp", False)
        assert await handles(admin) == 0
        assert await page.code("audio.speak", sdp=OFFER) == "ok"


@pytest.mark.fault("C6")
async def test_a_huge_offer_is_not_even_read(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.speaker) as page:
        await page.ask("join")
        await page.say('{"type":"audio.speak","id":50,"sdp":"' + "x" * 300_000 + '"}')
        assert (await page.reply())["error"]["code"] == "too_large"


@pytest.mark.fault("D6")
async def test_a_listener_cannot_answer_with_a_voice(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.listener) as page:
        await page.ask("join")
        await page.ask("audio.listen")
        for direction in ("sendrecv", "sendonly"):
            assert await page.code("audio.answer", sdp=ANSWER.replace("recvonly", direction)) == "bad_sdp"


@pytest.mark.fault("C7")
@pytest.mark.parametrize("candidate", BAD_CANDIDATES.values(), ids=BAD_CANDIDATES.keys())
async def test_a_bad_candidate_stops_before_the_gateway(scene: Scene, enter: Any, candidate: Any) -> None:
    async with await in_thread(enter, scene.speaker) as page:
        await page.ask("join")
        await page.ask("audio.speak", sdp=OFFER)
        assert await page.code("audio.candidate", target="speak", candidate=candidate) == "bad_sdp"
        good = {"candidate": HOST_CANDIDATE, "sdpMid": "0", "sdpMLineIndex": 0}
        assert await page.code("audio.candidate", target="speak", candidate=good) == "ok"


@pytest.mark.fault("C7")
async def test_a_candidate_for_audio_one_does_not_have(scene: Scene, enter: Any) -> None:
    async with await in_thread(enter, scene.speaker) as page:
        await page.ask("join")
        good = {"candidate": HOST_CANDIDATE, "sdpMid": "0"}
        assert await page.code("audio.candidate", target="speak", candidate=good) == "no_connection"
