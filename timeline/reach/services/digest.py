"""The weekly mail: what is coming and what can be heard again, of the people one follows. It is off until a user wants
it, and is not sent when there is nothing to say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Follow, User, takes_part
from spaces.models import Recording, Reminder, Space
from spaces.selectors.sight import readable
from spaces.states import RecordingState, SpaceState
from timeline.reach.kinds import Channel, Kind
from timeline.reach.models import Wish
from timeline.reach.notice import A_DAY, Notice
from timeline.reach.services.settings import PEOPLE_PER_STEP

WEEK: Final = timedelta(days=7)
MOST: Final = 10
"""Lines of one part of the mail."""


@dataclass(frozen=True, slots=True)
class DigestStep:
    """Some users who want the mail, and where the next step begins (None: this is the last)."""

    user_ids: list[int]
    following: int | None


def digest_step(*, after: int = 0) -> DigestStep:
    """Return at most `PEOPLE_PER_STEP` users who want the weekly mail, with ids above `after`."""
    wishes = Wish.objects.filter(takes_part("user"), kind=Kind.DIGEST, channel=Channel.MAIL, wanted=True)
    found = wishes.filter(user__gt=after).order_by("user").values_list("user", flat=True)
    ids = list(found[:PEOPLE_PER_STEP])
    return DigestStep(ids, ids[-1] if len(ids) == PEOPLE_PER_STEP else None)


def digest_of(user: User, *, now: datetime | None = None) -> Notice | None:
    """Return the user's mail of this week, or None if there is nothing in it."""
    moment = now or timezone.now()
    parts = [*_coming(user, moment), *_replays(user, moment)]
    if not parts:
        return None
    year, week, _day = moment.isocalendar()
    title = gettext_noop("Your week on {site}")
    return Notice(Kind.DIGEST, title, "\n".join(parts), reverse("discover"), f"digest:{year}-{week}", A_DAY)


def _coming(user: User, now: datetime) -> Iterator[str]:
    """Yield lines about the Spaces of the next week by people that the user follows, and those they wait for."""
    waits = Reminder.objects.filter(user=user, space=OuterRef("pk"))
    spaces = Space.objects.filter(_followed(user, "host") | Exists(waits), state=SpaceState.SCHEDULED)
    spaces = spaces.filter(scheduled_start__range=(now, now + WEEK), host__is_active=True)
    found = list(spaces.select_related("host", "creator").order_by("scheduled_start")[:MOST])
    seen = readable(found, user.pk)
    lines = [space for space in found if space.pk in seen]
    if lines:
        yield _("Coming up:")
    for space in lines:
        # In UTC, and said so: a mail does not know the clock of its reader.
        at = date_format(space.scheduled_start, "D j M, H:i") if space.scheduled_start else ""
        yield _("{title}, with {host}: {time} UTC").format(title=space.display_title, host=space.host.name, time=at)


def _replays(user: User, now: datetime) -> Iterator[str]:
    """Yield lines about the replays of the last week by people that the user follows."""
    ready = Recording.objects.filter(_followed(user, "space__host"), state=RecordingState.READY, visible=True)
    ready = ready.filter(ready_at__gt=now - WEEK, space__host__is_active=True)
    found = list(ready.select_related("space__host", "space__creator").order_by("-ready_at")[:MOST])
    seen = readable([recording.space for recording in found], user.pk)
    lines = [recording for recording in found if recording.space_id in seen]
    if lines:
        yield _("To hear again:")
    for recording in lines:
        yield _("{title}, with {host}").format(title=recording.display_title, host=recording.space.host.name)


def _followed(user: User, host: str) -> Q:
    return Q(Exists(Follow.objects.filter(follower=user, followee=OuterRef(host))))
