"""Delivery of events to webhooks.

An event is first written to the delivery log, one row for each webhook; the admin shows this log. Delivery tasks then
work through the rows that are due. A crashed worker loses nothing, and two workers never send the same attempt twice,
because an attempt is claimed by compare-and-swap.

Each owner has one attempt under way at a time, so that twenty slow receivers of one user hold one thread of the worker.
"""

import base64
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks.webhooks import Webhook as Signer

from accounts import public_http, signals
from accounts.models import Delivery, DeliveryState, User, Webhook, WebhookEvent
from accounts.notices import tell_owner
from accounts.services.profiles import lock_user
from spaces_project.common.errors import BadInput, Conflict, NotFound

MOST_WEBHOOKS = 20
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""The pause after each failed attempt. After the last pause and one more failure, the delivery is given up."""
GONE = 410
MOST_FAILURES = 20
"""Failed attempts in a row after which a webhook is turned off."""
BUSY = timedelta(seconds=30)
"""The lease of one attempt, longer than any attempt takes.

If a worker dies during an attempt, its owner's deliveries wait no longer than this.
"""
KEPT = timedelta(days=30)
SCRUBBED_AT_ONCE = 200


def create_webhook(*, owner: User | None, url: str, events: Sequence[str]) -> Webhook:
    """Create a webhook.

    Without an owner it receives the events of every Space of the site. Raises `BadInput` `bad_url` or `bad_events`,
    `Conflict` `too_many`.
    """
    try:
        public_http.target(url)
    except public_http.Forbidden as error:
        raise BadInput("bad_url", str(error)) from error
    if not events or not set(events) <= set(WebhookEvent.values):
        raise BadInput("bad_events", _("Choose at least one of the events."))
    named = [event.value for event in WebhookEvent if event.value in events]
    with transaction.atomic():
        if owner is not None:
            lock_user(owner.pk)
            _require_fewer(owner)
        made = Webhook.objects.create(owner=owner, url=url, events=named, secret=_new_secret())
    if owner is not None:
        tell_owner(user=owner, about="webhook_made", name=url)
    return made


def _require_fewer(owner: User) -> None:
    if Webhook.objects.filter(owner=owner).count() >= MOST_WEBHOOKS:
        raise Conflict("too_many", _("You have {limit} webhooks already.").format(limit=MOST_WEBHOOKS))


def delete_webhook(*, owner: User, webhook_id: int) -> None:
    """Delete one of the owner's webhooks. Raises `NotFound` `not_found`."""
    deleted, _by_kind = Webhook.objects.filter(pk=webhook_id, owner=owner).delete()
    if not deleted:
        raise NotFound("not_found", _("There is no such webhook."))


def announce_event(*, event: WebhookEvent, owner_ids: Collection[int], data: Mapping[str, Any]) -> None:
    """Queue an event for the active webhooks that want it: those of the users it is about, and those of the site.

    The deliveries are stored now and sent after the commit.
    """
    hooks = Webhook.objects.filter(Q(owner__in=owner_ids) | Q(owner=None), is_active=True)
    payload = {"type": event.value, "timestamp": timezone.now().isoformat(), "data": dict(data)}
    rows = [Delivery(webhook=hook, event=event, payload=payload) for hook in hooks if event.value in hook.events]
    if rows:
        made = Delivery.objects.bulk_create(rows)
        transaction.on_commit(partial(_tell, [row.pk for row in made]))


def due_deliveries(*, now: datetime | None = None, limit: int = 100) -> list[int]:
    """Return the ids of at most `limit` due deliveries, the longest due first."""
    due = _due(now or timezone.now())
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def deliver(*, delivery_id: int, now: datetime | None = None) -> bool:
    """Make one attempt if it is due and no other attempt of the same owner is under way. Return whether it arrived.

    The next due delivery of the same owner is started afterwards.
    """
    moment = now or timezone.now()
    delivery = _claim(delivery_id, moment)
    if delivery is None:
        return False
    try:
        status: int | None = public_http.post(delivery.webhook.url, *_signed(delivery, moment))
        error = "" if status is not None and 200 <= status < 300 else f"answered with {status}"
    except public_http.NotSent as failure:
        status, error = None, str(failure)
    _settle(delivery, status=status, error=error)
    _tell_next(delivery.webhook.owner_id)
    return not error


def deliver_again(*, delivery: Delivery) -> None:
    """Queue a delivery again from the admin, whatever its state."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.WAITING, tries=0, next_try_at=timezone.now(), settled_at=None
    )
    _tell([delivery.pk])


def scrub_deliveries(*, space_ids: Collection[str]) -> None:
    """Remove the titles of these Spaces from deliveries that were or will be sent, because their
    host deletes the account."""
    for start in range(0, len(space_ids), SCRUBBED_AT_ONCE):
        some = list(space_ids)[start : start + SCRUBBED_AT_ONCE]
        for delivery in Delivery.objects.filter(payload__data__space__id__in=some).iterator():
            delivery.payload["data"]["space"]["title"] = ""
            delivery.save(update_fields=["payload"])


def forget_old_deliveries(*, now: datetime | None = None) -> int:
    """Delete deliveries older than `KEPT` from the log. Return how many."""
    deleted, _ = Delivery.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()
    return deleted


def _due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=now, webhook__is_active=True)


def _claim(delivery_id: int, now: datetime) -> Delivery | None:
    """Claim the next attempt of a delivery.

    It is counted before it is made, so that an attempt that kills its worker is used up.
    """
    with transaction.atomic():
        row = _due(now).select_related("webhook__owner").filter(pk=delivery_id).first()
        if row is None or row.tries >= len(PAUSES) + 1:
            return None
        _lock_owner_of(row.webhook)
        if _is_busy(row.webhook.owner_id):
            return None
        pause = PAUSES[min(row.tries, len(PAUSES) - 1)]
        mine = Delivery.objects.filter(pk=row.pk, state=DeliveryState.WAITING, tries=row.tries)
        if not mine.update(tries=F("tries") + 1, next_try_at=now + pause, busy_until=timezone.now() + BUSY):
            return None
    row.tries += 1
    return row


def _is_busy(owner_id: int | None) -> bool:
    trying = Delivery.objects.filter(state=DeliveryState.WAITING, busy_until__gt=timezone.now())
    return trying.filter(webhook__owner=owner_id).exists()


def _lock_owner_of(webhook: Webhook) -> None:
    """Take the lock that makes claims of one owner run one after the other.

    The site's webhooks have no owner; the first of them is locked instead.
    """
    if webhook.owner_id is not None:
        lock_user(webhook.owner_id)
    else:
        Webhook.objects.select_for_update().filter(owner=None).order_by("pk")[:1].get()


def _tell_next(owner_id: int | None) -> None:
    following = _due(timezone.now()).filter(webhook__owner=owner_id).order_by("next_try_at")
    if pk := following.values_list("pk", flat=True).first():
        _tell([pk])


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
    fields: dict[str, Any] = {"last_status": status, "last_error": error[:200], "busy_until": None}
    if not error:
        fields |= {"state": DeliveryState.DELIVERED, "settled_at": timezone.now()}
    elif status == GONE or delivery.tries > len(PAUSES):
        fields |= {"state": DeliveryState.FAILED, "settled_at": timezone.now()}
    Delivery.objects.filter(pk=delivery.pk).update(**fields)
    _count(delivery.webhook, failed=bool(error), is_gone=status == GONE)


def _count(webhook: Webhook, *, failed: bool, is_gone: bool) -> None:
    """Update the number of failures in a row.

    Turn the webhook off after too many of them, or if the receiver says that it is gone.
    """
    row = Webhook.objects.filter(pk=webhook.pk)
    if not failed:
        row.filter(failures__gt=0).update(failures=0)
        return
    row.filter(failures__lt=MOST_FAILURES).update(failures=F("failures") + 1)
    if is_gone or row.filter(failures__gte=MOST_FAILURES).exists():
        _turn_off(webhook)


def _turn_off(webhook: Webhook) -> None:
    """Turn a webhook off, give up its waiting deliveries, and tell its owner once."""
    with transaction.atomic():
        if not Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False):
            return
        waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
        waiting.update(state=DeliveryState.FAILED, settled_at=timezone.now())
        if webhook.owner is not None:
            tell_owner(user=webhook.owner, about="webhook_off", name=webhook.url)


def _new_secret() -> str:
    """Return a new signing secret of 32 random bytes, in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _tell(delivery_ids: list[int]) -> None:
    # Robust: the rows are committed, and the periodic task finds them if the broker is down.
    signals.deliveries_made.send_robust(sender=Delivery, delivery_ids=delivery_ids)
