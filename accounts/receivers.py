"""Work that begins when something was committed."""

from typing import Any

from django.dispatch import receiver

from accounts import signals, tasks


@receiver(signals.deliveries_made)
def deliver_now(delivery_ids: list[int], **kwargs: Any) -> None:
    for delivery_id in delivery_ids:
        tasks.deliver.delay(delivery_id)
