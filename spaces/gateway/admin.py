"""Ask the gateway's admin API which sessions and handles exist. Used by tests of leaks and by a watchdog.

Reference: https://janus.conf.meetecho.com/docs/admin.html.
"""

import asyncio
import secrets
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .answers import read
from .connection import open_socket
from .errors import GatewayTimeout, GatewayUnavailable, Origin, UnexpectedAnswer, refusal
from .messages import Refusal

SUBPROTOCOL: Final = Subprotocol("janus-admin-protocol")
MAX_BYTES: Final = 8 << 20
"""A list of all handles grows with the number of listeners, by 20 bytes each."""


class _Failed(msgspec.Struct):
    error: Refusal


class _Sessions(msgspec.Struct):
    sessions: tuple[int, ...]


class _Handles(msgspec.Struct):
    handles: tuple[int, ...]


class _HandleInfo(msgspec.Struct):
    info: dict[str, Any]


class _Info(msgspec.Struct):
    version_string: str = ""


class AdminClient:
    """One socket to the admin API, as an async context manager. Requests run one at a time.

    Every method raises GatewayUnavailable, GatewayTimeout or GatewayRefused.
    """

    def __init__(self, url: str, *, admin_secret: str, timeout: float = 3.0) -> None:
        self._url = url
        self._admin_secret = admin_secret
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        self._socket = await open_socket(self._url, subprotocol=SUBPROTOCOL, timeout=self._timeout, max_bytes=MAX_BYTES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def ping(self) -> None:
        """Raise unless the gateway's request loop answers. An answer says nothing about the plugins."""
        await self._ask("ping")

    async def version(self) -> str:
        """Return the version of the gateway, such as `1.1.2`."""
        return read(await self._ask("info"), _Info).version_string

    async def list_sessions(self) -> tuple[int, ...]:
        """Return the ids of all sessions."""
        return read(await self._ask("list_sessions"), _Sessions).sessions

    async def list_handles(self, *, session_id: int) -> tuple[int, ...]:
        """Return the ids of a session's handles. Raise NoSuchSession."""
        return read(await self._ask("list_handles", session_id=session_id), _Handles).handles

    async def handle_info(self, *, session_id: int, handle_id: int) -> dict[str, Any]:
        """Return all the gateway knows of a handle, in its own field names. Raise NoSuchSession or NoSuchHandle."""
        return read(await self._ask("handle_info", session_id=session_id, handle_id=handle_id), _HandleInfo).info

    async def count_handles(self) -> int:
        """Return the number of handles of all sessions."""
        return sum([len(await self.list_handles(session_id=session)) for session in await self.list_sessions()])

    async def _ask(self, verb: str, **fields: object) -> dict[str, Any]:
        transaction = secrets.token_urlsafe(12)
        request = {"janus": verb, "transaction": transaction, "admin_secret": self._admin_secret} | fields
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                return _checked(await self._exchange(msgspec.json.encode(request).decode(), transaction))
        except TimeoutError:
            raise GatewayTimeout(f"no answer to {verb} within {self._timeout} s") from None
        except ConnectionClosed as error:
            raise GatewayUnavailable(f"connection lost: {error}") from error

    async def _exchange(self, text: str, transaction: str) -> dict[str, Any]:
        if self._socket is None:
            raise GatewayUnavailable("not connected")
        await self._socket.send(text)
        while True:
            answer = _object(await self._socket.recv())
            if answer.get("transaction") == transaction:
                return answer


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UnexpectedAnswer(str(error)) from error


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("janus") != "error":
        return answer
    failure = read(answer, _Failed).error
    raise refusal(Origin.CORE, failure.code, failure.reason)
