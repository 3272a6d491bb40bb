"""What this app announces, after commit, to whoever stands above it.

Every signal carries `actor_id` (who did it) and `target_id` (to whom), both `int`; `sender` is the model of the row.
"""

from functools import partial

from django.db import models, transaction
from django.dispatch import Signal

followed = Signal()
unfollowed = Signal()
blocked = Signal()
unblocked = Signal()

session_ended = Signal()
"""A session was ended from another device: `user_id: int`, `session_key: str`."""

deliveries_made = Signal()
"""Webhooks are to be told something: `delivery_ids: list[int]`."""


def announce(signal: Signal, *, sender: type[models.Model], actor_id: int, target_id: int) -> None:
    """Send once the surrounding transaction is committed, never when it is rolled back."""
    # Robust: the row is committed, so a receiver that fails (Redis away) is logged by Django and undoes nothing.
    transaction.on_commit(partial(signal.send_robust, sender=sender, actor_id=actor_id, target_id=target_id))
