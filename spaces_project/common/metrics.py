"""The metrics that a process counts about itself, for `/metrics`. `docs/operations.md` explains each of them.

Several processes give one answer: with `METRICS_DIR` each keeps its numbers in files there, and the web process that is
asked adds them all up. A port for each process would need a scrape target for each, and Celery's children have no port
to give.
"""

import os
from pathlib import Path
from typing import Final

from django.conf import settings

if settings.METRICS_DIR:
    Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
    # The library reads it on its first import and for each metric it makes, so it is set before the import below.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = settings.METRICS_DIR

from prometheus_client import Counter, Gauge, Histogram

_QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_FELT: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Buckets in seconds, for the waits of machines and of people."""

SOCKETS = Gauge("spaces_sockets", "Open WebSockets", multiprocess_mode="livesum")
HANDLES = Gauge("spaces_audio_handles", "Peer connections to the gateway", ["target"], multiprocess_mode="livesum")
DRAINING = Gauge("spaces_draining", "Web processes that move their people elsewhere", multiprocess_mode="livesum")
JOINS = Counter("spaces_joins", "Answers to join: entered, resumed, or the code of the error", ["result"])
JOIN_SECONDS = Histogram("spaces_join_seconds", "From join to its answer", buckets=_QUICK)
FIRST_SOUND = Histogram(
    "spaces_first_sound_seconds", "From asking for audio to the connection that carries it", ["target"], buckets=_FELT
)
FRAMES = Counter("spaces_frames", "Frames of events written to sockets")
FANOUT_LAG = Histogram("spaces_fanout_lag_seconds", "From publishing to the last socket of a process", buckets=_QUICK)
SLOW_READERS = Counter("spaces_slow_readers", "Sockets closed because their peer read too slowly")
TURNED_AWAY = Counter("spaces_turned_away", "Joins put off because too many came at once")
LOOP_LAG = Histogram("spaces_loop_lag_seconds", "How late the event loop of a web process is", buckets=_QUICK)
DATABASE_WAIT = Histogram("spaces_database_wait_seconds", "Waiting for a database thread", buckets=_QUICK)
GATEWAY_SECONDS = Histogram(
    "spaces_gateway_seconds", "Round trip of a request to the gateway", ["verb"], buckets=_QUICK
)
GATEWAY_FAILURES = Counter("spaces_gateway_failures", "Requests that the gateway did not answer", ["verb"])
GATEWAY_CPU = Gauge("spaces_gateway_cpu_seconds", "CPU that the gateway used so far", multiprocess_mode="livesum")
GATEWAY_RESTARTS = Gauge("spaces_gateway_restarts", "How often it was started again", multiprocess_mode="livesum")
CAPTION_LAG = Histogram("spaces_caption_lag_seconds", "From the end of an utterance to its final text", buckets=_FELT)
HTTP_SECONDS = Histogram("spaces_http_seconds", "Pages and API calls", ["view", "status"], buckets=_QUICK)
