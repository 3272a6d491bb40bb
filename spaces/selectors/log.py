"""The log of a Space, for its host and for moderators."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accounts.paging import Page, cut_page, parse_cursor
from spaces import rules
from spaces.models import LogEntry, Space
from spaces.rules import Action, powers
from spaces.rules.powers import Power
from spaces.selectors.spaces import get_space
from spaces.states import MODERATORS_READ

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

PAGE_SIZE = 100


def space_log(*, public_id: str, user: "User", cursor: str | None = None) -> Page[LogEntry]:
    """Return one page of the log, oldest first. Moderators read all of it. The host reads it without the actions of
    moderators, and without their names.

    Raise what the rules say, `NotFound` or `bad_cursor`.
    """
    space = get_space(public_id)
    is_moderator = powers.may(Power.LOOK, user=user)
    if not is_moderator:
        own = space.participants.of(user.pk)
        rules.require(Action.READ_LOG, space=space, actor=own)
    entries = LogEntry.objects.filter(space=space).select_related("actor", "target").order_by("pk")
    if cursor is not None:
        entries = entries.filter(pk__gt=parse_cursor(cursor, parts=1)[0])
    if is_moderator:
        return _page(entries)
    page = _page(entries.exclude(kind__in=MODERATORS_READ))
    _forget_moderators(space, page.items)
    return page


def _page(entries: "QuerySet[LogEntry]") -> Page[LogEntry]:
    return cut_page(entries, PAGE_SIZE, lambda entry: (entry.pk,))


def _forget_moderators(space: Space, entries: Iterable[LogEntry]) -> None:
    """Remove actors who were never in the Space: they acted for the site."""
    actors = {entry.actor_id for entry in entries if entry.actor_id is not None}
    here = set(space.participants.filter(user__in=actors).values_list("user_id", flat=True))
    for entry in entries:
        if entry.actor_id not in here:
            entry.actor = None
