"""Run one gateway process: start it, notice when it hangs or dies, restart it, and stop it without a crash.

A hung gateway keeps its sockets open, and a deadlock can sit in one plugin alone. So the gateway counts as alive only
if the API and both plugins answer. After a restart the gateway is empty. The supervisor does not know which rooms
should exist. The clients report the restart (`Reconnected`) to the processes that know, and these rebuild the rooms.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .audiobridge import AudioBridge
from .client import GatewayClient
from .config import GatewaySettings, write_configuration
from .credentials import Secured, credentials_of
from .errors import GatewayError, NoSuchMountpoint, NoSuchRoom
from .streaming import Streaming

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The supervisor's waiting times, in seconds.

    A hung gateway is killed after `misses_allowed * (probe_every + answers_within)` seconds at the latest.
    """

    probe_every: float = 2.0
    answers_within: float = 3.0
    misses_allowed: int = 3
    clears_within: float = 5.0
    stops_within: float = 5.0
    restarts_after: float = 0.2
    restarts_after_at_most: float = 5.0


DEFAULT_PATIENCE: Final = Patience()


class Supervisor:
    """A keeper of one gateway process at a time.

    Attributes:
        pid: of the running process; None between two.
        restarts: how many times it had to be started again.
        last_status: exit status of the previous process, negative for a signal; None if there was none.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        directory: Path,
        *,
        patience: Patience = DEFAULT_PATIENCE,
        on_look: Callable[["Supervisor"], None] = lambda supervisor: None,
    ) -> None:
        """Store the settings; nothing starts yet. `on_look` is called after each check of the process."""
        self.pid: int | None = None
        self.restarts = 0
        self.last_status: int | None = None
        self._settings = settings
        self._directory = directory
        self._patience = patience
        self._on_look = on_look
        self._stopping = asyncio.Event()
        self._client = GatewayClient(settings.endpoint("supervisor"))
        self._bridge = AudioBridge(self._client)
        self._streaming = Streaming(self._client)

    async def run(self) -> None:
        """Keep a gateway running until `stop`. Raise FileNotFoundError if none is installed."""
        main = write_configuration(self._directory, self._settings)
        await self._client.start()
        try:
            await self._keep_running(main)
        finally:
            await self._client.close()

    def stop(self) -> None:
        """End `run`: remove everyone from the gateway, then end the process."""
        self._stopping.set()

    async def stopped(self) -> None:
        """Wait until `stop` is called."""
        await self._stopping.wait()

    async def count_rooms(self) -> int:
        """Return the number of mixer rooms. Both plugins must answer. Raise GatewayError."""
        rooms, _mountpoints = await asyncio.gather(self._bridge.list_rooms(), self._streaming.list_mountpoints())
        return len(rooms)

    async def _keep_running(self, main: Path) -> None:
        pause = self._patience.restarts_after
        while not self._stopping.is_set():
            async with self._process(main) as process:
                healthy = await self._watch(process)
                if self._stopping.is_set():
                    return await self._end(process)
            self.restarts += 1
            pause = self._patience.restarts_after if healthy else min(2 * pause, self._patience.restarts_after_at_most)
            await _first_of(self._stopping.wait(), timeout=pause)
        return None

    @contextlib.asynccontextmanager
    async def _process(self, main: Path) -> AsyncIterator[asyncio.subprocess.Process]:
        """Yield a running gateway, and kill it on the way out.

        `setpriv` has the kernel kill it if this process is killed; otherwise an orphan would hold the ports. A process
        group of its own keeps a terminal's Ctrl-C from reaching it before its mountpoints are gone.
        """
        command = ["setpriv", "--pdeathsig", "KILL", "janus", "-F", str(self._directory), "-C", str(main)]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        self.pid = process.pid
        try:
            yield process
        finally:
            self.pid = None
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            self.last_status = await process.wait()

    async def _watch(self, process: asyncio.subprocess.Process) -> bool:
        """Wait until the gateway has died or hangs, or until `stop`. Return True if it was ever healthy."""
        healthy = False
        misses = 0
        while misses < self._patience.misses_allowed:
            await _first_of(process.wait(), self._stopping.wait(), timeout=self._patience.probe_every)
            if self._stopping.is_set():
                return healthy
            if process.returncode is not None:
                logger.error("the gateway ended with status %s", process.returncode)
                return healthy
            answers = await self._answers()
            self._on_look(self)
            healthy = healthy or answers
            misses = 0 if answers else misses + 1
        logger.error("the gateway hangs and is killed")
        return healthy

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(self._patience.answers_within):
                await self._client.wait_ready(timeout=self._patience.answers_within)
                await self.count_rooms()
        except (GatewayError, TimeoutError) as error:
            logger.warning("the gateway does not answer: %s", error)
            return False
        return True

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Ask the process to end once it is empty: v1.1.2 crashes on SIGTERM while it has mountpoints.

        A gateway that cannot be emptied is left to SIGKILL: it keeps nothing on disk that could be damaged.
        """
        if not await self._clear():
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await _first_of(process.wait(), timeout=self._patience.stops_within)

    async def _clear(self) -> bool:
        """Destroy every mountpoint and room. Return False if one could not be destroyed."""
        try:
            async with asyncio.timeout(self._patience.clears_within):
                await self._client.wait_ready(timeout=self._patience.clears_within)
                await self._clear_mountpoints()
                await self._clear_rooms()
        except (GatewayError, TimeoutError) as error:
            logger.warning("the gateway could not be cleared: %s", error)
            return False
        return True

    async def _clear_mountpoints(self) -> None:
        for mountpoint in await self._streaming.list_mountpoints():
            with contextlib.suppress(NoSuchMountpoint):
                await self._streaming.destroy_mountpoint(
                    mountpoint=mountpoint.id, secret=self._secret(Secured.MOUNTPOINT, mountpoint.id)
                )

    async def _clear_rooms(self) -> None:
        for room in await self._bridge.list_rooms():
            with contextlib.suppress(NoSuchRoom):
                await self._bridge.destroy_room(room=room.id, secret=self._secret(Secured.ROOM, room.id))

    def _secret(self, kind: Secured, name: str) -> str:
        return credentials_of(kind, name, admin_key=self._settings.admin_key).secret


async def supervise(
    settings: GatewaySettings,
    directory: Path,
    *,
    on_look: Callable[[Supervisor], None] = lambda supervisor: None,
    beside: Callable[[Supervisor], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Run a gateway from a configuration in `directory` until SIGTERM or SIGINT. `beside` runs meanwhile, and is
    canceled before the gateway ends."""
    supervisor = Supervisor(settings, directory, on_look=on_look)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    if beside is None:
        return await supervisor.run()
    companion = asyncio.create_task(_until_stopped(supervisor, beside(supervisor)))
    try:
        await supervisor.run()
    finally:
        companion.cancel()
        await asyncio.gather(companion, return_exceptions=True)
    return None


async def _until_stopped(supervisor: Supervisor, work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    await _first_of(supervisor.stopped(), asyncio.wait([task]))
    task.cancel()
    for error in await asyncio.gather(task, return_exceptions=True):
        if isinstance(error, Exception):
            logger.error("what ran beside the gateway failed", exc_info=error)


async def _first_of(*waits: Coroutine[Any, Any, object], timeout: float | None = None) -> None:
    """Wait for any of `waits`, at most `timeout` seconds."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
