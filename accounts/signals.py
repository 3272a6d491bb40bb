"""The signals of accounts, sent after the commit to the apps above.

Every signal carries `actor_id` (the user who acted) and `target_id` (the user acted on), both `int`. `sender` is the
model of the row. The exceptions list their own arguments.
"""

from functools import partial

from django.db import models, transaction
from django.dispatch import Signal

followed = Signal()
unfollowed = Signal()
blocked = Signal()
unblocked = Signal()

session_ended = Signal()
"""A session was ended from another device. Arguments: `user_id: int`, `session_key: str`."""

account_closed = Signal()
"""An owner began to delete their account. Argument: `user_id: int`."""

export_asked = Signal()
"""An owner asked for an export of their account. Argument: `export_id: int`."""

deliveries_made = Signal()
"""Deliveries to webhooks are due. Argument: `delivery_ids: list[int]`."""


def announce(signal: Signal, *, sender: type[models.Model], actor_id: int, target_id: int) -> None:
    """Send the signal after the surrounding transaction is committed.

    It is never sent if the transaction is rolled back.
    """
    # Robust: the row is committed, so if a receiver fails (Redis is down) Django logs it and nothing is undone.
    transaction.on_commit(partial(signal.send_robust, sender=sender, actor_id=actor_id, target_id=target_id))
