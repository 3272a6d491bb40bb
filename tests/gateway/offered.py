"""offered DIRECTORY: start a gateway with the site's settings, and print how it answers a speaker.

A program of its own, because `test_addresses_offered.py` runs it in a network namespace.
"""

import asyncio
import dataclasses
import sys
from pathlib import Path

import django

from tests.support.environment import isolate

isolate()
django.setup()

from spaces.audio.gateways import gateway_settings  # noqa: E402 - the lines above must run first
from spaces.gateway.audiobridge import AudioBridge, RoomOptions  # noqa: E402
from spaces.gateway.client import GatewayClient  # noqa: E402
from tests.gateway.descriptions import OFFER  # noqa: E402
from tests.support.janus import Gateway  # noqa: E402

SECONDS = 15


async def answer(gateway: Gateway) -> str:
    client = GatewayClient(gateway.endpoint())
    await client.start()
    try:
        await client.wait_ready(timeout=SECONDS)
        bridge = AudioBridge(client)
        await bridge.create_room(room="r", secret="s", pin="p", options=RoomOptions())
        handle = await bridge.attach(participant="ada:1")
        return await bridge.join(handle, room="r", pin="p", participant="ada:1", offer=OFFER)
    finally:
        await client.close()


def main() -> None:
    gateway = Gateway(Path(sys.argv[1]), dataclasses.replace(gateway_settings(), debug_level=4))
    try:
        gateway.start()
        print(asyncio.run(answer(gateway)))
    finally:
        gateway.close()


if __name__ == "__main__":
    main()
