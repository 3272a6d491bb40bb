"""Telling programs what happened.

An event is written down for each webhook first, in the log that the admin shows; deliveries work through what is due. A
lost worker loses nothing, and two of them do not send the same try twice: a try is claimed by compare-and-swap.
"""

import base64
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Signer

from accounts import outside, signals
from accounts.models import Delivery, DeliveryState, User, Webhook, WebhookEvent
from accounts.notices import tell_owner
from spaces_project.common.errors import BadInput, Conflict, NotFound

MOST_WEBHOOKS = 20
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""How long after each failed try the next comes; after the last one it is given up."""
GONE = 410
KEPT = timedelta(days=30)


def create_webhook(*, owner: User | None, url: str, events: Sequence[str]) -> Webhook:
    """Without an owner it hears of every Space of the site. Raises `bad_url`, `bad_events`, `too_many`."""
    try:
        outside.target(url)
    except outside.Forbidden as error:
        raise BadInput("bad_url", str(error)) from error
    if not events or not set(events) <= set(WebhookEvent.values):
        raise BadInput("bad_events", "Choose at least one of the events.")
    if owner is not None and Webhook.objects.filter(owner=owner).count() >= MOST_WEBHOOKS:
        raise Conflict("too_many", f"You have {MOST_WEBHOOKS} webhooks already.")
    named = [event.value for event in WebhookEvent if event.value in events]
    made = Webhook.objects.create(owner=owner, url=url, events=named, secret=_new_secret())
    if owner is not None:
        tell_owner(user=owner, about="webhook_made", name=url)
    return made


def delete_webhook(*, owner: User, webhook_id: int) -> None:
    deleted, _ = Webhook.objects.filter(pk=webhook_id, owner=owner).delete()
    if not deleted:
        raise NotFound("not_found", "This webhook is not there.")


def announce_event(*, event: WebhookEvent, owner_ids: Collection[int], data: Mapping[str, Any]) -> None:
    """To the webhooks of those whom it is about, and of the site. Written down now, sent after the commit."""
    hooks = Webhook.objects.filter(Q(owner__in=owner_ids) | Q(owner=None), is_active=True)
    payload = {"type": event.value, "timestamp": timezone.now().isoformat(), "data": dict(data)}
    rows = [Delivery(webhook=hook, event=event, payload=payload) for hook in hooks if event.value in hook.events]
    if rows:
        made = Delivery.objects.bulk_create(rows)
        transaction.on_commit(partial(_tell, [row.pk for row in made]))


def due_deliveries(*, now: datetime | None = None, limit: int = 100) -> list[int]:
    due = Delivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=now or timezone.now())
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def deliver(*, delivery_id: int, now: datetime | None = None) -> bool:
    """One try, if it is due. Whether it arrived."""
    moment = now or timezone.now()
    delivery = _claim(delivery_id, moment)
    if delivery is None:
        return False
    try:
        status = outside.post(delivery.webhook.url, *_signed(delivery, moment))
    except outside.NotSent as error:
        _settle(delivery, status=None, error=str(error))
        return False
    _settle(delivery, status=status, error="" if 200 <= status < 300 else f"answered with {status}")
    return 200 <= status < 300


def deliver_again(*, delivery: Delivery) -> None:
    """From the admin: once more, whatever became of it."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.WAITING, tries=0, next_try_at=timezone.now(), settled_at=None
    )
    _tell([delivery.pk])


def forget_old_deliveries(*, now: datetime | None = None) -> int:
    deleted, _ = Delivery.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()
    return deleted


def _claim(delivery_id: int, now: datetime) -> Delivery | None:
    """The try is counted before it is made: a worker that dies over it has used it up."""
    row = Delivery.objects.select_related("webhook").filter(pk=delivery_id).first()
    if row is None or row.tries >= len(PAUSES) + 1:
        return None
    pause = PAUSES[min(row.tries, len(PAUSES) - 1)]
    due = Delivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING, tries=row.tries, next_try_at__lte=now)
    if not due.update(tries=F("tries") + 1, next_try_at=now + pause):
        return None
    row.tries += 1
    return row


def _signed(delivery: Delivery, now: datetime) -> tuple[bytes, dict[str, str]]:
    body = msgspec.json.encode(delivery.payload)
    message_id = f"msg_{delivery.message_id.hex}"
    at = now.astimezone(UTC)
    signature = Signer(delivery.webhook.secret).sign(message_id, at, body.decode())
    return body, {
        "content-type": "application/json",
        "user-agent": "Spaces-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def _settle(delivery: Delivery, *, status: int | None, error: str) -> None:
    fields: dict[str, Any] = {"last_status": status, "last_error": error[:200]}
    if not error:
        fields |= {"state": DeliveryState.DELIVERED, "settled_at": timezone.now()}
    elif status == GONE or delivery.tries > len(PAUSES):
        fields |= {"state": DeliveryState.FAILED, "settled_at": timezone.now()}
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
    if status == GONE:
        Webhook.objects.filter(pk=delivery.webhook_id).update(is_active=False)


def _new_secret() -> str:
    """As Standard Webhooks has it: 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _tell(delivery_ids: list[int]) -> None:
    # Robust: the rows are there, and beat finds them if the broker is away.
    signals.deliveries_made.send_robust(sender=Delivery, delivery_ids=delivery_ids)
