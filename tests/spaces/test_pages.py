"""Pages about Spaces: what each reader sees, and the form that makes a Space."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import redis
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.services import follow_user
from spaces import presence, services
from spaces.models import Space
from spaces.selectors.space_page import space_page
from spaces.states import SpaceState
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.scene import Scene

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace", followers_count=600)


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def seen_by(user: User, space: Space) -> str:
    client = Client()
    client.force_login(user)
    return client.get(space.get_absolute_url()).text


def create(client: Client, title: str = "Open audio hour", **headers: str) -> "Response":
    return client.post(reverse("space_create"), {"title": title}, headers=headers)


# --- One Space --------------------------------------------------------------------------------------------------------


def test_a_live_space_shows_its_stage_and_a_way_in(scene: Scene) -> None:
    page = seen_by(scene.outsider, scene.space)
    assert "Start listening" in page
    assert scene.speaker.username in page


def test_the_host_is_led_back_into_the_room(scene: Scene) -> None:
    assert "Open the room" in seen_by(scene.host, scene.space)


def test_a_visitor_may_listen_at_once(client: Client, scene: Scene) -> None:
    page = client.get(scene.space.get_absolute_url()).text
    assert f'href="/accounts/login/?next=%2Fi%2Fspaces%2F{scene.id}"' in page
    assert ("Start listening" in page, "Log in to take part" in page, 'id="room"' in page) == (True, True, True)
    assert ('id="manage"' in page, "data-invite-dialog" in page, "csrfmiddlewaretoken" in page) == (False, False, False)


def test_where_the_house_is_for_its_own_a_visitor_logs_in_to_listen(
    client: Client, scene: Scene, settings: Settings
) -> None:
    settings.SPACES_PUBLIC_LISTENING = False
    page = client.get(scene.space.get_absolute_url()).text
    assert ("Start listening" in page, "Log in to listen" in page, 'id="room"' in page) == (False, True, False)


def test_a_visitor_is_led_to_a_reminder_by_logging_in(client: Client) -> None:
    space = SpaceFactory.create(state=SpaceState.SCHEDULED)
    page = client.get(space.get_absolute_url()).text
    assert f'href="/accounts/login/?next=%2Fi%2Fspaces%2F{space.public_id}">Set reminder</a>' in page
    assert "Start listening" not in page


@pytest.mark.parametrize("state", [SpaceState.ENDED, SpaceState.CANCELED])
def test_a_visitor_cannot_listen_to_what_is_over(client: Client, state: SpaceState) -> None:
    page = client.get(SpaceFactory.create(state=state).get_absolute_url()).text
    assert ("Start listening" in page, "Log in to" in page, 'id="room"' in page) == (False, False, False)


def test_a_shared_link_says_what_it_leads_to(client: Client, ada: User) -> None:
    space = services.create_space(user=ada, title='"Open" <audio> hour')
    page = client.get(space.get_absolute_url()).text
    assert "<title>&quot;Open&quot; &lt;audio&gt; hour · Spaces</title>" in page
    assert '<meta property="og:title" content="&quot;Open&quot; &lt;audio&gt; hour">' in page
    assert f'<meta property="og:url" content="http://localhost:8000/i/spaces/{space.public_id}">' in page
    assert '<meta property="og:description" content="Ada Lovelace is live. 0 listening.">' in page


def test_a_shared_link_tells_who_is_there(scene: Scene) -> None:
    page = space_page(public_id=scene.id, user=None)
    assert f"is live with {scene.cohost.name} and {scene.speaker.name}. 0 listening." in page.description


def test_a_shared_link_tells_of_a_space_to_come_and_of_one_that_is_over(ada: User) -> None:
    when = datetime(2030, 5, 6, 18, 0, tzinfo=UTC)
    coming = SpaceFactory.create(creator=ada, state=SpaceState.SCHEDULED, scheduled_start=when)
    over = services.create_space(user=ada)
    over.participants.update(spoke=True)
    services.end_space(public_id=over.public_id, user=ada)
    said = [space_page(public_id=space.public_id, user=None).description for space in (coming, over)]
    assert said == [
        "Ada Lovelace will be live on 6 May 2030, 18:00 UTC.",
        "A Space by Ada Lovelace. The host ended the Space. Ada Lovelace spoke.",
    ]


def test_while_listeners_cannot_be_counted_the_page_is_there(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(public_id: str, **asked: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(presence, "audience", away)
    page = client.get(scene.space.get_absolute_url()).text
    assert ("Start listening" in page, "0 listening" in page, "None" in page) == (True, False, False)


def test_an_ended_space_tells_why_and_who_spoke(ada: User) -> None:
    space = services.create_space(user=ada, title="Short one")
    space.participants.filter(user=ada).update(spoke=True)
    services.end_space(public_id=space.public_id, user=ada)
    page = seen_by(UserFactory.create(), space)
    assert "The host ended the Space." in page
    assert "Ada Lovelace" in page
    assert "Start listening" not in page


@pytest.mark.parametrize(("state", "word"), [(SpaceState.SCHEDULED, "SCHEDULED"), (SpaceState.CANCELED, "CANCELED")])
def test_a_space_that_is_not_live_says_so(ada: User, state: SpaceState, word: str) -> None:
    page = seen_by(ada, SpaceFactory.create(state=state))
    assert (word in page, "Start listening" in page) == (True, False)


@pytest.mark.parametrize("public_id", ["1AAAAAAAAAAAA", "x", "a-b_c"])
def test_no_such_space(as_ada: Client, public_id: str) -> None:
    response = as_ada.get(f"/i/spaces/{public_id}")
    assert response.status_code == 404
    assert "There is no such Space." in response.text


@pytest.mark.fault("F2")
@pytest.mark.asvs("1.1.2", "3.2.2")
def test_titles_and_names_are_text(as_ada: Client) -> None:
    host = UserFactory.create(display_name="<img src=x onerror=alert(1)>")
    page = as_ada.get(SpaceFactory.create(creator=host, title="<script>alert(1)</script>").get_absolute_url()).text
    assert ("<script>alert" in page, "<img src=x" in page, "&lt;script&gt;alert" in page) == (False, False, True)


# --- Creating one -----------------------------------------------------------------------------------------------------


def test_a_script_gets_the_id_of_its_space(as_ada: Client, ada: User) -> None:
    response = create(as_ada, **JSON)
    space = Space.objects.get(creator=ada)
    assert response.status_code == 201
    assert response.json() == {"id": space.public_id, "url": f"/i/spaces/{space.public_id}"}
    assert (space.title, space.is_live) == ("Open audio hour", True)


def test_a_plain_form_leads_to_the_space(as_ada: Client, ada: User) -> None:
    response = create(as_ada)
    assert response.status_code == 303
    assert response.headers["Location"] == Space.objects.get(creator=ada).get_absolute_url()


def test_too_few_followers_are_told_how_many_are_missing(client: Client) -> None:
    client.force_login(UserFactory.create(followers_count=3))
    response = create(client, **JSON)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["details"]["missing"]) == (403, "too_few_followers", 597)
    assert not Space.objects.exists()


def test_a_refused_form_is_answered_in_words(client: Client) -> None:
    client.force_login(UserFactory.create(followers_count=3))
    response = create(client)
    assert response.status_code == 403
    assert "597 followers to go" in response.text


def test_a_name_that_is_too_long_makes_nothing(as_ada: Client) -> None:
    response = create(as_ada, title="x" * 71, **JSON)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_title")
    assert not Space.objects.exists()


def test_nobody_creates_by_a_link(as_ada: Client) -> None:
    assert as_ada.get(reverse("space_create"), {"title": "Open audio hour"}).status_code == 200
    assert not Space.objects.exists()


def test_a_form_of_another_site_is_refused(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    response = create(client)
    assert response.status_code == 403
    assert "Please try again" in response.text
    assert not Space.objects.exists()


def test_the_sheet_is_a_page_too(as_ada: Client) -> None:
    assert "Name your Space" in as_ada.get(reverse("space_new")).text


def test_who_may_not_host_reads_why_instead_of_a_button(client: Client) -> None:
    client.force_login(UserFactory.create(followers_count=599))
    page = client.get(reverse("space_new")).text
    assert ("1 follower to go" in page, "Start your Space" in page) == (True, False)


# --- Home -------------------------------------------------------------------------------------------------------------


def test_home_shows_the_bubbles_of_those_one_follows(as_ada: Client, ada: User) -> None:
    space = services.create_space(user=ada, title="Open audio hour")
    page = as_ada.get("/").text
    assert f'href="/i/spaces/{space.public_id}"' in page
    assert 'aria-label="Join Open audio hour, hosted by Ada Lovelace"' in page


def test_home_of_a_visitor_is_the_front_page(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "timeline/front.html" in [template.name for template in answer.templates]


def test_home_tells_who_may_not_host_why(client: Client) -> None:
    client.force_login(UserFactory.create(followers_count=3))
    assert "597 followers to go" in client.get("/").text


def test_home_costs_the_same_however_many_bubbles(
    as_ada: Client, ada: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for host in UserFactory.create_batch(5, followers_count=600):
        follow_user(follower=ada, followee=host)
        SpaceFactory.create(creator=host, started_at=timezone.now())
    with django_assert_max_num_queries(14):
        as_ada.get("/")


@pytest.mark.asvs("1.3.2", "3.2.1", "3.4.3", "14.2.3")
def test_every_page_forbids_scripts_of_others(as_ada: Client) -> None:
    policy = as_ada.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.asvs("1.2.3")
def test_no_page_carries_styles_or_scripts_in_its_markup(as_ada: Client, scene: Scene) -> None:
    for page in (as_ada.get("/").text, as_ada.get(scene.space.get_absolute_url()).text):
        assert " style=" not in page
        assert "onclick=" not in page
