"""The word that a home socket gets when a badge changed: `news` in docs/protocol.md, without saying what is new."""

from collections.abc import Iterable
from enum import StrEnum
from functools import partial

from django.db import transaction

from spaces import events


class Topic(StrEnum):
    """The page asks `/i/badges`, and for an open thread its latest messages."""

    MESSAGES = "messages"
    NOTIFICATIONS = "notifications"


def tell(topic: Topic, user_ids: Iterable[int]) -> None:
    """After the commit, to every page these people have open."""
    people = tuple(user_ids)
    if people:
        news = events.home_news(topic, to=people)
        transaction.on_commit(partial(events.publish, events.EVERY_PROCESS, news))
