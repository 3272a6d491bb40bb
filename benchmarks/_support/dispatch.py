"""What reading one message costs in each form of a Channels consumer that does nothing with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

MESSAGES: Final = 20_000
Message = dict[str, Any]


class Whole(AsyncWebsocketConsumer):
    """Channels' base class as it is."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Do nothing."""


class OwnDispatch(Whole):
    """Without a look for old database connections at each message."""

    async def dispatch(self, message: Message) -> None:
        await getattr(self, get_handler_name(message))(message)


class Direct(OwnDispatch):
    """Also without a task for each message, as `spaces.doors.signalling.base` reads its sockets."""

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return


FORMS: Final = {
    "Channels' base class": Whole,
    "… with our `dispatch`": OwnDispatch,
    "… and our `__call__`": Direct,
}


async def microseconds(form: type[Whole]) -> float:
    """Return the CPU time for each message, at best of three runs."""
    return min([await _once(form) for _ in range(3)]) / MESSAGES * 1e6


async def _once(form: type[Whole]) -> float:
    messages: Iterator[Message] = iter(
        [
            {"type": "websocket.connect"},
            *[{"type": "websocket.receive", "text": "x"}] * MESSAGES,
            {"type": "websocket.disconnect", "code": 1000},
        ]
    )

    async def receive() -> Message:
        await asyncio.sleep(0)
        return next(messages)

    async def send(message: Message) -> None: ...

    started = time.process_time()
    form.channel_layer_alias = "none"
    await form()({}, receive, send)
    return time.process_time() - started
