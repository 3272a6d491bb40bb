"""The message `news` of docs/protocol.md, which tells a home socket that a badge changed.

It does not say what is new.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import partial

from django.db import transaction

from spaces import events


class Topic(StrEnum):
    """What changed. The page then requests `/i/badges` and, for an open thread, its latest messages."""

    MESSAGES = "messages"
    NOTIFICATIONS = "notifications"


def tell(topic: Topic, user_ids: Iterable[int]) -> None:
    """Tell every page that these users have open, after the commit."""
    people = tuple(user_ids)
    if people:
        news = events.home_news(topic, to=people)
        transaction.on_commit(partial(events.publish, events.EVERY_PROCESS, news))
