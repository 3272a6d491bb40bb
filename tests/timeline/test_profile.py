"""What a profile shows below the person, to members and visitors."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Block, User
from accounts.services import block_user, follow_user
from spaces.models import Recording, Space
from spaces.states import RecordingState, Role, SpaceState
from tests.factories import ParticipantFactory, PostFactory, SpaceFactory, UserFactory
from tests.support.replays import silent_replay
from timeline.selectors import space_cards
from timeline.selectors.profile import profile

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

SOON = timezone.now() + timedelta(days=1)


@pytest.fixture
def person() -> User:
    return UserFactory.create()


def live(host: User) -> Space:
    return SpaceFactory.create(creator=host, title="Radio now", state=SpaceState.LIVE, started_at=timezone.now())


@pytest.mark.security("B8")
def test_a_profile_says_that_the_person_is_live_what_comes_and_what_was(client: Client, person: User) -> None:
    live(person)
    SpaceFactory.create(creator=person, title="Radio soon", state=SpaceState.SCHEDULED, scheduled_start=SOON)
    SpaceFactory.create(creator=person, title="Radio past", state=SpaceState.ENDED, ended_at=timezone.now())
    page = client.get(person.get_absolute_url()).text
    assert "data-profile-face data-live" in page
    assert [title in page for title in ("Radio now", "Radio soon", "Radio past")] == [True] * 3
    assert "Listen live" in page


@pytest.mark.security("B8")
def test_a_speaker_is_live_on_the_own_profile_too(client: Client, person: User) -> None:
    space = live(UserFactory.create())
    ParticipantFactory.create(space=space, user=person, role=Role.SPEAKER)
    assert "data-profile-face data-live" in client.get(person.get_absolute_url()).text


@pytest.mark.security("B8", "C7")
def test_a_locked_space_does_not_tell_on_a_speakers_profile(client: Client, person: User) -> None:
    space = live(UserFactory.create())
    ParticipantFactory.create(space=space, user=person, role=Role.SPEAKER)
    Space.objects.filter(pk=space.pk).update(locked=True)
    assert "data-profile-face data-live" not in client.get(person.get_absolute_url()).text


@pytest.mark.security("B8")
def test_who_is_not_live_has_no_ring(client: Client, person: User) -> None:
    assert "data-profile-face data-live" not in client.get(person.get_absolute_url()).text


@pytest.mark.security("B8", "C7")
def test_blocked_people_see_neither_spaces_nor_posts(person: User) -> None:
    live(person)
    PostFactory.create(author=person)
    reader = UserFactory.create()
    block_user(blocker=person, blocked=reader)
    shown = profile(person=person, viewer_id=reader.pk)
    assert (shown.live, shown.posts.items) == ([], [])


@pytest.mark.security("B7")
def test_visitors_read_the_posts_and_find_a_way_on(client: Client, person: User) -> None:
    post = PostFactory.create(author=person, text="For everybody")
    page = client.get(person.get_absolute_url()).text
    assert ("For everybody" in page, "hx-trigger" in page) == (True, False)
    thread = client.get(post.get_absolute_url()).text
    for way in (f'href="{person.get_absolute_url()}">More from', "/accounts/login/?next=", "/accounts/signup/"):
        assert way in thread


@pytest.mark.security("B7", "C7")
def test_protected_posts_stay_with_followers(client: Client, person: User) -> None:
    PostFactory.create(author=person, text="Not for everybody")
    User.objects.filter(pk=person.pk).update(protected=True)
    page = client.get(person.get_absolute_url()).text
    assert ("Not for everybody" in page, "only followers see them" in page) == (False, True)
    follower = UserFactory.create()
    follow_user(follower=follower, followee=person)
    client.force_login(follower)
    assert "Not for everybody" in client.get(person.get_absolute_url()).text


@pytest.mark.security("B7", "B13", "A9")
@pytest.mark.parametrize("is_member", [True, False])
def test_what_draws_times_is_loaded_for_everybody(client: Client, person: User, is_member: bool) -> None:
    post = PostFactory.create(author=person)
    if is_member:
        client.force_login(person)
    page = client.get(post.get_absolute_url()).text
    assert "spaces/js/page" in page
    assert 'name="server-time" content="20' in page
    assert "data-local-time" in page
    assert "data-ago" in client.get(person.get_absolute_url()).text


@pytest.mark.security("B8")
def test_a_profile_costs_the_same_however_much_there_is(
    client: Client, person: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        SpaceFactory.create(creator=person, state=SpaceState.ENDED, ended_at=timezone.now())
        PostFactory.create(author=person)
    live(person)
    with django_assert_max_num_queries(12):
        client.get(person.get_absolute_url())


@pytest.mark.security("B20")
def test_a_card_says_once_that_its_space_is_over(client: Client, person: User) -> None:
    space = SpaceFactory.create(
        creator=person, state=SpaceState.ENDED, started_at=timezone.now(), ended_at=timezone.now()
    )
    card = client.get(f"/i/spaces/{space.public_id}/card").text
    assert card.lower().count("ended") == 2  # the state for the style sheet, and the word


@pytest.mark.security("B20")
def test_blocking_says_what_it_does(client: Client, person: User) -> None:
    client.force_login(UserFactory.create())
    page = client.get(person.get_absolute_url()).text
    assert "Blocked people cannot follow you, message you, join your Spaces or see your posts" in page
    assert page.count("block-means") == 2


# --- Replays ----------------------------------------------------------------------------------------------------------


def card_of(recording: Recording, client: Client) -> str:
    return client.get(f"/i/spaces/{recording.space.public_id}/card").text


def test_a_card_leads_to_the_replay_and_tells_its_length(client: Client) -> None:
    recording = silent_replay(seconds=600)
    Recording.objects.update(cut_start_ms=60_000)
    card = card_of(recording, client)
    assert "REPLAY · 9 min" in card
    assert "Listen to the replay" in card
    assert "Replay · 9 min" in client.get(recording.space.host.get_absolute_url()).text


@pytest.mark.parametrize(
    "change", [{"visible": False}, {"state": RecordingState.DELETED}, {"state": RecordingState.FINISHING}]
)
def test_a_card_tells_of_no_replay_that_cannot_be_heard(client: Client, change: dict[str, Any]) -> None:
    recording = silent_replay(seconds=60)
    Recording.objects.update(deleted_at=recording.created_at, **change)
    card = card_of(recording, client)
    assert ("REPLAY" in card, "ENDED" in card) == (False, True)


def test_the_host_finds_a_hidden_replay_on_the_card(client: Client) -> None:
    recording = silent_replay(seconds=60)
    Recording.objects.update(visible=False)
    client.force_login(recording.space.host)
    assert "REPLAY" in card_of(recording, client)


def test_a_card_hides_the_replay_as_its_page_does(client: Client) -> None:
    recording = silent_replay(seconds=60)
    blocked, removed, stranger = (UserFactory.create() for _ in range(3))
    Block.objects.create(blocker=recording.space.host, blocked=blocked)
    at = recording.created_at
    ParticipantFactory.create(space=recording.space, user=removed, removed_at=at, left_at=at)
    for user, is_told in ((stranger, True), (blocked, False), (removed, False)):
        client.force_login(user)
        assert ("REPLAY" in card_of(recording, client)) is is_told
    client.logout()
    Space.objects.update(accounts_only=True)
    assert "REPLAY" not in card_of(recording, client)
    Space.objects.update(accounts_only=False, locked=True)
    client.force_login(stranger)
    assert "REPLAY" not in card_of(recording, client)


def test_cards_with_replays_cost_the_same_however_many_there_are(
    person: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found = [silent_replay(seconds=60).space_id for _ in range(5)]
    with django_assert_max_num_queries(6):
        cards = space_cards(found, viewer_id=person.pk)
    assert len([card for card in cards.values() if card.replay]) == 5
