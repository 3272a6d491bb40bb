"""One session on a real gateway, through everything that can happen to it."""

import asyncio
import time
from pathlib import Path

import pytest

from spaces.gateway.admin import AdminClient
from spaces.gateway.audiobridge import PLUGIN, AudioBridge
from spaces.gateway.client import GatewayClient
from spaces.gateway.errors import (
    GatewayError,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnavailable,
    HandleLost,
    SessionLost,
)
from spaces.gateway.notices import Connected, Disconnected, Reconnected
from spaces.gateway.protocol import Reply
from tests.support.janus import Gateway, free_port, running_gateway
from tests.support.tcp_proxy import tcp_proxy

from .conftest import HELD_UP, TWO_DEADLINES, Connect, Notices

pytestmark = [pytest.mark.gateway, pytest.mark.asyncio]

LIST = {"request": "list"}


async def test_a_client_reports_its_first_session(client: GatewayClient, notices: Notices) -> None:
    assert [notice.subject for notice in notices] == [Connected(client.session_id or 0)]


async def test_requests_may_overlap(client: GatewayClient) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    replies = await asyncio.gather(*(handle.request(LIST) for _ in range(200)))
    assert {reply.data["audiobridge"] for reply in replies} == {"success"}


async def test_a_wrong_secret_never_becomes_ready(gateway: Gateway) -> None:
    client = GatewayClient(gateway.endpoint(api_secret="wrong"))
    await client.start()
    with pytest.raises(GatewayUnavailable, match="403"):
        await client.wait_ready(timeout=0.5)
    await client.close()


async def test_without_a_gateway_requests_fail_at_once(gateway: Gateway) -> None:
    client = GatewayClient(gateway.endpoint(url=f"ws://127.0.0.1:{free_port()}"))
    await client.start()
    with pytest.raises(GatewayUnavailable):
        await client.attach(PLUGIN, opaque_id="a")
    await client.close()


async def test_an_unknown_plugin_is_refused(client: GatewayClient) -> None:
    with pytest.raises(GatewayRefused, match="460"):
        await client.attach("janus.plugin.echotest", opaque_id="a")


async def test_detaching_twice_is_fine(client: GatewayClient) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    await handle.detach()
    await handle.detach()
    with pytest.raises(HandleLost):
        await handle.request(LIST)


async def test_a_handle_the_gateway_forgot_is_lost(client: GatewayClient) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    await client.request("detach", handle_id=handle.id)
    with pytest.raises(HandleLost):
        await handle.request(LIST)
    assert handle.lost


async def test_closing_leaves_nothing_behind(client: GatewayClient, admin: AdminClient) -> None:
    await client.attach(PLUGIN, opaque_id="a")
    assert await admin.count_handles() == 1
    await client.close()
    assert await admin.list_sessions() == ()


async def test_a_client_can_be_closed_in_the_moment_its_socket_is_lost(gateway: Gateway, connect: Connect) -> None:
    async with tcp_proxy(gateway.settings.api_port) as proxy:
        client = await connect(gateway.endpoint(url=f"ws://127.0.0.1:{proxy.port}"))
        asking = asyncio.create_task(client.request("keepalive"))
        gateway.stop()
        proxy.cut()
        await asyncio.wait([asking])
        async with asyncio.timeout(2):
            await client.close()


async def test_a_cancelled_attach_leaves_no_handle(gateway: Gateway, connect: Connect, admin: AdminClient) -> None:
    client = await connect(gateway.endpoint(keepalive_every=0.1))
    attaching = asyncio.create_task(client.attach(PLUGIN, opaque_id="a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    attaching.cancel()
    await asyncio.wait([attaching])
    await asyncio.sleep(0.3)
    assert (client.counters.late, await admin.count_handles()) == (1, 0)


@pytest.mark.fault("A2")
async def test_a_hung_gateway_times_requests_out_while_the_loop_goes_on(
    gateway: Gateway, client: GatewayClient
) -> None:
    handle = await client.attach(PLUGIN, opaque_id="a")
    gateway.stop()
    began = time.monotonic()
    waiting = [asyncio.create_task(handle.request(LIST)) for _ in range(50)]
    longest = await _longest_stall(while_waiting_for=waiting)
    assert 2.9 < time.monotonic() - began < TWO_DEADLINES
    assert {type(task.exception()) for task in waiting} == {GatewayTimeout}
    assert longest < HELD_UP


@pytest.mark.fault("A2")
async def test_callers_of_a_hung_gateway_do_not_wait_for_each_other(gateway: Gateway, client: GatewayClient) -> None:
    gateway.stop()
    began = time.monotonic()
    waiting = [asyncio.create_task(client.control(PLUGIN)) for _ in range(10)]
    await asyncio.wait(waiting)
    assert time.monotonic() - began < TWO_DEADLINES
    assert {type(task.exception()) for task in waiting} == {GatewayTimeout}


@pytest.mark.fault("A2")
async def test_a_hung_gateway_is_noticed_without_any_request(
    gateway: Gateway, connect: Connect, notices: Notices
) -> None:
    client = await connect(gateway.endpoint(keepalive_every=0.2, request_timeout=0.5))
    gateway.stop()
    await notices.wait_for(Disconnected, timeout=2)
    assert not client.ready


@pytest.mark.fault("A2")
async def test_a_gateway_that_wakes_up_still_has_the_session(
    gateway: Gateway, connect: Connect, notices: Notices
) -> None:
    client = await connect(gateway.endpoint(keepalive_every=0.2, request_timeout=0.5))
    handle = await client.attach(PLUGIN, opaque_id="a")
    gateway.stop()
    await notices.wait_for(Disconnected)
    gateway.cont()
    assert (await notices.wait_for(Reconnected)).subject == Reconnected(session_kept=True)
    await handle.request(LIST)


@pytest.mark.fault("A3")
async def test_a_cut_socket_fails_every_waiter_at_once(gateway: Gateway, connect: Connect) -> None:
    async with tcp_proxy(gateway.settings.api_port) as proxy:
        client = await connect(gateway.endpoint(url=f"ws://127.0.0.1:{proxy.port}"))
        handle = await client.attach(PLUGIN, opaque_id="a")
        gateway.stop()
        waiting = [asyncio.create_task(handle.request(LIST)) for _ in range(20)]
        await asyncio.sleep(0.1)
        proxy.refusing = True
        proxy.cut()
        done, _ = await asyncio.wait(waiting, timeout=0.3)
        assert [type(task.exception()) for task in done] == [GatewayUnavailable] * 20
        gateway.cont()
        await client.close()


@pytest.mark.fault("A3")
async def test_a_session_claimed_in_time_keeps_its_handles(
    gateway: Gateway, connect: Connect, notices: Notices
) -> None:
    async with tcp_proxy(gateway.settings.api_port) as proxy:
        client = await connect(gateway.endpoint(url=f"ws://127.0.0.1:{proxy.port}"))
        handle = await client.attach(PLUGIN, opaque_id="a")
        proxy.cut()
        assert (await notices.wait_for(Reconnected)).subject == Reconnected(session_kept=True)
        await handle.request(LIST)
        await client.close()


@pytest.mark.fault("A3")
async def test_a_session_claimed_too_late_is_lost_with_its_handles(
    tmp_path: Path, connect: Connect, notices: Notices
) -> None:
    with running_gateway(tmp_path, reclaim_session_timeout=1) as gateway:
        async with tcp_proxy(gateway.settings.api_port) as proxy:
            client = await connect(gateway.endpoint(url=f"ws://127.0.0.1:{proxy.port}"))
            handle = await client.attach(PLUGIN, opaque_id="a")
            proxy.refusing = True
            proxy.cut()
            await _until_no_session(gateway)
            proxy.refusing = False
            assert (await notices.wait_for(Reconnected)).subject == Reconnected(session_kept=False)
            with pytest.raises(SessionLost):
                await handle.request(LIST)
            await client.close()


@pytest.mark.fault("A3")
async def test_a_detach_during_an_outage_is_made_up_for(
    gateway: Gateway, connect: Connect, notices: Notices, admin: AdminClient
) -> None:
    async with tcp_proxy(gateway.settings.api_port) as proxy:
        client = await connect(gateway.endpoint(url=f"ws://127.0.0.1:{proxy.port}", keepalive_every=0.1))
        handle = await client.attach(PLUGIN, opaque_id="a")
        proxy.refusing = True
        proxy.cut()
        await notices.wait_for(Disconnected)
        await handle.detach()
        proxy.refusing = False
        await notices.wait_for(Reconnected)
        await asyncio.sleep(0.3)
        assert await admin.count_handles() == 0
        await client.close()


@pytest.mark.fault("A1")
async def test_a_restarted_gateway_gets_a_new_session(
    gateway: Gateway, client: GatewayClient, notices: Notices
) -> None:
    bridge = AudioBridge(client)
    handle = await client.attach(PLUGIN, opaque_id="a")
    await bridge.create_room(room="r", secret="s", pin="p")
    gateway.restart()
    assert (await notices.wait_for(Reconnected, timeout=5)).subject == Reconnected(session_kept=False)
    assert await bridge.list_rooms() == ()
    with pytest.raises(SessionLost):
        await handle.request(LIST)


async def test_a_session_destroyed_behind_our_back_is_replaced(client: GatewayClient, notices: Notices) -> None:
    first = client.session_id
    await client.request("destroy")
    with pytest.raises(GatewayError):
        await client.attach(PLUGIN, opaque_id="a")
    await notices.wait_for(Reconnected, timeout=5)
    assert client.session_id != first


async def _longest_stall(*, while_waiting_for: list[asyncio.Task[Reply]]) -> float:
    """The longest time in seconds the loop did not come round until all were done."""
    longest, before = 0.0, time.monotonic()
    while not all(task.done() for task in while_waiting_for):
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    return longest


async def _until_no_session(gateway: Gateway) -> None:
    settings = gateway.settings
    async with asyncio.timeout(20), AdminClient(settings.admin_url, admin_secret=settings.admin_secret) as admin:
        while await admin.list_sessions():
            await asyncio.sleep(0.1)
