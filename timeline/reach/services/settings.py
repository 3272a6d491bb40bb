"""What a user wants to be told, and when."""

import zoneinfo
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from spaces_project.common.errors import BadInput
from timeline.reach.kinds import Channel, Kind, channels_of, is_default
from timeline.reach.models import QuietHours, Wish

Key = tuple[Kind, Channel]
KEYS: list[Key] = [(kind, channel) for kind in Kind for channel in channels_of(kind)]
PEOPLE_PER_STEP: Final = 500
"""Users whom one task tells."""


@dataclass(frozen=True, slots=True)
class Choices:
    """A user's choices. Without `begin` and `end` there are no quiet hours."""

    wanted: Mapping[Key, bool]
    begin: time | None = None
    end: time | None = None
    time_zone: str = "UTC"


def choices(user: User) -> Choices:
    """Return the choices of a user, with the defaults where they chose nothing."""
    chosen = {(Kind(row.kind), Channel(row.channel)): row.wanted for row in Wish.objects.filter(user=user)}
    wanted = {key: chosen.get(key, is_default(*key)) for key in KEYS}
    quiet = QuietHours.objects.filter(user=user).first()
    return Choices(wanted) if quiet is None else Choices(wanted, quiet.begin, quiet.end, quiet.time_zone)


def save_choices(*, user: User, wanted: Collection[Key], begin: time | None, end: time | None, time_zone: str) -> None:
    """Store the choices. Error: `bad_hours` (one end only, or an unknown time zone)."""
    if (begin is None) != (end is None):
        raise BadInput("bad_hours", _("Give both ends of the quiet hours, or none."))
    if begin is not None and time_zone not in zoneinfo.available_timezones():
        raise BadInput("bad_hours", _("Choose a time zone from the list."))
    others = [key for key in KEYS if (key in wanted) != is_default(*key)]
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two saves at once: one after the other
        Wish.objects.filter(user=user).delete()
        Wish.objects.bulk_create(Wish(user=user, kind=k, channel=c, wanted=(k, c) in wanted) for k, c in others)
        QuietHours.objects.filter(user=user).delete()
        if begin is not None and end is not None:
            QuietHours.objects.create(user=user, begin=begin, end=end, time_zone=time_zone)


def wanting(user_ids: Collection[int], kind: Kind, channel: Channel) -> set[int]:
    """Return the users who want this kind by this channel. One query."""
    default = is_default(kind, channel)
    rows = Wish.objects.filter(user__in=user_ids, kind=kind, channel=channel).exclude(wanted=default)
    others = set(rows.values_list("user_id", flat=True))
    return set(user_ids) - others if default else others


def in_quiet_hours(user_ids: Collection[int], now: datetime) -> set[int]:
    """Return the users for whom it is a quiet hour now. One query."""
    return {row.user_id for row in QuietHours.objects.filter(user__in=user_ids) if is_quiet(row, now)}


def is_quiet(row: QuietHours, now: datetime) -> bool:
    """Return whether `now` is inside the hours. Hours that begin and end at one time last the whole day."""
    local = now.astimezone(zoneinfo.ZoneInfo(row.time_zone)).time()
    if row.begin < row.end:
        return row.begin <= local < row.end
    return local >= row.begin or local < row.end
