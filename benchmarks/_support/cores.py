"""Pin the server to one core and everything else to another, and read the CPU time of a process."""

import os
import resource
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_OPEN_FILES: Final = 20_000


def split() -> int:
    """Return the server's core, and pin this process and its future children to another one.

    Raises SystemExit on a machine with one core, where generator and server would measure each other.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("This benchmark needs two cores: one for the server, one for the generator.")
    os.sched_setaffinity(0, cores[:1])
    return cores[-1]


def on_core(core: int, command: list[str]) -> list[str]:
    return ["taskset", "--cpu-list", str(core), *command]


def allow_sockets() -> None:
    """Raise the limit on open files for this process and its future children, as far as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def cpu_seconds(pid: int) -> float:
    """Return the user and system time of all threads of a process so far, in steps of 10 ms.

    These are fields 14 and 15 of `stat` in proc(5).
    """
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def waited_seconds(pid: int) -> float:
    """Return how long a process's main thread waited for its core: the second field of `schedstat`."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
