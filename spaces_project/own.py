"""Checks that the Redis and the gateway that answer belong to this site.

Another copy of the product, or any other program, may listen at the expected address. Its answers would be believed:
events would go to the wrong people, and the rooms of a foreign gateway would be taken for our own left-overs and
destroyed.
"""

import contextlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import msgspec
from django.conf import settings
from django.core import checks
from django.db import connections
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from accounts.checks import START

OWNER: Final = "owner"
"""The Redis key that holds the mark of the owning site."""
ANSWER_SECONDS: Final = 2.0


class Foreign(Exception):
    """The service that answers belongs to another site."""


def require_own_redis(redis: "Redis") -> None:
    """Check this site's mark in Redis. If Redis has no mark, as after each of its starts, set ours.

    Raises `Foreign` if it has another mark or wants another password, and `RedisError` if it does not answer.
    """
    try:
        redis.set(OWNER, settings.SITE_MARK, nx=True)
        owner = redis.get(OWNER)
    except AuthenticationError as error:
        raise Foreign("Redis: it does not know our password") from error
    if owner not in (settings.SITE_MARK, settings.SITE_MARK.encode()):
        raise Foreign("Redis: another site uses it")


def require_own_gateway(url: str, *, timeout: float = ANSWER_SECONDS) -> None:
    """Check the mark of the gateway at `url`. A gateway that the operator named is only asked whether it is a gateway.

    Raises `Foreign` if another site configured it. Raises `WebSocketException`, `OSError` or `msgspec.DecodeError` if
    it does not answer.
    """
    answer = info_of_gateway(url, timeout)
    if answer.get("janus") != "server_info":
        raise Foreign("gateway: it speaks something else")
    if settings.GATEWAY_IS_OURS and answer.get("server-name") != settings.SITE_MARK:
        raise Foreign("gateway: another site's")


def info_of_gateway(url: str, timeout: float) -> dict[str, Any]:
    """Return what the gateway says of itself. Raises `WebSocketException`, `OSError` or `msgspec.DecodeError`."""
    with connect(
        url,
        subprotocols=[Subprotocol("janus-protocol")],
        open_timeout=timeout,
        close_timeout=0.1,
        compression=None,
        proxy=None,
    ) as socket:
        socket.send(msgspec.json.encode({"janus": "info", "transaction": secrets.token_hex(4)}), text=True)
        return msgspec.json.decode(socket.recv(timeout=timeout), type=dict[str, Any])


def require_sound_start() -> None:
    """End this process if the site must not run: a start check fails, or the Redis or gateway is foreign.

    A service that does not answer yet is no reason to end: all parts start at the same time.
    """
    with ThreadPoolExecutor(1) as thread:  # a server loads the application inside its event loop
        thread.submit(_require_sound_start).result()


def _require_sound_start() -> None:
    errors = [error for error in checks.run_checks(tags=[START], databases=["default"]) if error.is_serious()]
    connections.close_all()  # the connections of this thread, which ends
    if errors:
        raise SystemExit("\n".join(f"{error.id}: {error.msg} {error.hint or ''}" for error in errors))
    try:
        _require_own_parts()
    except Foreign as foreign:
        raise SystemExit(f"{foreign}. Give this site its own, or end the other.") from foreign


def _require_own_parts() -> None:
    from spaces_project.common.heartbeat import redis

    with contextlib.suppress(RedisError):
        require_own_redis(redis)
    for url in settings.GATEWAYS.values():
        with contextlib.suppress(WebSocketException, OSError, msgspec.DecodeError):
            require_own_gateway(url)
