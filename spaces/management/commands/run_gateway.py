import asyncio
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from spaces.audio.gateways import gateway_settings
from spaces.audio.reporting import Reporter
from spaces.gateway.supervisor import Supervisor, supervise
from spaces_project.common import metrics

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Command(BaseCommand):
    help = "Runs the gateway: writes its configuration, starts it, restarts it when it dies or hangs, ends it cleanly."

    def handle(self, *args: Any, **options: Any) -> None:
        configured = gateway_settings()
        asyncio.run(
            supervise(
                configured,
                settings.GATEWAY_DIR,
                on_look=_measure,
                beside=lambda supervisor: Reporter(
                    settings.GATEWAY_NAME, configured, count_rooms=supervisor.count_rooms
                ).run(),
            )
        )


def _measure(supervisor: Supervisor) -> None:
    metrics.GATEWAY_RESTARTS.set(supervisor.restarts)
    if (used := _cpu_seconds(supervisor.pid)) is not None:
        metrics.GATEWAY_CPU.set(used)


def _cpu_seconds(pid: int | None) -> float | None:
    """Return the user and system time of a process so far (proc(5), fields 14 and 15 of `stat`), or None if it cannot
    be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
