"""The rival: fan-out as in the Channels tutorial, one group member per socket, on the same two servers.

Three things favour it: the frame is ready-made, users are not authenticated, and no database is read.
"""

import os
from typing import Any, Final

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

GROUP: Final = "room"
LAYER: Final = "channels_redis.core.RedisChannelLayer"

if not settings.configured:  # only in the rival's own server; the benchmark itself has the product's settings
    hosts = [os.environ["REDIS_URL"]]
    settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": LAYER, "CONFIG": {"hosts": hosts}}})
    django.setup()


class StockConsumer(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def room_event(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["frame"])


application = URLRouter([path("stock", StockConsumer.as_asgi())])
