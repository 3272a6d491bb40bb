"""Spaces that are held every week: the next one, its hour, its reminders, and what stops the series."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import FOREVER, SuspensionScope, User
from accounts.services import block_user
from spaces import services
from spaces.models import LogEntry, Reminder, Space, Topic
from spaces.models.weekly import local_moment
from spaces.moderation.services.suspensions import suspend_person
from spaces.services import SpaceOptions
from spaces.services.repetition import MOST_MISSED
from spaces.states import EndReason, LogKind, Role, SpaceState
from tests.factories import UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import assert_lawful, outcome

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

WEEK = timedelta(days=7)
BERLIN = "Europe/Berlin"


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", followers_count=600)


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace")


def tomorrow() -> datetime:
    return (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)


def plan(user: User, **options: object) -> Space:
    facts = {"title": "Radio", "when": tomorrow(), "repeats_weekly": True, "time_zone": BERLIN}
    return services.schedule_space(user=user, **facts | options)  # type: ignore[arg-type]


def plan_at(user: User, local: str, zone: str) -> Space:
    """Return a Space that repeats by the clock of the zone, whenever that is."""
    space = plan(user, time_zone=zone)
    at = datetime.fromisoformat(local)
    Space.objects.filter(pk=space.pk).update(
        local_day=at.date(), local_time=at.time(), scheduled_start=local_moment(at.date(), at.time(), zone)
    )
    return space


def at_the_time_of(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    space.refresh_from_db()
    assert space.scheduled_start is not None
    moment = space.scheduled_start
    monkeypatch.setattr(timezone, "now", lambda: moment)


def hold(space: Space) -> None:
    services.start_space(public_id=space.public_id, user=space.creator)
    services.end_space(public_id=space.public_id, user=space.creator)


def following(space: Space) -> Space:
    return Space.objects.get(series=space.series, state=SpaceState.SCHEDULED)


def count(space: Space) -> int:
    return Space.objects.filter(series=space.series).count()


# --- The next one -----------------------------------------------------------------------------------------------------


def test_after_the_end_the_next_one_is_scheduled_a_week_later(ada: User) -> None:
    jazz = Topic.objects.get(name="Jazz")
    options = SpaceOptions(speak_policy="invited", accounts_only=True, recording_wanted=True, topics=[jazz.pk])
    space = plan(ada, options=options)
    hold(space)
    after = following(space)
    assert after.public_id != space.public_id
    assert (after.creator, after.host, after.title, after.series_number) == (ada, ada, "Radio", 2)
    assert (after.speak_policy, after.accounts_only, after.recording_wanted) == ("invited", True, True)
    assert (after.started_at, after.is_recorded, [*after.topics.all()]) == (None, False, [jazz])
    assert after.participants.get().role == Role.HOST
    assert [(line.kind, line.actor) for line in LogEntry.objects.filter(space=after)] == [(LogKind.CREATED, None)]
    assert_lawful(after)


def test_a_space_that_does_not_repeat_has_none_after_it(ada: User) -> None:
    hold(plan(ada, repeats_weekly=False))
    assert Space.objects.count() == 1


def test_a_new_title_of_the_live_space_stays(ada: User) -> None:
    space = plan(ada)
    services.start_space(public_id=space.public_id, user=ada)
    services.update_space(public_id=space.public_id, user=ada, title="Night radio")
    services.end_space(public_id=space.public_id, user=ada)
    assert following(space).title == "Night radio"


def test_a_missed_one_is_followed_by_the_next(ada: User) -> None:
    space = plan(ada)
    services.expire(now=tomorrow() + timedelta(days=1))
    assert Space.objects.get(pk=space.pk).end_reason == EndReason.NEVER_STARTED
    assert following(space).series_number == 2


def test_a_host_who_never_comes_has_no_series_for_ever(ada: User) -> None:
    space = plan(ada)
    for _ in range(MOST_MISSED + 2):
        for due in Space.objects.filter(state=SpaceState.SCHEDULED):
            services.cancel_space(public_id=due.public_id, user=None, reason=EndReason.NEVER_STARTED)
    assert count(space) == MOST_MISSED


def test_after_weeks_in_which_the_site_was_off_the_next_one_is_to_come(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = plan(ada)
    start = space.scheduled_start
    assert start is not None
    late = start + 3 * WEEK + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    services.expire()
    assert timedelta() < (following(space).scheduled_start or start) - late < WEEK


def test_followers_and_webhooks_are_told_of_the_next_one(ada: User, told: Told) -> None:
    heard: list[int] = []
    from spaces.events.signals import space_scheduled

    def hear(space_id: int, **kwargs: object) -> None:
        heard.append(space_id)

    space = plan(ada)
    services.start_space(public_id=space.public_id, user=ada)
    space_scheduled.connect(hear)
    told(services.end_space, public_id=space.public_id, user=ada)
    space_scheduled.disconnect(hear)
    assert heard == [following(space).pk]


def test_the_database_holds_each_number_of_a_series_once(ada: User) -> None:
    space = plan(ada)
    hold(space)
    with pytest.raises(IntegrityError), transaction.atomic():
        Space.objects.create(creator=ada, series=space.series, series_number=2)


def test_a_number_that_is_there_does_not_keep_a_space_from_ending(ada: User) -> None:
    space = plan(ada)
    services.start_space(public_id=space.public_id, user=ada)
    other = Space.objects.create(creator=ada, series=space.series, series_number=2)
    services.end_space(public_id=space.public_id, user=ada)
    space.refresh_from_db()
    assert (space.state, following(space)) == (SpaceState.ENDED, other)


# --- The hour ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "local", "weeks"),
    [
        # Clocks go forward on 28 March 2027 and back on 31 October in Berlin.
        (BERLIN, "2027-03-23T18:00", ["2027-03-30T16:00", "2027-04-06T16:00"]),
        (BERLIN, "2027-10-26T18:00", ["2027-11-02T17:00", "2027-11-09T17:00"]),
        # An hour that does not exist is the one after it, and the week after is at the old hour again.
        (BERLIN, "2027-03-21T02:30", ["2027-03-28T01:30", "2027-04-04T00:30"]),
        # Of an hour that is there twice, the first.
        (BERLIN, "2027-10-24T02:30", ["2027-10-31T00:30", "2027-11-07T01:30"]),
        # The hour before midnight does not exist: the day of the week stays, too.
        ("America/Nuuk", "2027-03-20T23:30", ["2027-03-28T01:30", "2027-04-04T00:30"]),
        # Half an hour.
        ("Australia/Lord_Howe", "2027-09-26T02:15", ["2027-10-02T15:45", "2027-10-09T15:15"]),
        ("UTC", "2027-03-21T02:30", ["2027-03-28T02:30", "2027-04-04T02:30"]),
    ],
)
def test_the_hour_is_the_same_by_the_hosts_clock(
    ada: User, monkeypatch: pytest.MonkeyPatch, zone: str, local: str, weeks: list[str]
) -> None:
    space = plan_at(ada, local, zone)
    at_the_time_of(space, monkeypatch)
    for expected in weeks:
        hold(space)
        space = following(space)
        assert space.scheduled_start == datetime.fromisoformat(expected).replace(tzinfo=UTC)
        at_the_time_of(space, monkeypatch)


def test_saving_a_title_moves_no_hour(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the present one in the hour that is there twice, and not the later ones in the hour that does not exist."""
    space = plan_at(ada, "2027-03-28T02:30", BERLIN)
    at_the_time_of(space, monkeypatch)
    before = (space.scheduled_start, space.local_day, space.local_time, space.time_zone)
    yesterday = timezone.now() - timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: yesterday)
    services.update_space(
        public_id=space.public_id,
        user=ada,
        title="New",
        when=before[0],
        repeats_weekly=True,
        time_zone="Asia/Tokyo",
    )
    space.refresh_from_db()
    assert (space.scheduled_start, space.local_day, space.local_time, space.time_zone) == before
    assert space.title == "New"


def test_another_time_counts_for_those_that_follow(ada: User) -> None:
    space = plan(ada)
    later = tomorrow() + timedelta(days=1, hours=3)
    services.update_space(public_id=space.public_id, user=ada, when=later, time_zone="Asia/Tokyo")
    space.refresh_from_db()
    there = later.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (space.local_day, space.local_time) == (there.date(), there.time())
    hold(space)
    assert following(space).scheduled_start == later + WEEK


def test_a_time_zone_that_is_none_is_refused(ada: User) -> None:
    for name in ("Mars/Olympus", "../../etc/passwd", "", "x" * 50):
        assert outcome(plan, user=ada, time_zone=name) == "bad_time_zone"
    assert not Space.objects.exists()


def test_a_space_without_a_time_does_not_repeat(ada: User) -> None:
    space = services.create_space(user=ada, start=False, starts_when_joined=True)
    change = {"public_id": space.public_id, "user": ada, "repeats_weekly": True}
    assert outcome(services.update_space, **change) == "bad_time"


# --- What stops it ----------------------------------------------------------------------------------------------------


def test_one_is_canceled_or_all_that_follow(ada: User) -> None:
    space = plan(ada)
    services.cancel_space(public_id=space.public_id, user=ada)
    assert count(space) == 2
    services.cancel_space(public_id=following(space).public_id, user=ada, following=True)
    assert (count(space), Space.objects.filter(state=SpaceState.SCHEDULED).count()) == (2, 0)


def test_the_host_ends_and_resumes_the_repetition(ada: User) -> None:
    space = plan(ada)
    services.update_space(public_id=space.public_id, user=ada, repeats_weekly=False)
    space.refresh_from_db()
    assert not space.repeats_weekly
    services.update_space(public_id=space.public_id, user=ada, repeats_weekly=True, time_zone="UTC")
    space.refresh_from_db()
    assert (space.repeats_weekly, space.series, space.series_number) == (True, space.public_id, 1)
    services.update_space(public_id=space.public_id, user=ada, repeats_weekly=False)
    hold(space)
    assert count(space) == 1


@pytest.mark.parametrize("scope", list(SuspensionScope))
def test_a_suspension_stops_it_for_good(ada: User, scope: SuspensionScope) -> None:
    space = plan(ada)
    suspend_person(user=ada, scope=scope, until=FOREVER)
    User.objects.filter(pk=ada.pk).update(suspended_until=None, speaking_suspended_until=None)
    services.cancel_space(public_id=space.public_id, user=None, reason=EndReason.NEVER_STARTED)
    assert count(space) == 1


def test_a_live_space_that_a_suspension_ends_is_the_last(ada: User) -> None:
    space = plan(ada)
    services.start_space(public_id=space.public_id, user=ada)
    suspend_person(user=ada, scope=SuspensionScope.HOSTING, until=FOREVER)
    assert (Space.objects.get(pk=space.pk).state, count(space)) == (SpaceState.ENDED, 1)


def test_a_space_that_the_staff_ended_is_the_last(ada: User) -> None:
    space = plan(ada)
    services.start_space(public_id=space.public_id, user=ada)
    services.end_space(public_id=space.public_id, user=None, reason=EndReason.OPERATOR)
    assert count(space) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"followers_count": 0}, {"protected": True}])
def test_who_may_not_host_any_more_has_no_next_one(ada: User, change: dict[str, object]) -> None:
    space = plan(ada)
    User.objects.filter(pk=ada.pk).update(**change)
    services.cancel_space(public_id=space.public_id, user=None, reason=EndReason.NEVER_STARTED)
    assert count(space) == 1


def test_an_account_is_deleted_in_the_middle_of_its_series(ada: User) -> None:
    space = plan(ada)
    services.start_space(public_id=space.public_id, user=ada)
    ada.delete()
    assert not Space.objects.filter(series=space.series).exists()


# --- Reminders --------------------------------------------------------------------------------------------------------


def test_a_reminder_goes_on_until_it_is_taken_off(ada: User, grace: User) -> None:
    space = plan(ada)
    services.set_reminder(public_id=space.public_id, user=grace)
    hold(space)
    second = following(space)
    assert [*second.reminders.values_list("user", flat=True)] == [grace.pk]
    services.clear_reminder(public_id=second.public_id, user=grace)
    services.cancel_space(public_id=second.public_id, user=ada)
    assert not following(space).reminders.exists()


def test_a_reminder_that_is_taken_off_the_last_one_is_gone_from_the_next(ada: User, grace: User) -> None:
    space = plan(ada)
    services.set_reminder(public_id=space.public_id, user=grace)
    other = plan(ada)
    services.set_reminder(public_id=other.public_id, user=grace)
    hold(space)
    services.clear_reminder(public_id=space.public_id, user=grace)
    assert [reminder.space for reminder in Reminder.objects.filter(user=grace)] == [other]


def test_whom_the_host_blocked_is_not_reminded(ada: User, grace: User) -> None:
    space = plan(ada)
    services.set_reminder(public_id=space.public_id, user=grace)
    block_user(blocker=ada, blocked=grace)
    hold(space)
    assert not following(space).reminders.exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_sheet_schedules_a_series(ada: User, client: Client) -> None:
    client.force_login(ada)
    given = {"act": "schedule", "when": tomorrow().isoformat(), "repeat": "weekly", "time_zone": BERLIN}
    client.post("/i/spaces", given)
    space = Space.objects.get()
    assert (space.repeats_weekly, space.time_zone, space.series_number) == (True, BERLIN, 1)
    page = client.get(space.get_absolute_url()).text
    assert "Every week" in page
    assert "Cancel this one only" in page
    assert "Cancel this and all that follow" in page


@pytest.mark.parametrize(
    ("field", "code"), [({"repeat": "daily"}, "bad_repeat"), ({"time_zone": "x"}, "bad_time_zone")]
)
def test_the_sheet_refuses_what_no_page_sends(ada: User, client: Client, field: dict[str, str], code: str) -> None:
    client.force_login(ada)
    given = {"act": "schedule", "when": tomorrow().isoformat(), "repeat": "weekly"} | field
    answer = client.post("/i/spaces", given, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_the_form_of_a_scheduled_space_changes_the_repetition(ada: User, client: Client) -> None:
    client.force_login(ada)
    space = plan(ada, repeats_weekly=False)
    change = {"title": "Radio", "when": space.scheduled_start}
    for given, expected in [
        ({"repeat": "weekly", "time_zone": BERLIN}, True),
        ({}, True),
        ({"repeat": "", "time_zone": BERLIN}, False),
    ]:
        client.post(f"{space.get_absolute_url()}/change", change | given)
        space.refresh_from_db()
        assert space.repeats_weekly == expected


def test_the_page_of_a_past_one_leads_to_the_next(ada: User, grace: User, client: Client) -> None:
    space = plan(ada)
    hold(space)
    client.force_login(grace)
    page = client.get(space.get_absolute_url()).text
    assert following(space).get_absolute_url() in page
    assert "The next one begins" in page
    assert "Every week" in client.get("/i/spaces?tab=scheduled").text
    assert "Every week" in client.get("/ada").text


def test_both_answers_to_which_one_is_canceled(ada: User, client: Client) -> None:
    client.force_login(ada)
    space = plan(ada)
    client.post(f"{space.get_absolute_url()}/cancel")
    after = following(space)
    client.post(f"{after.get_absolute_url()}/cancel", {"following": "1"})
    assert count(space) == 2
