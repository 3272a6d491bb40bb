"""`GET /metrics` for Prometheus: the counters of all processes of this machine, and facts from the database and Redis.

The facts are about the whole site. Several machines report the same ones, so a graph takes their maximum.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from spaces import presence
from spaces.selectors import counts
from spaces_project.common.addresses import is_from_this_machine
from spaces_project.common.store import store

logger = logging.getLogger(__name__)

QUEUES: Final = ("celery", "speech", "speech.interim")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus's text format.

    Answer 403 without the token or, if none is set, to requests from another machine.
    """
    if not _may_see(request):
        return HttpResponseForbidden("Access denied: see docs/operations.md.\n", content_type="text/plain")
    return HttpResponse(_of_processes() + generate_latest(_FACTS), content_type=CONTENT_TYPE_LATEST)


def _may_see(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return is_from_this_machine(request)


def _of_processes() -> bytes:
    if not settings.METRICS_DIR:
        return generate_latest(REGISTRY)
    _forget_the_dead()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.METRICS_DIR)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_the_dead() -> None:
    """Remove the gauges of ended processes. Their counters stay, but what they held, such as sockets, is gone."""
    for path in Path(settings.METRICS_DIR).glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        if not _lives(pid):
            mark_process_dead(pid, path=settings.METRICS_DIR)  # type: ignore[no-untyped-call]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Facts(Collector):
    """A collector that queries anew for each answer, in a constant number of queries.

    A fact that cannot be queried is left out.
    """

    def collect(self) -> Iterable[Metric]:
        for ask in (_of_spaces, _of_queues):
            yield from _answers(ask)


def _answers(ask: Callable[[], Iterator[Metric]]) -> list[Metric]:
    try:
        return list(ask())
    except (DatabaseError, redis.RedisError) as error:
        logger.warning("metrics without %s: %s", ask.__name__.removeprefix("_of_"), error)
        return []


def _of_spaces() -> Iterator[Metric]:
    live, microphones = counts.live_public_ids(), counts.microphones()
    yield _gauge("spaces_live", "Live Spaces", float(len(live)))
    mixer = GaugeMetricFamily("spaces_mixer_microphones", "Microphones in mixers", labels=["gateway", "state"])
    for gateway, muted, number in microphones:
        mixer.add_metric([gateway, "muted" if muted else "open"], number)
    yield mixer
    here = presence.counts(live) if live else {}
    yield _gauge("spaces_people", "People in live Spaces", float(sum(here.values())))
    yield _gauge("spaces_people_most", "People in the fullest live Space", float(max(here.values(), default=0)))


def _of_queues() -> Iterator[Metric]:
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    waiting = GaugeMetricFamily("spaces_queue_depth", "Jobs that wait for a worker", labels=["queue"])
    for queue in QUEUES:
        waiting.add_metric([queue], store().llen(f"{prefix}{queue}"))
    yield waiting


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


_FACTS: Final = CollectorRegistry()
_FACTS.register(Facts())
