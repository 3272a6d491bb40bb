"""Run a process that works until it is told to end."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any


def run_until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine until it returns, or until TERM or INT cancel it. It then has the time to clean up."""
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_watched(work))


async def _watched(work: Coroutine[Any, Any, None]) -> None:
    running = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    await running
