"""What the create sheet and the page of a scheduled Space do with what people choose."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from spaces.models import Recording, Reminder, Space, Topic
from spaces.states import SpaceState, SpeakPolicy
from tests.factories import SpaceFactory, UserFactory

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", followers_count=600)


@pytest.fixture
def as_ada(ada: User) -> Client:
    return logged_in(ada)


@pytest.fixture
def planned(ada: User) -> Space:
    return SpaceFactory.create(creator=ada, state=SpaceState.SCHEDULED, scheduled_start=soon(), title="Planned")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def soon() -> datetime:
    return (timezone.now() + timedelta(days=2)).replace(microsecond=0)


def create(client: Client, headers: dict[str, str] = JSON, **fields: Any) -> "Response":
    return client.post(reverse("space_create"), fields, headers=headers)


def act(client: Client, name: str, space: Space, **fields: object) -> "Response":
    return client.post(reverse(name, args=[space.public_id]), fields)


# --- Creating ---------------------------------------------------------------------------------------------------------


def test_what_is_chosen_is_kept(as_ada: Client) -> None:
    topics = Topic.objects.filter(name__in=["Jazz", "Physics"])
    create(as_ada, speak_policy="invited", recording_wanted="on", topics=[t.pk for t in topics])
    space = Space.objects.get()
    assert (space.speak_policy, space.captions_allowed, space.recording_wanted) == (SpeakPolicy.INVITED, False, True)
    assert set(space.topics.all()) == set(topics)


def test_captions_are_a_switch_that_stands_on(as_ada: Client) -> None:
    assert 'name="captions_allowed" aria-label="Captions" aria-describedby="captions-why" checked' in sheet(as_ada)
    create(as_ada, captions_allowed="on")
    assert Space.objects.get().captions_allowed


def sheet(client: Client) -> str:
    return client.get(reverse("space_new")).text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"speak_policy": "nobody"}, "bad_policy"),
        ({"topics": ["0"]}, "bad_topics"),
        ({"topics": ["x"]}, "bad_topics"),
        ({"act": "schedule"}, "bad_time"),
        ({"act": "schedule", "when": "tomorrow"}, "bad_time"),
        ({"act": "schedule", "when": "2001-01-01T10:00+00:00"}, "bad_time"),
        ({"act": "schedule", "when": "2999-01-01T10:00+00:00"}, "bad_time"),
    ],
)
def test_what_cannot_be_chosen_makes_nothing(as_ada: Client, fields: dict[str, Any], code: str) -> None:
    response = create(as_ada, **fields)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)
    assert not Space.objects.exists()


def test_four_topics_are_one_too_many(as_ada: Client) -> None:
    chosen = [topic.pk for topic in Topic.objects.all()[:4]]
    assert create(as_ada, topics=chosen).json()["error"]["code"] == "bad_topics"


def test_without_a_script_the_sheet_comes_back_with_what_was_typed(as_ada: Client) -> None:
    response = create(as_ada, headers={}, title="Evening", act="schedule", when="2001-01-01T10:00")
    assert response.status_code == 400
    assert "Choose a time from now to 14 days ahead." in response.text
    assert 'value="Evening"' in response.text


def test_a_schedule_keeps_its_moment_in_any_zone(as_ada: Client) -> None:
    moment = soon()
    there = (moment + timedelta(hours=5, minutes=30)).replace(tzinfo=None).isoformat()
    create(as_ada, act="schedule", when=f"{there}+05:30")
    space = Space.objects.get()
    assert (space.scheduled_start, space.state) == (moment, SpaceState.SCHEDULED)


def test_a_time_without_a_zone_is_meant_in_utc(as_ada: Client) -> None:
    create(as_ada, act="schedule", when=soon().astimezone(UTC).replace(tzinfo=None).isoformat())
    assert Space.objects.get().scheduled_start == soon()


# --- A scheduled one --------------------------------------------------------------------------------------------------


def test_a_reminder_is_set_and_removed_without_a_script(planned: Space) -> None:
    grace = UserFactory.create()
    client = logged_in(grace)
    assert act(client, "space_remind", planned).status_code == 303
    assert "Remove reminder" in client.get(planned.get_absolute_url()).text
    act(client, "space_unremind", planned)
    assert not Reminder.objects.exists()
    assert "Set reminder" in client.get(planned.get_absolute_url()).text


def test_the_host_starts_it(as_ada: Client, planned: Space) -> None:
    assert "Start your Space" in as_ada.get(planned.get_absolute_url()).text
    act(as_ada, "space_start", planned)
    planned.refresh_from_db()
    assert planned.is_live


def test_the_host_renames_and_moves_it(as_ada: Client, planned: Space) -> None:
    later = soon() + timedelta(days=1)
    act(as_ada, "space_change", planned, title="Later", when=later.isoformat())
    planned.refresh_from_db()
    assert (planned.title, planned.scheduled_start) == ("Later", later)


def test_a_wrong_time_changes_nothing(as_ada: Client, planned: Space) -> None:
    assert act(as_ada, "space_change", planned, title="Later", when="never").status_code == 400
    planned.refresh_from_db()
    assert planned.title == "Planned"


def test_the_host_cancels_it(as_ada: Client, planned: Space) -> None:
    act(as_ada, "space_cancel", planned)
    assert "CANCELED" in as_ada.get(planned.get_absolute_url()).text


@pytest.mark.parametrize("name", ["space_start", "space_change", "space_cancel"])
def test_a_stranger_may_do_none_of_it(planned: Space, name: str) -> None:
    stranger = logged_in(UserFactory.create(followers_count=600))
    assert act(stranger, name, planned, title="Mine").status_code == 403
    assert "Start your Space" not in stranger.get(planned.get_absolute_url()).text


@pytest.mark.parametrize("name", ["space_start", "space_change", "space_cancel", "space_remind", "space_unremind"])
def test_a_link_does_nothing(as_ada: Client, planned: Space, name: str) -> None:
    assert as_ada.get(reverse(name, args=[planned.public_id])).status_code == 405


# --- Who may not host -------------------------------------------------------------------------------------------------


@pytest.mark.security("B15")
@pytest.mark.parametrize("path", ["/i/spaces", "/i/spaces?tab=scheduled"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_discover_offers_a_space_of_ones_own_where_there_are_others_too(
    as_ada: Client, path: str, is_empty: bool
) -> None:
    if not is_empty:
        SpaceFactory.create(state=SpaceState.SCHEDULED, scheduled_start=soon())
        SpaceFactory.create(state=SpaceState.LIVE)
    assert as_ada.get(path).text.count("Start your Space</a>") == 1


@pytest.mark.security("B15")
@pytest.mark.parametrize("path", ["/i/spaces", "/i/spaces?tab=scheduled"])
def test_where_one_may_not_host_it_says_how_many_followers_are_missing(path: str) -> None:
    page = logged_in(UserFactory.create(followers_count=3)).get(path).text
    assert "Start your Space" not in page
    assert "Hosting opens at 600 followers. You have 3: 597 followers to go." in page


@pytest.mark.security("B15")
def test_the_page_that_says_why_not_has_a_way_on() -> None:
    page = logged_in(UserFactory.create(followers_count=3)).get("/i/spaces/new").text
    assert f'href="{reverse("discover")}">Find a Space to listen to</a>' in page


@pytest.mark.security("B15")
def test_a_scheduled_space_cannot_be_started_by_a_host_who_lost_followers(as_ada: Client, planned: Space) -> None:
    User.objects.filter(pk=planned.creator_id).update(followers_count=599)
    page = as_ada.get(planned.get_absolute_url()).text
    assert ("Start your Space" in page, "1 follower to go" in page) == (False, True)


@pytest.mark.security("B20")
def test_topics_stand_in_groups_that_can_be_searched(as_ada: Client) -> None:
    page = as_ada.get("/i/spaces/new").text
    heads = Topic.objects.filter(parent=None)
    assert page.count('class="topic-group"') == len(heads)
    assert all(f'role="group" aria-label="{head.name.replace("&", "&amp;")}"' in page for head in heads)
    assert "data-topics-search" in page


@pytest.mark.security("B2")
def test_a_space_that_is_to_be_recorded_is_recorded_from_its_start(as_ada: Client) -> None:
    assert 'name="recording_wanted"' in as_ada.get("/i/spaces/new").text
    create(as_ada, recording_wanted="on")
    assert Space.objects.get().is_recorded
    assert Recording.objects.filter(space=Space.objects.get()).exists()
