"""`GET /healthz`: whether every part that a Space needs answers.

All parts are asked at once and share a deadline of two seconds.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Final

import msgspec
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError
from websockets.exceptions import WebSocketException

from spaces import placement
from spaces_project.common import heartbeat
from spaces_project.own import Foreign, require_own_gateway, require_own_redis

logger = logging.getLogger(__name__)

DEADLINE_SECONDS: Final = 2.0
ONE_GATEWAY_SECONDS: Final = 1.5
"""What one of several gateways has, so that one that hangs does not make all of them ill."""
OK: Final = "ok"
FAILURES: Final = (DatabaseFailure, RedisError, WebSocketException, OSError, msgspec.DecodeError)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Return `{"database": "ok", "redis": "ok", …}`.

    A part that is not well has a reason instead of `ok`, and the status is 503.
    """
    deadline = time.monotonic() + DEADLINE_SECONDS
    answers = {part: _THREADS[part].submit(probe) for part, probe in PROBES.items()}
    report = {part: _report(answer, deadline) for part, answer in answers.items()} | _dying()
    ill = [f"{part}: {answer}" for part, answer in report.items() if answer != OK]
    if ill:
        logger.warning("not well: %s", "; ".join(ill))
    return JsonResponse(report, status=503 if ill else 200)


def _report(answer: Future[str], deadline: float, *, within: float = 0) -> str:
    try:
        return answer.result(timeout=max(0, deadline - time.monotonic()))
    except TimeoutError:
        answer.cancel()
        return f"no answer in {within or DEADLINE_SECONDS:g} s"
    except Foreign as foreign:
        return str(foreign).partition(": ")[2]
    except FAILURES as failure:
        # Only the type of the error: its text may hold addresses and passwords.
        return f"failed: {type(failure).__name__}"


def _dying() -> dict[str, str]:
    """Return the parts that `deploy/respawn` reports as ending right after each start. They may answer in between."""
    marks = settings.VAR_DIR.glob("dying/*")
    return {path.name.partition(".")[0]: "ended five times in a row" for path in marks}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations")
            return OK if cursor.fetchone() else "not migrated"
    finally:
        connection.close()


def _redis() -> str:
    require_own_redis(heartbeat.redis)
    return OK


def _gateway() -> str:
    """Return `ok` if a gateway answers. With several of them, one must also take new Spaces; the log names those that
    are ill."""
    answers = {name: _GATEWAY_THREADS.submit(_answers, url) for name, url in settings.GATEWAYS.items()}
    if len(answers) == 1:
        (only,) = answers.values()
        return only.result()
    until = time.monotonic() + ONE_GATEWAY_SECONDS
    report = {name: _report(answer, until, within=ONE_GATEWAY_SECONDS) for name, answer in answers.items()}
    if ill := [f"{name}: {answer}" for name, answer in report.items() if answer != OK]:
        logger.warning("gateways that are not well: %s", "; ".join(ill))
    accepting = {found.name for found in placement.reports() if found.accepts}
    return OK if any(report[name] == OK for name in accepting) else "none takes new Spaces"


def _answers(url: str) -> str:
    require_own_gateway(url, timeout=DEADLINE_SECONDS)
    return OK


def _is_fresh(mark: str, otherwise: str) -> str:
    return OK if heartbeat.is_fresh(mark) else f"{otherwise} for {heartbeat.FRESH_SECONDS} s"


def _works(mark: str) -> Callable[[], str]:
    """Return the probe of a process that looks after its own work."""
    return partial(_is_fresh, mark, "silent")


def _takes_tasks(mark: str) -> Callable[[], str]:
    """Return the probe of a worker."""
    return partial(_is_fresh, mark, "took no task")


def _speech() -> str:
    return heartbeat.NO_ENGINE if heartbeat.has_no_engine() else _takes_tasks(heartbeat.SPEECH)()


PROBES: Final[dict[str, Callable[[], str]]] = {
    "database": _database,
    "redis": _redis,
    "gateway": _gateway,
    "worker": _takes_tasks(heartbeat.WORKER),
    "beat": _works(heartbeat.BEAT),
    "speech": _speech,
    "captions": _works(heartbeat.CAPTIONS),
    "recorder": _works(heartbeat.RECORDER),
    "notify": _takes_tasks(heartbeat.NOTIFY),
}
_GATEWAY_THREADS: Final = ThreadPoolExecutor(8, thread_name_prefix="healthz-gateways")
# One thread per part: a probe that hangs delays no other, and a hundred polls of a hung part hold one thread.
_THREADS: Final = {part: ThreadPoolExecutor(1, thread_name_prefix=f"healthz-{part}") for part in PROBES}
