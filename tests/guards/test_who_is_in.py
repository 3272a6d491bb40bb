"""Who is in a Space is told to those who are in; the stage to those who may come in; a number to everybody."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import block_user, create_personal_token, follow_user
from captions.selectors import captions_info
from captions.services import set_consent
from spaces import presence, selectors, services
from spaces.models import Invitation, Participant, Space
from spaces.rules import Sight
from spaces.selectors import discovery
from spaces.selectors.sight import sight, sights
from spaces.selectors.space_page import space_page
from tests.api.conftest import Program, program
from tests.factories import ParticipantFactory, PostFactory, SpaceFactory, UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline.selectors import pins, shared_posts
from timeline.selectors.cards import space_cards
from timeline.services import pin_post

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

__all__ = ["program"]

pytestmark = [
    pytest.mark.security("C8"),
    pytest.mark.asvs("8.2.2"),
    pytest.mark.asvs("8.2.3"),
    pytest.mark.django_db,
    pytest.mark.redis,
]


def lock(scene: Scene, *, locked: bool = True) -> None:
    Space.objects.filter(pk=scene.space.pk).update(locked=locked)
    scene.space.refresh_from_db()


@pytest.fixture(autouse=True)
def here(scene: Scene) -> None:
    """Everybody who is in has a lease, and the listener's name is one to look for."""
    User.objects.filter(pk=scene.listener.pk).update(username="quiet_listener")
    User.objects.filter(pk=scene.speaker.pk).update(username="loud_speaker")
    Participant.objects.filter(space=scene.space, user=scene.speaker).update(spoke=True)
    for user in (scene.host, scene.cohost, scene.speaker, scene.listener):
        presence.enter(scene.id, user.pk)


SEEN = [
    ("host", False, Sight.PEOPLE), ("speaker", False, Sight.PEOPLE), ("listener", False, Sight.PEOPLE),
    ("listener", True, Sight.PEOPLE), ("outsider", False, Sight.STAGE), ("outsider", True, Sight.NUMBER),
    ("removed", False, Sight.NUMBER), ("removed", True, Sight.NUMBER), ("suspended", False, Sight.NUMBER),
    ("nobody", False, Sight.STAGE), ("nobody", True, Sight.NUMBER),
]  # fmt: skip


@pytest.mark.parametrize(("who", "locked", "expected"), SEEN)
def test_the_rule(scene: Scene, who: str, locked: bool, expected: Sight) -> None:
    lock(scene, locked=locked)
    user_id = None if who == "nobody" else getattr(scene, who).pk
    assert sight(space=scene.space, user_id=user_id) == expected


def test_to_whom_a_lock_does_not_apply(scene: Scene) -> None:
    lock(scene)
    invited, left, judge = UserFactory.create(), UserFactory.create(), moderator()
    Invitation.objects.create(space=scene.space, inviter=scene.host, invitee=invited)
    ParticipantFactory.create(space=scene.space, user=left, left_at=scene.space.created_at)
    assert {sight(space=scene.space, user_id=user.pk) for user in (invited, left, judge)} == {Sight.STAGE}


def test_after_the_end_an_invitation_opens_nothing(scene: Scene) -> None:
    lock(scene)
    Invitation.objects.create(space=scene.space, inviter=scene.host, invitee=scene.outsider)
    services.end_space(public_id=scene.id, user=scene.host)
    scene.space.refresh_from_db()
    users = (scene.outsider, scene.listener, moderator())
    assert [sight(space=scene.space, user_id=user.pk) for user in users] == [Sight.NUMBER, Sight.STAGE, Sight.STAGE]


def test_whom_the_host_blocked_sees_the_number(scene: Scene) -> None:
    block_user(blocker=scene.host, blocked=scene.outsider)
    assert sight(space=scene.space, user_id=scene.outsider.pk) == Sight.NUMBER


@pytest.mark.parametrize("count", [1, 20])
def test_many_spaces_cost_no_more_queries(
    scene: Scene, count: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    spaces = SpaceFactory.create_batch(count, locked=True)
    with django_assert_max_num_queries(4):
        assert set(sights(spaces, scene.outsider.pk).values()) == {Sight.NUMBER}


# --- Every door -------------------------------------------------------------------------------------------------------


def told_by_snapshot(scene: Scene, user: User | None) -> str:
    return repr(selectors.snapshot(public_id=scene.id, user_id=user.pk if user else None))


def told_by_page(scene: Scene, user: User | None) -> str:
    return repr(space_page(public_id=scene.id, user=user))


def told_by_html(scene: Scene, user: User | None) -> str:
    client = Client()
    if user:
        client.force_login(user)
    return client.get(f"/i/spaces/{scene.id}").text


def told_by_card(scene: Scene, user: User | None) -> str:
    return repr(space_cards([scene.space.pk], viewer_id=user.pk if user else None))


def told_by_pins(scene: Scene, user: User | None) -> str:
    viewer_id = user.pk if user else None
    shared = shared_posts(public_id=scene.id, viewer_id=viewer_id).items
    return repr([pin.pinned_by.username for pin in pins(public_id=scene.id, viewer_id=viewer_id)]) + repr(
        [row.post.author.username for row in shared]
    )


DOORS = [told_by_snapshot, told_by_page, told_by_html, told_by_card, told_by_pins]
Door = Callable[[Scene, User | None], str]


@pytest.fixture
def pinned(scene: Scene) -> None:
    pin_post(public_id=scene.id, user=scene.speaker, post_id=PostFactory.create(author=scene.speaker).pk)


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ["outsider", "removed", "nobody"])
@pytest.mark.parametrize("locked", [False, True])
def test_who_listens_is_told_to_nobody_outside(scene: Scene, door: Door, who: str, locked: bool) -> None:
    lock(scene, locked=locked)
    said = door(scene, None if who == "nobody" else getattr(scene, who))
    assert "quiet_listener" not in said
    shows_stage = not locked and who != "removed"
    assert ("loud_speaker" in said) == shows_stage


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("door", [told_by_page, told_by_html])
def test_who_spoke_in_a_locked_space_is_not_told_after_its_end(scene: Scene, door: Door) -> None:
    lock(scene)
    services.end_space(public_id=scene.id, user=scene.host)
    assert "loud_speaker" not in door(scene, scene.outsider)
    assert "loud_speaker" in door(scene, scene.listener)


def test_a_snapshot_outside_counts_all_the_same(scene: Scene) -> None:
    lock(scene)
    outside = selectors.snapshot(public_id=scene.id, user_id=scene.outsider.pk)
    assert (outside.audience.count, outside.stage) == (1, [])
    inside = selectors.snapshot(public_id=scene.id, user_id=scene.speaker.pk)
    assert [person.username for person in inside.audience.listeners] == ["quiet_listener"]


def test_the_api_tells_an_outsider_the_stage_and_a_number(scene: Scene, program: Program) -> None:
    answer = program(scene.outsider).get(f"/api/v1/spaces/{scene.id}")
    assert (answer.json()["audience"], "loud_speaker" in answer.text) == ({"count": 1, "listeners": []}, True)
    lock(scene)
    answer = program(scene.outsider).get(f"/api/v1/spaces/{scene.id}")
    assert (answer.json()["audience"]["count"], answer.json()["stage"]) == (1, [])


@pytest.mark.parametrize(("locked", "speakers"), [(False, 1), (True, 0)])
def test_the_api_of_x_expands_nobody_of_a_locked_space(
    scene: Scene, program: Program, locked: bool, speakers: int
) -> None:
    lock(scene, locked=locked)
    query = "space.fields=speaker_ids,host_ids&expansions=speaker_ids,host_ids&user.fields=username"
    answer = program(scene.outsider).get(f"/2/spaces/{scene.id}?{query}")
    found = answer.json()["data"]
    assert len(found.get("speaker_ids", [])) == speakers
    assert ("loud_speaker" in answer.text) == (not locked)
    assert found["host_ids"][0] == str(scene.host.pk)


def test_who_consents_to_captions_is_not_told_of_a_locked_space(scene: Scene) -> None:
    set_consent(public_id=scene.id, user=scene.speaker, given=True)
    lock(scene)
    told = {user: captions_info(scene.id, user).consenting for user in (scene.outsider.pk, 0, scene.listener.pk)}
    assert told == {scene.outsider.pk: [], 0: [], scene.listener.pk: [str(scene.speaker.pk)]}


# --- Bubbles and lists ------------------------------------------------------------------------------------------------


@pytest.fixture
def fan(scene: Scene) -> Iterator[User]:
    """Follows the speaker and the listener, and is not in."""
    follow_user(follower=scene.outsider, followee=scene.speaker)
    follow_user(follower=scene.outsider, followee=scene.listener)
    yield scene.outsider


def both_ways(scene: Scene, reader: User) -> list[list[str]]:
    """The bubble as a page is greeted with it, and as it is told when something changes."""
    greeted = {bubble.id: bubble for bubble in selectors.bubbles_for(reader)}
    told = selectors.bubble_audience(scene.id, {reader.pk})
    return [
        [person.username for person in bubble.people]
        for bubble in (greeted.get(scene.id), told.get(reader.pk))
        if bubble is not None
    ]


def test_a_bubble_names_the_stage_while_it_is_open(scene: Scene, fan: User) -> None:
    shown = both_ways(scene, fan)
    assert len(shown) == 2 and all("loud_speaker" in names and "quiet_listener" not in names for names in shown)


def test_a_locked_space_has_no_bubble_for_followers_of_its_guests(scene: Scene, fan: User) -> None:
    lock(scene)
    assert both_ways(scene, fan) == []


def test_and_for_followers_of_its_host_one_without_the_others(scene: Scene, fan: User) -> None:
    follow_user(follower=fan, followee=scene.host)
    lock(scene)
    assert both_ways(scene, fan) == [[scene.host.username]] * 2


def test_nor_is_there_one_for_somebody_who_was_removed(scene: Scene) -> None:
    follow_user(follower=scene.removed, followee=scene.speaker)
    assert both_ways(scene, scene.removed) == []


def test_the_lock_changes_bubbles_at_once(scene: Scene, told: Callable[..., Any]) -> None:
    news = told(services.set_lock, public_id=scene.id, user=scene.host, locked=True)
    assert "bubble" in [signal.value for signal in news.signals()]


@pytest.mark.parametrize(("locked", "followed"), [(False, 1), (True, 0)])
def test_a_list_counts_whom_one_follows_on_the_stage_only(scene: Scene, fan: User, locked: bool, followed: int) -> None:
    lock(scene, locked=locked)
    [card] = discovery.live(user=fan).items
    assert (card.followed, card.people) == (followed, 4)


def test_those_who_are_in_see_each_other_with_a_token_that_reads(scene: Scene) -> None:
    def people(user: User) -> "Response":
        key = create_personal_token(user=user, name="t", scopes=["space.read"]).key
        headers = {"authorization": f"Bearer {key}"}
        return Client(headers=headers).get(f"/api/v1/spaces/{scene.id}/participants")

    assert "quiet_listener" in people(scene.speaker).text
    assert people(scene.outsider).status_code == 403
