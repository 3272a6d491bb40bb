#!/usr/bin/env bash
# After a time limit passed in receive(), channels_redis' pub/sub layer loses what is sent between two calls of it.
#
# Versions:  channels_redis 4.3.0 (`channels_redis.pubsub`), channels 4.3.2, redis-py 7.4.1; Redis 7.0.15 (Debian 12).
# Behaviour: A reader has a channel in a group and takes messages with a time limit, again and again, like an endpoint
#            that waits some seconds for events. What is sent while the reader does something else waits for it. Then
#            the limit passes once before a message comes. From then on everything that is sent between two calls of
#            `receive()` is lost, to the group and to the channel. Nothing is raised or logged. The other layer of the
#            library, with the same program, loses none of it. The source says why: the layer takes every cancelled
#            call for a consumer that ends.
# Guess:     A limit that passed changes nothing: the next `receive()` returns what was sent meanwhile.
# Seen:      arrived, to the group and to the channel: pub/sub layer yes and yes before a limit passed, no and no
#            after; core layer yes each time.
# Date:      2026-11-29
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" && wait "$server" || true; }; rm -rf "$work"' EXIT
cd "$work"

# The server goes into the temporary folder with what it needs and is not there yet; nothing is installed.
version=5:7.0.15-1~deb12u10
server_packages="redis-server=$version redis-tools=$version"
# shellcheck disable=SC2086
apt-get install --simulate --no-install-recommends $server_packages >simulated.txt
needed=$(awk '/^Inst/ && $2 !~ /^redis-/ {print $2}' simulated.txt)
# shellcheck disable=SC2086
apt-get download -qq $server_packages $needed 2>download.log || { cat download.log; exit 2; }
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv venv
venv/bin/pip install --quiet channels-redis==4.3.0 channels==4.3.2 redis==7.4.1 django==5.2.19

libraries=$(echo "$work"/root/usr/lib/*-linux-gnu)
LD_LIBRARY_PATH="$libraries" root/usr/bin/redis-server --port 0 --unixsocket "$work/redis" --save '' >server.log &
server=$!
for _ in $(seq 100); do [ -S redis ] && break || sleep 0.05; done

venv/bin/python - <<'PYTHON'
import asyncio
import sys
from pathlib import Path

from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer


async def arrivals(layer):
    """Return whether what was sent between two receive() arrived: before a time limit passed, and after."""
    reader, writer = [layer(hosts=[f"unix://{Path('redis').resolve()}"]) for _ in range(2)]
    channel = await reader.new_channel()
    await reader.group_add("room", channel)

    async def receive():
        try:
            return (await asyncio.wait_for(reader.receive(channel), 1))["text"]
        except TimeoutError:
            return None

    async def arrives(text, sent):
        await sent
        await asyncio.sleep(0.3)  # the reader does something else
        return await receive() == text

    def to(kind):
        if kind == "group":
            return kind, writer.group_send("room", {"type": "event", "text": kind})
        return kind, writer.send(channel, {"type": "event", "text": kind})

    before = [await arrives(*to(kind)) for kind in ("group", "channel")]
    assert await receive() is None  # nothing was sent, so the limit passes
    after = [await arrives(*to(kind)) for kind in ("group", "channel")]
    return before, after


async def main():
    seen = {layer.__name__: await arrivals(layer) for layer in (RedisPubSubChannelLayer, RedisChannelLayer)}
    for name, (before, after) in seen.items():
        print(f"{name}: to group and channel, arrived before a limit passed {before}, after {after}")
    if list(seen.values()) != [([True, True], [False, False]), ([True, True], [True, True])]:
        sys.exit("changed: a time limit that passed leaves the channel as it was")


asyncio.run(asyncio.wait_for(main(), 60))
PYTHON
