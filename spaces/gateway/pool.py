"""Hold the gateways of this process on an event loop of their own, for callers on any other loop or on none.

    pool = GatewayPool([endpoint])
    rooms = await pool.run_async("main", lambda gateway: gateway.bridge.list_rooms())      from async code
    rooms = pool.run("main", lambda gateway: gateway.bridge.list_rooms(), timeout=5)        from a thread
    pool.submit("main", lambda gateway: gateway.bridge.destroy_room(...)); pool.drain(5)    from a short-lived command
    pool.subscribe(listener)

Each process has one socket and one session for each gateway, shared by all callers. A session for each request would
end with the request, and take its handles and their audio with it. The loop is separate because consumers, Celery and
management commands each bring their own loop, or none. Those come and go, while a session must stay.
"""

import asyncio
import atexit
import concurrent.futures
import logging
import os
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from .audiobridge import AudioBridge
from .client import GatewayClient, OnAnswer
from .endpoint import Endpoint
from .errors import GatewayTimeout, GatewayUnavailable
from .relay import Listener, Relay
from .streaming import Streaming

logger = logging.getLogger(__name__)

T = TypeVar("T")
CLOSES_WITHIN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway and what can be asked of it. It belongs to the pool's loop."""

    client: GatewayClient
    bridge: AudioBridge
    streaming: Streaming

    @property
    def name(self) -> str:
        return self.client.endpoint.name


Call = Callable[[Gateway], Coroutine[Any, Any, T]]
"""A caller's function. It runs on the pool's loop and must not block."""


class GatewayPool:
    """The gateways of one process. The pool starts itself on first use, and anew in a forked child. Methods may be
    called from any thread but the loop's."""

    def __init__(self, endpoints: Iterable[Endpoint], *, on_answer: OnAnswer = lambda verb, seconds: None) -> None:
        """Store the endpoints; nothing connects yet. For `on_answer` see `GatewayClient`."""
        self._endpoints = tuple(endpoints)
        self._on_answer = on_answer
        self._listeners: tuple[Listener, ...] = ()
        self._lock = threading.Lock()
        self._engine: _Engine | None = None
        self._inherited: list[_Engine | None] = []
        self._submitted: set[concurrent.futures.Future[Any]] = set()
        forked = weakref.WeakMethod(self._forked)
        os.register_at_fork(after_in_child=lambda: (forked() or _nothing)())

    def start(self) -> None:
        """Connect now instead of on first use. Return without waiting for the connection."""
        self._running()

    async def run_async(self, gateway: str, call: Call[T]) -> T:
        """Run `call` and wait on the caller's loop. Cancelling the caller cancels the call.

        Raises what `call` raises, and GatewayUnavailable if there is no such gateway.
        """
        return await asyncio.wrap_future(self._begin(gateway, call))

    def run(self, gateway: str, call: Call[T], *, timeout: float) -> T:
        """Run `call` and wait in this thread. Raise as `run_async` does, and GatewayTimeout after `timeout` seconds."""
        running = self._begin(gateway, call)
        try:
            return running.result(timeout)
        except concurrent.futures.TimeoutError:
            running.cancel()
            raise GatewayTimeout(f"gateway {gateway}: not done within {timeout} s") from None

    def submit(self, gateway: str, call: Call[object]) -> None:
        """Run `call` and do not wait. A failure is logged. A process about to end calls `drain` first."""
        running = self._begin(gateway, call)
        self._submitted.add(running)
        running.add_done_callback(self._finished)

    def drain(self, *, timeout: float) -> bool:
        """Wait for everything submitted so far. Return False if some of it was not done in `timeout` seconds."""
        return not concurrent.futures.wait(tuple(self._submitted), timeout).not_done

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every Notice, one at a time, on one thread. Return a function that ends the
        subscription.

        A listener may block, but all others wait for it. When more than `relay.CAPACITY` notices queue up, the rest is
        dropped and a NoticesLost reports it. `Disconnected` and `Reconnected` may be among the dropped ones.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)
        return lambda: self._unsubscribe(listener)

    def close(self, *, keep_sessions: bool = False) -> None:
        """Destroy the sessions and stop the threads. The next use starts them again.

        With `keep_sessions` the audio on them goes on until the gateway ends them by itself.
        """
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            atexit.unregister(self.close)
            engine.close(keep_sessions=keep_sessions)

    def _begin(self, gateway: str, call: Call[T]) -> concurrent.futures.Future[T]:
        return self._running().begin(gateway, call)

    def _running(self) -> "_Engine":
        with self._lock:
            if self._engine is None:
                self._engine = _Engine(self._endpoints, lambda: self._listeners, self._on_answer)
                atexit.register(self.close)
            return self._engine

    def _unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

    def _finished(self, done: concurrent.futures.Future[Any]) -> None:
        self._submitted.discard(done)
        if not done.cancelled() and (error := done.exception()):
            logger.error("a submitted gateway call failed", exc_info=error)

    def _forked(self) -> None:
        # The threads belong to the parent. Keep their loop and do not close it: closing it would reach into the
        # parent's epoll.
        self._inherited.append(self._engine)
        self._engine = None
        self._lock = threading.Lock()
        self._submitted = set()


@dataclass
class _Engine:
    """The loop's thread, with everything that lives on it."""

    endpoints: tuple[Endpoint, ...]
    listeners: Callable[[], tuple[Listener, ...]]
    on_answer: OnAnswer
    _gateways: dict[str, Gateway] = field(default_factory=dict)
    _up: concurrent.futures.Future[asyncio.AbstractEventLoop] = field(default_factory=concurrent.futures.Future)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _keep_sessions: bool = False

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="gateway-loop", daemon=True)
        self._thread.start()
        self._loop = self._up.result(CLOSES_WITHIN)

    def begin(self, gateway: str, call: Call[T]) -> concurrent.futures.Future[T]:
        if threading.current_thread() is self._thread:
            raise RuntimeError("called from the pool's own loop, which would wait for itself")
        return asyncio.run_coroutine_threadsafe(self._call(gateway, call), self._loop)

    def close(self, *, keep_sessions: bool) -> None:
        self._keep_sessions = keep_sessions
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSES_WITHIN)

    async def _call(self, name: str, call: Call[T]) -> T:
        gateway = self._gateways.get(name)
        if gateway is None:
            raise GatewayUnavailable(f"there is no gateway {name}")
        if not gateway.client.was_connected:
            await gateway.client.wait_ready(timeout=gateway.client.endpoint.request_timeout)
        return await call(gateway)

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        relay = Relay(self.listeners)
        try:
            for endpoint in self.endpoints:
                client = GatewayClient(endpoint, on_notice=relay.put, on_answer=self.on_answer)
                self._gateways[endpoint.name] = Gateway(client, AudioBridge(client), Streaming(client))
                await client.start()
            self._up.set_result(asyncio.get_running_loop())
            await self._stop.wait()
        finally:
            clients = [gateway.client for gateway in self._gateways.values()]
            await asyncio.gather(*(client.close(keep_session=self._keep_sessions) for client in clients))
            await relay.close(timeout=1)


def _nothing() -> None:
    pass
