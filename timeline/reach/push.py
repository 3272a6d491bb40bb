"""Sending to push services (RFC 8030) what only the browser can read (RFC 8291)."""

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from pywebpush import WebPusher

from accounts import public_http
from accounts.languages import speaking_to
from timeline.reach import vapid
from timeline.reach.models import PushSubscription
from timeline.reach.notice import Notice

logger = logging.getLogger(__name__)

BATCH_SECONDS: Final = 40.0
"""The deadline for all sends of a step. Celery ends a task after 60 s."""
CONNECTIONS: Final = 4
"""Connections of a step to one push service."""
GONE: Final = (404, 410)


class Outcome(Enum):
    SENT = "sent"
    GONE = "gone"
    FAILED = "failed"


def send(notice: Notice, subscriptions: Iterable[PushSubscription]) -> dict[int, Outcome]:
    """Send the notice to each browser and return what became of it, by the id of the subscription."""
    parts = list(_parts(subscriptions))
    if not parts:
        return {}
    outcomes: dict[int, Outcome] = {}
    with ThreadPoolExecutor(len(parts), thread_name_prefix="push") as pool:
        for found in pool.map(lambda part: _send_part(notice, part), parts):
            outcomes |= found
    return outcomes


def _parts(subscriptions: Iterable[PushSubscription]) -> Iterator[list[PushSubscription]]:
    """Split by push service, and the browsers of one service over a few connections."""
    services: dict[str, list[PushSubscription]] = defaultdict(list)
    for subscription in subscriptions:
        services[_origin(subscription.endpoint)].append(subscription)
    for found in services.values():
        for first in range(min(CONNECTIONS, len(found))):
            yield found[first::CONNECTIONS]


def _send_part(notice: Notice, part: list[PushSubscription]) -> dict[int, Outcome]:
    try:
        connection = public_http.KeptConnection(part[0].endpoint)
    except public_http.NotSent:
        return {subscription.pk: Outcome.FAILED for subscription in part}
    deadline = threading.Timer(BATCH_SECONDS, connection.abort)
    deadline.daemon = True
    deadline.start()
    try:
        return {subscription.pk: _send_one(connection, notice, subscription) for subscription in part}
    finally:
        deadline.cancel()
        connection.close()


def _send_one(connection: public_http.KeptConnection, notice: Notice, subscription: PushSubscription) -> Outcome:
    try:
        status = connection.post(
            subscription.endpoint, _encrypted(notice, subscription), _headers(notice, subscription)
        )
    except public_http.NotSent as error:
        logger.info("a push was not sent: %s", error)
        return Outcome.FAILED
    if status in GONE:
        return Outcome.GONE
    return Outcome.SENT if 200 <= status < 300 else Outcome.FAILED


def _encrypted(notice: Notice, subscription: PushSubscription) -> bytes:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    with speaking_to(subscription.user):
        title = notice.in_words()
    shown = {"title": title, "body": notice.body, "url": notice.url, "tag": notice.tag, "kind": notice.kind}
    pusher = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    return bytes(pusher.encode(json.dumps(shown).encode())["body"])


def _headers(notice: Notice, subscription: PushSubscription) -> dict[str, str]:
    return {
        "Authorization": vapid.authorization(_origin(subscription.endpoint)),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(notice.seconds),
        "Urgency": "high",
        # A push service that still has a notice with this topic for a sleeping device replaces it.
        "Topic": sha256(notice.tag.encode()).hexdigest()[:32],
    }


def _origin(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"
