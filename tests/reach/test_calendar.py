"""Spaces in calendars: two parsers read the same moment, in every zone and around every change of the clock."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from spaces import services as services_of_spaces
from spaces.models import Reminder, Space
from spaces.services.repetition import repeat_weekly
from tests.factories import SpaceFactory, UserFactory
from tests.support.processes import REPOSITORY
from timeline.reach import calendars, services

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

ZONES = (
    "Europe/Berlin", "Europe/London", "Europe/Lisbon", "America/New_York", "America/Chicago", "America/Los_Angeles",
    "America/St_Johns", "America/Santiago", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland",
    "Pacific/Chatham",
)  # fmt: skip
BEGIN, STEP = datetime(2027, 1, 1, tzinfo=UTC), timedelta(minutes=30)


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", followers_count=600)


def changes(zone: str) -> list[datetime]:
    """The moments of 2027 at which the clocks of a zone change."""
    there, steps = ZoneInfo(zone), [BEGIN + STEP * number for number in range(365 * 48)]
    return [b for a, b in pairwise(steps) if offset(a, there) != offset(b, there)]


def offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def scheduled(host: User, when: datetime, **facts: object) -> Space:
    return SpaceFactory.create(creator=host, state="scheduled", scheduled_start=when, **facts)


def read_by_ical_js(calendar: bytes) -> dict[str, tuple[int, int, str]]:
    """Return start and end, in seconds, and title of each event."""
    done = subprocess.run(
        ["node", "tests/js/read-calendar.mjs"],
        cwd=REPOSITORY,
        input=calendar,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return {uid.partition("@")[0]: (start, end, summary) for uid, start, end, summary in json.loads(done.stdout)}


def read_by_icalendar(calendar: bytes) -> dict[str, tuple[datetime, datetime]]:
    """Return start and end of each event."""
    events = Calendar.from_ical(calendar).walk("VEVENT")
    return {str(event["uid"]).partition("@")[0]: (event.decoded("dtstart"), event.decoded("dtend")) for event in events}


def test_every_zone_has_two_changes() -> None:
    assert {zone: len(changes(zone)) for zone in ZONES} == dict.fromkeys(ZONES, 2)


def test_two_parsers_read_the_right_moment_around_every_change(ada: User) -> None:
    """icalendar 7.3.2 and ical.js 2.2.1 make hours of no length or of two hours of a DURATION in a time zone
    (findings/icalendar-hour-of-no-length.sh), and read two times in UTC rightly."""
    around = (-2, -1, 0, 1, 2)
    moments = {change + STEP * steps for zone in ZONES for change in changes(zone) for steps in around}
    spaces = [scheduled(ada, moment) for moment in sorted(moments)]
    feed = calendars.feed_of(ada, now=BEGIN)
    one, other = read_by_icalendar(feed), read_by_ical_js(feed)
    assert len(one) == len(other) == len(spaces) >= 60
    for space, start in zip(spaces, sorted(moments), strict=True):
        end = start + calendars.LENGTH
        assert one[space.public_id] == (start, end)
        assert other[space.public_id][:2] == (start.timestamp(), end.timestamp())


@pytest.mark.parametrize("zone", ZONES)
def test_a_space_that_repeats_is_at_the_same_hour_through_every_change(ada: User, zone: str) -> None:
    """Two parsers read the weeks around both changes of the year: the same hour by the clock of the host's zone."""
    for change in changes(zone):
        when = change - timedelta(days=20, hours=7)
        space = scheduled(ada, when)
        repeat_weekly(space, time_zone=zone)
        space.save()
        local = when.astimezone(ZoneInfo(zone))
        expected = [local + timedelta(weeks=weeks) for weeks in range(calendars.WEEKS + 1)]
        assert len({moment.utcoffset() for moment in expected}) == 2
        file = calendars.calendar_of(space)
        one, other = read_by_icalendar(file), read_by_ical_js(file)
        assert sorted(start for start, _ in one.values()) == [moment.astimezone(UTC) for moment in expected]
        assert sorted(start for start, _, _ in other.values()) == [moment.timestamp() for moment in expected]


def test_a_calendar_knows_the_next_one_by_its_name(ada: User) -> None:
    """Otherwise calendars would show it twice. Its version must be higher than that of its announcement."""
    space = services_of_spaces.schedule_space(
        user=ada, title="", when=timezone.now() + timedelta(days=1), repeats_weekly=True, time_zone=ZONES[0]
    )
    before = events_of(calendars.feed_of(ada))
    assert len(before) == calendars.WEEKS + 1
    services_of_spaces.cancel_space(public_id=space.public_id, user=ada)
    after = events_of(calendars.feed_of(ada))
    assert [*after][:-1] == [*before]
    assert str(after[space.public_id]["status"]) == "CANCELLED"
    second = f"{space.public_id}-2"
    assert after[second].decoded("dtstart") == before[second].decoded("dtstart")
    assert int(after[second]["sequence"]) >= int(before[second]["sequence"]) > 0


def test_a_series_that_was_stopped_has_no_weeks_to_come(ada: User) -> None:
    space = services_of_spaces.schedule_space(
        user=ada, title="", when=timezone.now() + timedelta(days=1), repeats_weekly=True, time_zone=ZONES[0]
    )
    services_of_spaces.update_space(public_id=space.public_id, user=ada, repeats_weekly=False)
    assert [*events_of(calendars.feed_of(ada))] == [space.public_id]


def events_of(calendar: bytes) -> dict[str, Any]:
    """Return the events by name, in the order of their time."""
    events = sorted(Calendar.from_ical(calendar).walk("VEVENT"), key=lambda event: event.decoded("dtstart"))
    return {str(event["uid"]).partition("@")[0]: event for event in events}


def test_a_title_of_any_kind_is_read_back(ada: User) -> None:
    titles = ["Comma, semicolon; backslash \\n", "多言語の長い題名" * 8, "BEGIN:VEVENT", "🎙️ live"]
    spaces = [scheduled(ada, BEGIN, title=title) for title in titles]
    read = read_by_ical_js(calendars.feed_of(ada, now=BEGIN))
    assert [read[space.public_id][2] for space in spaces] == titles


def test_the_file_of_a_space_is_there_for_visitors(client: Client, ada: User) -> None:
    space = scheduled(ada, timezone.now() + timedelta(days=1), title="Engines")
    answer = client.get(f"/i/spaces/{space.public_id}/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["summary"]), str(event["status"])) == ("Engines", "CONFIRMED")
    assert str(event["url"]).endswith(f"/i/spaces/{space.public_id}")
    assert "Add to calendar" in client.get(f"/i/spaces/{space.public_id}").text


def test_a_space_without_a_time_has_no_file(client: Client, ada: User) -> None:
    assert client.get(f"/i/spaces/{SpaceFactory.create(creator=ada).public_id}/calendar.ics").status_code == 404


def test_the_feed_has_the_own_spaces_and_those_one_waits_for(client: Client, ada: User) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    own = scheduled(ada, tomorrow)
    awaited, canceled, _other = [scheduled(UserFactory.create(), tomorrow) for _ in range(3)]
    for space in (awaited, canceled):
        Reminder.objects.create(space=space, user=ada)
    Space.objects.filter(pk=canceled.pk).update(state="canceled")
    events = Calendar.from_ical(client.get(f"/i/calendars/{services.calendar_token(ada)}.ics").content).walk("VEVENT")
    found = {str(event["uid"]).partition("@")[0]: str(event["status"]) for event in events}
    assert found == {own.public_id: "CONFIRMED", awaited.public_id: "CONFIRMED", canceled.public_id: "CANCELLED"}


def test_a_new_address_ends_the_old_one(client: Client, ada: User) -> None:
    client.force_login(ada)
    old = services.calendar_token(ada)
    assert old in client.get("/settings/calendar").text
    assert client.post("/settings/calendar").status_code == 302
    assert client.get(f"/i/calendars/{old}.ics").status_code == 404
    assert client.get(f"/i/calendars/{services.calendar_token(ada)}.ics").status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"suspended_until": timezone.now() + timedelta(days=1)}])
def test_a_closed_or_suspended_account_has_no_calendar(client: Client, ada: User, change: dict[str, object]) -> None:
    token = services.calendar_token(ada)
    User.objects.filter(pk=ada.pk).update(**change)
    assert client.get(f"/i/calendars/{token}.ics").status_code == 404
