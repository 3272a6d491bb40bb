"""Wait on a condition, in tests of asynchronous code."""

import asyncio
from collections.abc import Callable
from typing import Any

from spaces_project.common.threads import in_thread

LOOKS_EVERY = 0.02


async def until(is_so: Callable[[], Any], *, within: float = 20) -> None:
    """Wait until the condition holds. It may use the database. Raise `TimeoutError` after `within` seconds."""
    async with asyncio.timeout(within):
        while not await in_thread(is_so):
            await asyncio.sleep(LOOKS_EVERY)
