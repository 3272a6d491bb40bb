"""`GET /healthz`: whether every part that a Space needs answers.

All parts are asked at once and share a deadline of two seconds.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
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

from spaces_project import heartbeat
from spaces_project.own import Foreign, require_own_gateway, require_own_redis

logger = logging.getLogger(__name__)

DEADLINE_SECONDS: Final = 2.0
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


def _report(answer: Future[str], deadline: float) -> str:
    try:
        return answer.result(timeout=max(0, deadline - time.monotonic()))
    except TimeoutError:
        answer.cancel()
        return f"no answer in {DEADLINE_SECONDS:g} s"
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
    require_own_gateway(timeout=DEADLINE_SECONDS)
    return OK


def _beat() -> str:
    return OK if heartbeat.is_fresh(heartbeat.BEAT) else f"silent for {heartbeat.FRESH_SECONDS} s"


def _worker() -> str:
    return OK if heartbeat.is_fresh(heartbeat.WORKER) else f"took no task for {heartbeat.FRESH_SECONDS} s"


def _speech() -> str:
    if heartbeat.has_no_engine():
        return heartbeat.NO_ENGINE
    return OK if heartbeat.is_fresh(heartbeat.SPEECH) else f"took no task for {heartbeat.FRESH_SECONDS} s"


def _captions() -> str:
    return OK if heartbeat.is_fresh(heartbeat.CAPTIONS) else f"silent for {heartbeat.FRESH_SECONDS} s"


PROBES: Final[dict[str, Callable[[], str]]] = {
    "database": _database,
    "redis": _redis,
    "gateway": _gateway,
    "worker": _worker,
    "beat": _beat,
    "speech": _speech,
    "captions": _captions,
}
# One thread per part: a probe that hangs delays no other, and a hundred polls of a hung part hold one thread.
_THREADS: Final = {part: ThreadPoolExecutor(1, thread_name_prefix=f"healthz-{part}") for part in PROBES}
