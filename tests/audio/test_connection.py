"""The audio of one page: real handles on a real gateway."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from spaces.audio import ConnectionAudio
from spaces.audio.gateways import pool, room_credentials
from spaces.audio.rooms import open_room
from spaces.events import AudioLost, AudioReady, Event
from spaces.gateway.admin import AdminClient
from spaces.gateway.sdp import MAX_CANDIDATES
from spaces.selectors import Microphone, Mix
from spaces_project.common.errors import BadInput, Conflict, TryAgain
from tests.audio.fixtures import CONTROL_HANDLES
from tests.gateway.descriptions import ANSWER, OFFER
from tests.support.janus import Gateway

pytestmark = [pytest.mark.redis, pytest.mark.gateway, pytest.mark.asyncio]

MIX = Mix(
    space_id=1,
    public_id="1test",
    gateway="main",
    room="room1",
    live=True,
    microphones=(Microphone(7, "m1", muted=False),),
)


class Page(ConnectionAudio):
    """With what it was told."""

    told: list[Event]


def page_of(user_id: int) -> Page:
    told: list[Event] = []
    page = Page("1test", user_id, f"c{user_id}", told.append)
    page.told = told
    return page


@pytest_asyncio.fixture
async def page(gateway: Gateway, admin: AdminClient) -> AsyncIterator[Page]:
    page = page_of(7)
    await pool().run_async("main", lambda connected: open_room(connected, "room1", lanes=False))
    yield page
    await page.close_all()
    await settled(admin, 0)


@pytest_asyncio.fixture
async def other(page: Page) -> AsyncIterator[Page]:
    """Yield the page of another user in the same room."""
    other = page_of(8)
    yield other
    await other.close_all()


async def settled(admin: AdminClient, handles: int) -> None:
    """Waits until the gateway holds so many handles beside the control handles."""
    async with asyncio.timeout(5):
        while await admin.count_handles() - CONTROL_HANDLES != handles:
            await asyncio.sleep(0.02)


async def until_told(page: Page, event: Event) -> None:
    async with asyncio.timeout(5):
        while event not in page.told:
            await asyncio.sleep(0.01)


def newest(page: Page, target: str) -> str:
    handle = page._lines[target].newest  # type: ignore[index]  # the names of both targets are used below
    assert handle is not None
    return handle.opaque_id


async def test_listening_begins_with_an_offer_of_one_opus_stream(page: Page) -> None:
    offer = await page.listen(MIX)
    assert (offer.count("m=audio"), "opus/48000/2" in offer, "a=sendonly" in offer) == (1, True, True)
    await page.answer(ANSWER)


async def test_speaking_is_answered_in_mono_with_fec(page: Page) -> None:
    answer = await page.speak(MIX, mixer_id="m1", muted=True, sdp=OFFER)
    assert ("useinbandfec=1" in answer, "stereo=0" in answer, page.speaks) == (True, True, True)


@pytest.mark.fault("A1")
@pytest.mark.parametrize("target", ["listen", "speak"])
async def test_a_space_without_a_room_gets_one_by_whoever_comes_first(
    page: Page, admin: AdminClient, target: str
) -> None:
    elsewhere = replace(MIX, room="room2")
    if target == "listen":
        assert await page.listen(elsewhere)
    else:
        assert await page.speak(elsewhere, mixer_id="m1", muted=True, sdp=OFFER)
    await settled(admin, 1)


async def test_the_old_line_stands_until_the_new_one_is_up(page: Page, admin: AdminClient) -> None:
    await page.listen(MIX)
    page.went_up(newest(page, "listen"))
    await until_told(page, AudioReady(target="listen"))
    await page.listen(MIX)
    await settled(admin, 2)
    page.went_up(newest(page, "listen"))
    await settled(admin, 1)


async def test_a_line_that_never_came_up_is_given_up_for_the_next(page: Page, admin: AdminClient) -> None:
    for _ in range(3):
        await page.listen(MIX)
    await settled(admin, 1)


async def test_one_page_has_one_line_of_each_kind(page: Page, admin: AdminClient) -> None:
    await page.listen(MIX)
    await page.speak(MIX, mixer_id="m1", muted=True, sdp=OFFER)
    await settled(admin, 2)
    await page.close("listen")
    await settled(admin, 1)
    await page.close("listen")


@pytest.mark.fault("E8")
async def test_reconnecting_before_the_old_handle_dies_meets_no_older_self(page: Page, admin: AdminClient) -> None:
    for number in range(20):
        await page.speak(MIX, mixer_id=f"m{number}", muted=True, sdp=OFFER)
    await settled(admin, 1)


async def test_whoever_is_kicked_is_told_to_make_it_anew_and_nobody_else(
    page: Page, other: Page, admin: AdminClient
) -> None:
    for who, name in ((page, "m1"), (other, "m2")):
        await who.speak(MIX, mixer_id=name, muted=False, sdp=OFFER)
    secret = room_credentials("room1").secret
    await pool().run_async(
        "main", lambda connected: connected.bridge.kick(room="room1", secret=secret, participant="m1")
    )
    await until_told(page, AudioLost(targets=["speak"]))
    await settled(admin, 1)
    assert (other.told, other.holds("speak")) == ([], 1)


async def test_what_an_old_line_says_is_not_told(page: Page) -> None:
    await page.listen(MIX)
    old = newest(page, "listen")
    await page.listen(MIX)
    page.went_down(old)
    page.went_up(old)
    await asyncio.sleep(0.05)
    assert page.told == []


async def test_a_page_that_is_put_out_while_it_asks_keeps_nothing(page: Page, admin: AdminClient) -> None:
    asking = asyncio.create_task(page.listen(MIX))
    await asyncio.sleep(0)
    await page.close_all()
    with pytest.raises(Conflict) as refusal:
        await asking
    assert refusal.value.code == "replaced"
    await settled(admin, 0)


@pytest.mark.fault("C8")
async def test_out_of_order_is_a_plain_refusal(page: Page) -> None:
    with pytest.raises(Conflict, match=r"audio\.listen"):
        await page.answer(ANSWER)
    with pytest.raises(Conflict, match="no such audio connection"):
        await page.candidate("speak", None)
    await page.retune(3)


async def test_a_line_that_is_on_its_way_out_needs_no_volume(page: Page) -> None:
    await page.speak(MIX, mixer_id="m1", muted=False, sdp=OFFER)
    handle = page._lines["speak"].newest
    assert handle is not None
    await pool().run_async("main", lambda connected: handle.detach())
    await page.retune(4)


@pytest.mark.fault("C8")
async def test_answering_twice_is_no_error(page: Page) -> None:
    await page.listen(MIX)
    await page.answer(ANSWER)
    await page.answer(ANSWER)
    await page.candidate("listen", None)
    await page.candidate("listen", None)


@pytest.mark.fault("C6")
@pytest.mark.parametrize("sdp", ["v=0", "x" * 16_000, OFFER.replace("m=audio", "m=video"), OFFER + OFFER])
async def test_a_bad_description_does_not_reach_the_gateway(page: Page, admin: AdminClient, sdp: str) -> None:
    with pytest.raises(BadInput) as refusal:
        await page.speak(MIX, mixer_id="m1", muted=True, sdp=sdp)
    assert refusal.value.code == "bad_sdp"
    await settled(admin, 0)


@pytest.mark.fault("A2")
async def test_while_the_gateway_hangs_one_is_asked_to_try_again(page: Page, gateway: Gateway) -> None:
    gateway.stop()
    try:
        with pytest.raises(TryAgain) as refusal:
            await page.listen(MIX)
    finally:
        gateway.cont()
    assert refusal.value.details["retry_after"] == 1


@pytest.mark.security("C22")
async def test_so_many_candidates_may_be_named_one_by_one(page: Page) -> None:
    sent: dict[str, object] = {"candidate": "candidate:1 1 udp 1 127.0.0.1 4444 typ host", "sdpMid": "0"}
    await page.speak(MIX, mixer_id="m1", muted=False, sdp=OFFER)
    for _ in range(MAX_CANDIDATES):
        await page.candidate("speak", sent)
    with pytest.raises(BadInput) as refused:
        await page.candidate("speak", sent)
    assert refused.value.details["reason"] == "too_many_candidates"
