"""Child processes that die with the test run, even when that is killed with -9."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = str(REPOSITORY / ".venv/bin/python")
STOPS_WITHIN: Final = 5.0

# util-linux; the kernel sends the signal when the thread that started the child ends.
DIES_WITH_US: Final = ("setpriv", "--pdeathsig", "KILL", "--")


def stand_still(pid: int) -> None:
    """SIGSTOP, returns once it has taken hold: on a busy machine a process still answers for a while."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + STOPS_WITHIN
    while any(state not in "TtZ" for state in _thread_states(pid)):
        assert time.monotonic() < deadline, f"process {pid} does not stand still"
        time.sleep(0.005)


def _thread_states(pid: int) -> list[str]:
    """One letter for each thread, as in proc(5)."""
    return [path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")]


class Child:
    """One process and its log. Signals go to the process alone, never to a group."""

    def __init__(self, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [*DIES_WITH_US, *command],
                cwd=REPOSITORY,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9, returns when it is gone."""
        self._process.kill()
        self._process.wait(STOPS_WITHIN)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, and kill -9 where that is not obeyed in time."""
        if not self.is_running:
            return
        self.send(number)
        try:
            self._process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait_until_gone(self, *, seconds: float) -> None:
        """Raises subprocess.TimeoutExpired when it takes longer."""
        self._process.wait(seconds)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Raises AssertionError with the end of the log when the process ends first or takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            assert self.is_running, f"{self.log.stem} ended:\n{self.output[-3000:]}"
            assert time.monotonic() < deadline, f"{self.log.stem} is not ready in {seconds} s:\n{self.output[-3000:]}"
            time.sleep(0.02)


def resident_bytes(pid: int) -> int:
    """Return the memory of a process that is in RAM, without its descendants'."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
