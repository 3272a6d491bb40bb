"""Graceful shutdown: a web process that gets SIGTERM first moves its participants to other processes.

The lifespan protocol cannot do this: daphne does not support it, and uvicorn has closed every socket by then. A second
TERM ends the process at once, and so does INT.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Final

from django.conf import settings

from spaces.audio import leave_gateways
from spaces.live.hub import hub

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
Handler = Callable[[int, FrameType | None], Any]

READY: Final = "/readyz"

_leaving: set["asyncio.Task[None]"] = set()


class Departing:
    """An ASGI application that handles the signal from its first request on.

    Before that, servers set their own handlers.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._minds = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not self._minds:
            self._minds = True
            _mind_the_signal(asyncio.get_running_loop())
        if scope["type"] == "http" and scope["path"] == READY:
            await _say_whether_ready(send)
        else:
            await self._application(scope, receive, send)


async def _say_whether_ready(send: Any) -> None:
    """Tell a proxy whether it may send clients here.

    A page could not: it would check the host name and redirect to https.
    """
    status, word = (503, b"leaving\n") if _leaving else (200, b"ready\n")
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(word)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": word})


def _mind_the_signal(loop: asyncio.AbstractEventLoop) -> None:
    of_server = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(of_server):
        return

    def told(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, of_server)
        loop.call_soon_threadsafe(_begin, of_server)

    signal.signal(signal.SIGTERM, told)


def _begin(of_server: Handler) -> None:
    _leaving.add(asyncio.ensure_future(_leave(of_server)))


async def _leave(of_server: Handler) -> None:
    """Move the participants away, then let the server end.

    A participant who has not reached another process by then is still heard until the gateway notices that this process
    is gone.
    """
    try:
        await hub().leave(within=settings.WEB_DRAIN_SECONDS)
        await asyncio.to_thread(leave_gateways)
    except Exception:
        logger.exception("people could not be moved")
    finally:
        of_server(signal.SIGTERM, None)
