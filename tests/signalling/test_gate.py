"""Admission: how many come in at once, how many wait, and when the others are told to come again."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from spaces.doors.signalling.limits import Gate
from spaces_project.common.errors import TooMany

pytestmark = pytest.mark.asyncio


async def come(gate: Gate, *, stay: asyncio.Event) -> None:
    async with gate.passage():
        await stay.wait()


async def crowd(gate: Gate, stay: asyncio.Event, number: int) -> list["asyncio.Task[None]"]:
    tasks = [asyncio.create_task(come(gate, stay=stay)) for _ in range(number)]
    await asyncio.sleep(0)
    return tasks


async def test_who_waits_comes_in_when_there_is_room() -> None:
    gate, stay = Gate(at_once=2, line=3), asyncio.Event()
    tasks = await crowd(gate, stay, 5)
    stay.set()
    async with asyncio.timeout(30):
        await asyncio.gather(*tasks)


async def test_beyond_the_line_each_is_told_a_later_time() -> None:
    gate, stay = Gate(at_once=1, line=1), asyncio.Event()
    tasks = await crowd(gate, stay, 2)
    times = [await told(gate) for _ in range(100)]
    assert times == sorted(times)
    assert 1 <= times[0] < times[-1]
    stay.set()
    await asyncio.gather(*tasks)


async def test_who_gives_up_in_the_line_leaves_their_place() -> None:
    gate, stay = Gate(at_once=1, line=1), asyncio.Event()
    first, second = await crowd(gate, stay, 2)
    second.cancel()
    await asyncio.wait([second])
    third, *_ = await crowd(gate, stay, 1)
    stay.set()
    async with asyncio.timeout(30):
        await asyncio.gather(first, third)


async def told(gate: Gate) -> float:
    """Return the `retry_after` of a visitor who is turned away."""
    with pytest.raises(TooMany) as refusal:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(gate.passage())
    after: float = refusal.value.details["retry_after"]
    return after
