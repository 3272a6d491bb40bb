"""The page `/i/spaces`: what is live, what is to come, and what one looks for."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import block_user, change_site, follow_user
from captions.models import Track
from spaces import presence
from spaces.models import Space, Topic
from spaces.selectors import discovery
from spaces.states import Role, SpaceState
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace")


@pytest.fixture
def as_grace(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


def found(client: Client, **asked: str | int) -> str:
    return client.get(reverse("discover"), asked).text


def scheduled(title: str, days: int = 1) -> Space:
    start = timezone.now() + timedelta(days=days)
    return SpaceFactory.create(title=title, state=SpaceState.SCHEDULED, scheduled_start=start)


def order(page: str, *titles: str) -> list[str]:
    return sorted(titles, key=page.index)


def test_live_ones_by_whom_one_follows_then_by_size(as_grace: Client, grace: User) -> None:
    SpaceFactory.create(title="Small one")
    ParticipantFactory.create_batch(2, space=SpaceFactory.create(title="Large one"))
    friend = ParticipantFactory.create(space=SpaceFactory.create(title="Friendly one"), role=Role.SPEAKER).user
    follow_user(follower=grace, followee=friend)
    page = found(as_grace)
    assert order(page, "Small one", "Large one", "Friendly one") == ["Friendly one", "Large one", "Small one"]
    assert "1 you follow" in page


@pytest.mark.security("B14")
def test_a_list_counts_as_the_room_does(as_grace: Client) -> None:
    space = SpaceFactory.create()
    assert "0 listening" in found(as_grace)
    for presence_id in (space.creator_id, presence.nameless_id("~one"), presence.nameless_id("~two")):
        presence.enter(space.public_id, presence_id)
    assert "2 listening" in found(as_grace)


def test_a_live_one_is_joined_like_a_bubble(as_grace: Client) -> None:
    space = SpaceFactory.create(title="Jam")
    page = found(as_grace)
    assert f'data-join="{space.public_id}"' in page
    assert f'aria-label="Join Jam, hosted by {space.creator.name}"' in page


def test_scheduled_ones_soonest_first(as_grace: Client) -> None:
    scheduled("In a week", 7)
    scheduled("Tomorrow", 1)
    page = found(as_grace, tab="scheduled")
    assert order(page, "In a week", "Tomorrow") == ["Tomorrow", "In a week"]


@pytest.mark.parametrize("word", ["evening", "LOVELACE", "jaz"])
def test_search_by_title_host_and_topic(as_grace: Client, word: str) -> None:
    space = SpaceFactory.create(title="Evening", creator__display_name="Ada Lovelace")
    space.topics.set(Topic.objects.filter(name="Jazz"))
    SpaceFactory.create(title="Another")
    page = found(as_grace, q=word)
    assert ("Evening" in page, "Another" in page) == (True, False)


def test_a_topic_holds_what_is_below_it(as_grace: Client) -> None:
    SpaceFactory.create(title="Evening").topics.set(Topic.objects.filter(name="Jazz"))
    SpaceFactory.create(title="Another").topics.set(Topic.objects.filter(name="Physics"))
    page = found(as_grace, topic=Topic.objects.get(name="Music").pk)
    assert ("Evening" in page, "Another" in page) == (True, False)


@pytest.mark.parametrize("asked", [{"tab": "x"}, {"topic": "x"}, {"topic": "0"}, {"q": "x"}])
def test_what_does_not_exist_chooses_nothing(as_grace: Client, asked: dict[str, str]) -> None:
    SpaceFactory.create(title="Jam")
    assert "Jam" in found(as_grace, **asked)


def test_a_page_that_was_not_given_out(as_grace: Client) -> None:
    assert as_grace.get(reverse("discover"), {"page": "x"}).status_code == 400


def test_a_blocked_person_does_not_find_it(as_grace: Client, grace: User) -> None:
    space = SpaceFactory.create(title="Jam")
    block_user(blocker=space.creator, blocked=grace)
    assert "Jam" not in found(as_grace)


def test_the_rest_comes_by_the_page(as_grace: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "PAGE_SIZE", 2)
    for number in range(3):
        scheduled(f"Number {number}", number + 1)
    last = scheduled("Number 1b", 2)
    page = found(as_grace, tab="scheduled")
    shown = Space.objects.filter(state=SpaceState.SCHEDULED).order_by("scheduled_start", "pk")[1]
    assert f"/i/spaces?tab=scheduled&amp;page={shown.pk}" in page
    rest = as_grace.get(
        reverse("discover"), {"tab": "scheduled", "page": str(shown.pk)}, headers={"hx-request": "true"}
    )
    assert (last.title in rest.text, "<html" in rest.text) == (True, False)


def test_it_costs_the_same_however_many(
    as_grace: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    SpaceFactory.create_batch(9)
    with django_assert_max_num_queries(9):
        found(as_grace)


@pytest.mark.parametrize(("asked", "most"), [({"q": "Some"}, 6), ({"tab": "people", "q": "some"}, 13)])
def test_a_search_does_not_read_choices_that_it_does_not_offer(
    as_grace: Client, django_assert_max_num_queries: DjangoAssertNumQueries, asked: dict[str, str], most: int
) -> None:
    SpaceFactory.create(title="Something", creator=UserFactory.create(display_name="Some One"))
    with django_assert_max_num_queries(most):
        assert "Some One" in found(as_grace, **asked)


def test_nobody_is_here_yet(as_grace: Client) -> None:
    assert "No live Spaces right now" in found(as_grace)


def test_a_visitor_logs_in_first(client: Client) -> None:
    assert client.get(reverse("discover")).status_code == 302


# --- The right column of a desk ---------------------------------------------------------------------------------------


def test_at_a_glance_the_first_of_what_is_live_and_of_what_is_to_come(
    as_grace: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for title in ("One", "Two", "Three", "Four"):
        SpaceFactory.create(title=title)
        scheduled(f"{title} to come")
    with django_assert_num_queries(9):
        page = as_grace.get(reverse("spaces_glance")).text
    assert page.count("glance-row") == 2 * discovery.GLANCE


def test_nothing_at_a_glance_is_no_empty_frame(as_grace: Client) -> None:
    assert as_grace.get(reverse("spaces_glance")).text.strip() == ""


def test_people_who_host_and_people_by_name(as_grace: Client) -> None:
    SpaceFactory.create(creator=UserFactory.create(username="radio", display_name="René", followers_count=700))
    UserFactory.create(username="reader", display_name="Renate")
    hosts = found(as_grace, tab="people")
    assert "@radio" in hosts
    assert "@reader" not in hosts
    assert order(found(as_grace, tab="people", q="rene"), "@radio") == ["@radio"]
    assert "@reader" in found(as_grace, tab="people", q="ren")


@pytest.mark.security("B14")
def test_people_do_not_find_whom_a_block_parts(as_grace: Client, grace: User) -> None:
    other = UserFactory.create(username="parted")
    block_user(blocker=other, blocked=grace)
    assert "@parted" not in found(as_grace, tab="people", q="parted")


def test_only_spaces_with_a_followed_person_on_the_stage(as_grace: Client, grace: User) -> None:
    SpaceFactory.create(title="Strange one")
    listener = ParticipantFactory.create(space=SpaceFactory.create(title="Quiet one"), role=Role.LISTENER).user
    speaker = ParticipantFactory.create(space=SpaceFactory.create(title="Friendly one"), role=Role.SPEAKER).user
    for person in (listener, speaker):
        follow_user(follower=grace, followee=person)
    page = found(as_grace, friends="1")
    assert "Friendly one" in page
    assert "Strange one" not in page
    assert "Quiet one" not in page, "who listens is not shown to readers outside"


def test_spaces_by_the_language_that_is_spoken(as_grace: Client) -> None:
    german = SpaceFactory.create(title="Guten Abend")
    Track.objects.create(space=german, language="de")
    SpaceFactory.create(title="Good evening")
    both = found(as_grace)
    assert order(both, "Deutsch", "English")
    page = found(as_grace, language="de")
    assert "Guten Abend" in page
    assert "Good evening" not in page
    assert "Guten Abend" not in found(as_grace, language="en")
    assert "Good evening" in found(as_grace, language="xx"), "a language that nobody speaks chooses none"


def test_a_space_without_a_language_is_held_in_the_one_that_the_operator_chose(as_grace: Client) -> None:
    change_site(language="de")
    english = SpaceFactory.create(title="Good evening")
    Track.objects.create(space=english, language="en")
    SpaceFactory.create(title="Guten Abend")
    assert "Guten Abend" in found(as_grace, language="de")
    assert "Guten Abend" not in found(as_grace, language="en")
