"""Mails to the owner of an account about changes to it."""

from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from django.db import transaction

from accounts.models import User


def tell_owner(*, user: User, about: str, **context: Any) -> None:
    """Send the mail `account/email/<about>` after the change is committed.

    If the mail server is down, the change stays.
    """
    adapter, prefix = get_adapter(), f"account/email/{about}"
    told = adapter.origin() | context
    transaction.on_commit(partial(adapter.send_notification_mail, prefix, user, told), robust=True)
