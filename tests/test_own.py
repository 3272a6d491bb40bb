"""The Redis and the gateway that answer are this site's own, nothing else gets to them, and ports are held."""

import contextlib
import itertools
import os
import pickle
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from kombu import Connection
from pytest_django import Settings
from redis import Redis
from redis.exceptions import AuthenticationError

from spaces_project import health, own
from spaces_project.celery import app
from spaces_project.common.store import store
from spaces_project.env import broker_url, mark_of, redis_url
from tests.factories import UserFactory
from tests.support.ports import free_port, listens
from tests.support.processes import REPOSITORY, Child
from tests.support.redis import RedisServer, running_redis
from tests.support.stack import demo_database

pytestmark = [pytest.mark.security("C11"), pytest.mark.asvs("13.2.1")]


@pytest.fixture(autouse=True)
def _without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.PROBES, "database", lambda: health.OK)


@pytest.fixture
def private_redis(tmp_path: Path) -> Iterator[str]:
    """The Redis of `make run`, which has no port. Yields its URL."""
    environment = {"SPACES_VAR": str(tmp_path), "REDIS_PORT": "0"}
    child = Child([str(REPOSITORY / "deploy/redis")], log=tmp_path / "redis.log", env=environment)
    try:
        child.wait_until((tmp_path / "redis/redis.sock").is_socket, seconds=10)
        yield redis_url(tmp_path, port=0, password=(tmp_path / "secrets/redis_password").read_text().strip())
    finally:
        child.stop()


def test_only_this_account_reaches_the_socket(private_redis: str, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "redis").stat().st_mode) == 0o700
    with Redis.from_url(private_redis) as client:
        assert client.ping()
        assert client.config_get("port")["port"] == "0"
    stranger = Redis(unix_socket_path=str(tmp_path / "redis/redis.sock"))
    with stranger, pytest.raises(AuthenticationError):
        stranger.ping()


def test_every_client_of_ours_speaks_by_the_socket(private_redis: str, settings: Settings) -> None:
    with Connection(broker_url(private_redis)) as broker:
        broker.ensure_connection(max_retries=1)
        broker.SimpleQueue("q").put({"a": 1})
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis}}
    cache = caches["default"]
    cache.set("key", [1.5], 10)
    assert cache.get("key") == [1.5]


@pytest.mark.parametrize(
    ("url", "spelt"),
    [
        ("unix:///srv/redis.sock", "redis+socket:///srv/redis.sock"),
        ("unix://:p%2Fw@/srv/redis.sock", "redis+socket://:p%2Fw@/srv/redis.sock"),
        ("unix:///srv/redis.sock?db=3", "redis+socket:///srv/redis.sock?virtual_host=3"),
        ("rediss://:pw@redis.example:6379/1", "rediss://:pw@redis.example:6379/1"),
    ],
)
def test_celery_is_told_the_same_redis(url: str, spelt: str) -> None:
    assert broker_url(url) == spelt


def test_a_path_that_is_too_long_for_a_socket_is_named() -> None:
    with pytest.raises(ValueError, match="REDIS_PORT"):
        redis_url(Path("/" + "x" * 120), port=0, password="")


def test_a_port_wants_the_password(redis_server: RedisServer) -> None:
    with Redis(port=redis_server.port) as client, pytest.raises(Exception, match="Authentication required"):
        client.ping()


def test_the_password_is_not_in_the_command_line(redis_server: RedisServer) -> None:
    password = redis_server.url.split(":")[2].partition("@")[0]
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            assert password.encode() not in line.read_bytes()


# --- Nothing is pickled ---


@pytest.mark.redis
@pytest.mark.asvs("1.5.2")
def test_what_lies_in_the_cache_runs_no_code(tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.mkdir, (str(tmp_path / "ran"),))

    cache = caches["default"]
    store().set(cache.make_key("key"), pickle.dumps(Payload()))
    with contextlib.suppress(ValueError):
        cache.get("key")
    assert not (tmp_path / "ran").exists()


@pytest.mark.redis
@pytest.mark.django_db
def test_what_log_ins_leave_in_the_cache_is_json(client: Client) -> None:
    UserFactory.create(username="ana")
    for _ in range(7):
        client.post("/accounts/login/", {"login": "ana", "password": "wrong"})
    prefix = caches["default"].make_key("").partition(":json")[0]
    values = [store().get(key) for key in store().scan_iter(f"{prefix}:json*")]
    assert values
    for value in values:
        assert value.decode("ascii")[0] in '[0123456789"{tfn'


def test_jobs_and_results_are_json() -> None:
    configuration = app.conf
    assert configuration.task_serializer == configuration.result_serializer == "json"
    assert set(configuration.accept_content) == set(configuration.result_accept_content) == {"json"}


# --- Whose it is ---


@pytest.mark.redis
@pytest.mark.security("A22")
def test_an_empty_redis_becomes_ours_and_stays(client: Client) -> None:
    own.require_own_redis(store())
    own.require_own_redis(store())
    assert client.get("/healthz").json()["redis"] == "ok"


@pytest.mark.redis
@pytest.mark.security("A22")
def test_a_redis_that_another_site_uses_is_not_taken(client: Client) -> None:
    store().set(own.OWNER, mark_of("another site's key"))
    assert client.get("/healthz").json()["redis"] == "another site uses it"
    with pytest.raises(SystemExit, match="another site uses it"):
        own.require_sound_start()


@pytest.mark.redis
@pytest.mark.slow
@pytest.mark.security("A22")
@pytest.mark.parametrize("part", ["web", "worker", "beat", "captions", "speech", "outside"])
def test_no_part_starts_on_a_redis_of_another_site(part: str, tmp_path: Path, redis_server: RedisServer) -> None:
    shutil.copy(demo_database(), tmp_path)  # beat reads it first
    store().set(own.OWNER, mark_of("another site's key"))
    lines = dict(re.findall(r"^(\w+): deploy/respawn (.+)$", (REPOSITORY / "Procfile").read_text(), re.MULTILINE))
    done = subprocess.run(
        ["bash", "-c", lines[part]],
        cwd=REPOSITORY,
        env={**os.environ, "PORT": str(free_port()), "SPACES_VAR": str(tmp_path), "REDIS_URL": redis_server.url},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode != 0
    assert "another site uses it" in done.stderr


@pytest.mark.security("A22")
def test_a_redis_of_another_copy_does_not_know_our_password(tmp_path: Path, redis_server: RedisServer) -> None:
    with running_redis(tmp_path) as other:
        ours = redis_server.url.replace(str(redis_server.port), str(other.port))
        with Redis.from_url(ours) as client, pytest.raises(own.Foreign, match="password"):
            own.require_own_redis(client)


@pytest.mark.redis
@pytest.mark.security("A22")
def test_sites_that_share_a_redis_do_not_hear_each_other() -> None:
    program = "from spaces import events; print(events.EVERY_PROCESS, events.space_channel('x'))"
    told = {
        subprocess.run(
            [sys.executable, "-c", f"import django; django.setup(); {program}"],
            cwd=REPOSITORY,
            env={**os.environ, "SECRET_KEY": key},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for key in ("one", "another")
    }
    assert len(told) == 2


@pytest.mark.gateway
@pytest.mark.redis
@pytest.mark.security("A22")
@pytest.mark.parametrize("name", ["", "another"])
def test_a_gateway_of_another_site_is_not_taken(client: Client, settings: Settings, tmp_path: Path, name: str) -> None:
    from tests.support.janus import running_gateway

    with running_gateway(tmp_path, server_name=name) as gateway:
        settings.GATEWAYS = {"main": gateway.settings.url}
        assert client.get("/healthz").json()["gateway"] == "another site's"
        with pytest.raises(SystemExit, match="another site's"):
            own.require_sound_start()
        settings.GATEWAY_IS_OURS = False
        assert client.get("/healthz").json()["gateway"] == "ok"


# --- Ports ---


@contextlib.contextmanager
def holding(*wanted: str) -> Iterator[tuple[dict[str, int], "subprocess.Popen[str]"]]:
    command = [sys.executable, str(REPOSITORY / "deploy/hold.py"), *wanted]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        lines = itertools.takewhile(str.strip, iter(process.stdout.readline, ""))
        yield {name: int(port) for name, _, port in (line.partition("=") for line in lines)}, process
    finally:
        process.stdin.close()
        process.wait(5)


def listen(port: int, *, reuse: bool = True) -> socket.socket:
    listening = socket.socket()
    if reuse:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


@pytest.mark.security("A22")
def test_copies_that_start_at_once_hold_different_ports() -> None:
    first = free_port()
    found: list[int] = []

    def copy() -> None:
        with holding(f"A={first}") as (ports, _):
            found.append(ports["A"])
            everyone.wait(30)

    everyone = threading.Barrier(6)
    threads = [threading.Thread(target=copy) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 6


@pytest.mark.security("A22")
@pytest.mark.parametrize("reuse", [True, False])
def test_nothing_else_listens_where_a_part_of_ours_will(reuse: bool) -> None:
    port = free_port()
    with holding(f"A=[{port}]") as (ports, process):
        assert ports == {"A": port}
        with pytest.raises(OSError, match="in use"):
            listen(port, reuse=reuse)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        while listens(port):
            pass
        listen(port).close()
        with holding(f"A={port}") as (others, _):
            assert others["A"] > port


@pytest.mark.security("A22")
def test_a_port_that_the_operator_set_is_not_exchanged() -> None:
    port = free_port()
    with listen(port), holding(f"A=[{port}]") as (ports, process):
        assert ports == {}
        assert process.wait(5) == 1
