"""A Redis behind sentinels: every client finds its master, and the new one after the old one has died."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django_redis.cache import RedisCache
from kombu import Connection
from pytest_django import Settings
from redis.exceptions import RedisError

from spaces_project.common.redis_clients import async_redis_client, redis_client
from spaces_project.env import broker_options, broker_url, cache_location, channel_host, sentinels_of
from tests.support.ports import free_port, listens
from tests.support.processes import Child

PASSWORD = "one/two@three"
SERVICE = "spaces"
NEW_MASTER_WITHIN = 30.0


class Watched:
    """A master, a replica and a sentinel, each with a port of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ports = [free_port(), free_port()]
        self.sentinel_port = free_port()
        self.url = f"sentinel://:one%2Ftwo%40three@127.0.0.1:{self.sentinel_port}/0?service={SERVICE}"
        common = f'requirepass "{PASSWORD}"\nmasterauth "{PASSWORD}"\nsave ""\n'
        replica = f"replicaof 127.0.0.1 {self.ports[0]}\nrepl-diskless-sync-delay 0\n"
        self.master = self._start("master", self.ports[0], f"{common}repl-diskless-sync-delay 0\n")
        self.replica = self._start("replica", self.ports[1], common + replica)
        watching = (
            f"sentinel monitor {SERVICE} 127.0.0.1 {self.ports[0]} 1\n"
            f'sentinel auth-pass {SERVICE} "{PASSWORD}"\n'
            f"sentinel down-after-milliseconds {SERVICE} 500\n"
            f"sentinel failover-timeout {SERVICE} 5000\n"
        )
        self.sentinel = self._start("sentinel", self.sentinel_port, watching, "--sentinel")

    def _start(self, name: str, port: int, text: str, *arguments: str) -> Child:
        home = self.directory / name
        home.mkdir()
        (home / "redis.conf").write_text(f"port {port}\nbind 127.0.0.1\ndir {home}\n{text}")
        command = ["redis-server", str(home / "redis.conf"), *arguments]
        child = Child(command, log=home / "log", env={})
        child.wait_until(lambda: listens(port), seconds=30)
        return child

    def close(self) -> None:
        for child in (self.sentinel, self.replica, self.master):
            if child.is_running:
                child.kill()


@pytest.fixture
def watched(tmp_path: Path, settings: Settings) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    settings.REDIS_URL = watched.url
    yield watched
    watched.close()


def port_of(client: object) -> int:
    return int(client.config_get("port")["port"])  # type: ignore[attr-defined]  # redis-py has two kinds of client


@pytest.mark.slow
def test_every_client_finds_the_master_and_the_next_one(watched: Watched) -> None:
    client = redis_client(socket_timeout=2.0, decode_responses=True)
    client.set("key", "value")
    assert (client.get("key"), port_of(client)) == ("value", watched.ports[0])
    assert asyncio.run(_async_port()) == watched.ports[0]
    with Connection(broker_url(watched.url), transport_options=broker_options(watched.url)) as broker:
        broker.ensure_connection(max_retries=2, timeout=10)
    location, options = cache_location(watched.url)
    cache = RedisCache(location, {"OPTIONS": options})
    cache.set("one", 1)
    assert cache.get("one") == 1
    assert asyncio.run(_layer_delivers(watched.url))

    _wait(lambda: client.info("replication")["connected_slaves"] == 1)
    watched.master.kill()
    _wait(lambda: bool(client.set("key", "after")))
    assert port_of(client) == watched.ports[1]
    assert asyncio.run(_async_port()) == watched.ports[1]


async def _async_port() -> int:
    client = async_redis_client()
    try:
        return int((await client.config_get("port"))["port"])
    finally:
        await client.aclose()


async def _layer_delivers(url: str) -> bool:
    layer = RedisPubSubChannelLayer(hosts=[channel_host(url)])
    name = await layer.new_channel()
    await layer.group_add("group", name)
    await layer.group_send("group", {"type": "hello"})
    async with asyncio.timeout(10):
        found = await layer.receive(name)
    await layer.flush()
    return bool(found["type"] == "hello")


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + NEW_MASTER_WITHIN
    while True:
        try:
            if is_so():
                return
        except RedisError:
            pass
        assert time.monotonic() < until
        time.sleep(0.2)


def test_an_address_is_read() -> None:
    found = sentinels_of("sentinel://:a%40b@one:1,two,[::1]:3/2?service=s&sentinel_password=c")
    assert found is not None
    assert found.hosts == [("one", 1), ("two", 26379), ("::1", 3)]
    assert (found.service, found.db, found.password, found.sentinel_password) == ("s", 2, "a@b", "c")
    assert sentinels_of("redis://localhost/0") is None


@pytest.mark.parametrize("url", ["sentinel://one:1/0", "sentinel:///0?service=s", "sentinel://one:x/0?service=s"])
def test_an_address_that_names_too_little_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"REDIS_URL|invalid literal"):
        sentinels_of(url)


def test_other_addresses_stay_as_they_are() -> None:
    url = "redis://:password@localhost:6379/0"
    assert (broker_url(url), broker_options(url), channel_host(url), cache_location(url)) == (
        url,
        {},
        {"address": url},
        (url, {}),
    )
