"""Spaces as calendar events (iCalendar, RFC 5545): the file of one, and the feed of a user.

All times are UTC. An event with a zone would need that zone's rules in the file, which calendars read differently: the
hour would be wrong all summer in some of them. A moment in UTC is the same everywhere.

A Space that repeats is therefore no rule (RRULE), but an event for each of the weeks to come. Each has the name (UID)
that its Space will have, so that a calendar moves it instead of showing it twice.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from icalendar import Calendar, Event, vDuration, vText

from accounts.models import User
from accounts.site import site
from spaces.models import Space
from spaces.states import SpaceState
from spaces_project.common.origins import host_of

LENGTH: Final = timedelta(hours=1)
"""How long a Space is entered as. Its end is not known beforehand; without an end, some calendars show a whole day."""
KEPT: Final = timedelta(days=30)
"""How long past Spaces stay in the feed, so that a calendar does not forget them at once."""
MOST: Final = 500
WEEKS: Final = 8
"""For how many weeks ahead a Space that repeats is entered."""
NUMBERED_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""From when the versions of events are counted. Not from each Space's own beginning: a calendar would not take a Space
with a lower number than the series gave it beforehand."""


def address(path: str, *, app: bool = False) -> str:
    """Return the full address of a calendar. With `app` it opens the calendar app of the device."""
    origin = f"webcal://{urlsplit(settings.PUBLIC_ORIGIN).netloc}" if app else settings.PUBLIC_ORIGIN
    return origin + path


def calendar_of(space: Space) -> bytes:
    """Return the calendar file of one Space that has a time."""
    return _calendar([space], name=space.display_title)


def feed_of(user: User, *, now: datetime | None = None) -> bytes:
    """Return the feed of a user: the Spaces they host or set a reminder for."""
    since = (now or timezone.now()) - KEPT
    theirs = Q(reminders__user=user) | Q(host=user)
    rows = (
        Space.objects.filter(theirs, scheduled_start__gt=since, host__is_active=True)
        .select_related("host", "creator")
        .distinct()
    )
    return _calendar(rows.order_by("-scheduled_start")[:MOST], name=site().name)


def _calendar(spaces: Iterable[Space], *, name: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{site().name}//Spaces//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(timedelta(hours=1)), parameters={"VALUE": "DURATION"})
    for space in spaces:
        for event in _events(space):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(space: Space) -> Iterator[Event]:
    assert space.scheduled_start is not None
    yield _event(space, space.calendar_id, space.scheduled_start)
    if space.is_to_repeat:
        for weeks in range(1, WEEKS + 1):
            yield _event(space, space.calendar_id_after(weeks), space.start_after(weeks))


def _event(space: Space, name: str, moment: datetime) -> Event:
    start, address = moment.astimezone(UTC), settings.PUBLIC_ORIGIN + space.get_absolute_url()
    event = Event()
    event.add("uid", f"{name}@{host_of(settings.PUBLIC_ORIGIN)}")
    event.add("dtstamp", space.updated_at.astimezone(UTC))
    # Calendars take a change only with a higher number, and the time of the change grows by itself.
    event.add("sequence", int((space.updated_at - NUMBERED_SINCE).total_seconds()))
    event.add("dtstart", start)
    event.add("dtend", start + LENGTH)
    event.add("summary", space.display_title)
    event.add("description", vText(f"{space.host.name}\n{address}"))
    event.add("url", address)
    event.add("location", address)
    event.add("status", "CANCELLED" if space.state == SpaceState.CANCELED else "CONFIRMED")
    return event
