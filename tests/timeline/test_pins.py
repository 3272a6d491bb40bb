"""Posts that people put up in a Space."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces.models import Space
from spaces.rules import Standing
from spaces.states import SpaceState
from spaces_project.common.errors import Conflict, NotFound, Refused, TooMany
from tests.factories import PostFactory, SpaceFactory, UserFactory
from tests.spaces.scene import Scene
from timeline import services
from timeline.models import PinnedPost, Post
from timeline.selectors import pinnable_posts, pins, shared_posts
from timeline.services.pins import PINS_PER_WINDOW

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

JSON = {"accept": "application/json"}


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def post() -> Post:
    return PostFactory.create(text="Notes of the evening")


def pin(scene: Scene, user: User, post: Post) -> PinnedPost:
    return services.pin_post(public_id=scene.id, user=user, post_id=post.pk)


def unpin(scene: Scene, user: User, post: Post) -> None:
    services.unpin_post(public_id=scene.id, user=user, post_id=post.pk)


def shown(scene: Scene, viewer: User | None = None) -> list[Post]:
    return [pin.row.post for pin in pins(public_id=scene.id, viewer_id=viewer.pk if viewer else None)]


def version(scene: Scene) -> int:
    return Space.objects.get(pk=scene.space.pk).pins_version


def codes(scene: Scene, act: Callable[[User], object]) -> dict[Standing, str]:
    found = {}
    for standing, user in scene.people.items():
        try:
            act(user)
            found[standing] = "ok"
        except Refused as error:
            found[standing] = error.code
    return found


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_everybody_with_a_microphone_pins(scene: Scene, post: Post) -> None:
    assert codes(scene, lambda user: pin(scene, user, post)) == {
        Standing.HOST: "ok",
        Standing.COHOST: "ok",
        Standing.SPEAKER: "ok",
        Standing.LISTENER: "forbidden",
        Standing.OUTSIDER: "not_in_space",
        Standing.REMOVED: "removed",
        Standing.SUSPENDED: "suspended",
    }


def test_whoever_runs_the_space_takes_down_what_others_pinned(scene: Scene, post: Post) -> None:
    def unpin_anew(user: User) -> None:
        PinnedPost.objects.get_or_create(space=scene.space, post=post, pinned_by=scene.host)
        unpin(scene, user, post)

    assert codes(scene, unpin_anew) == {
        Standing.HOST: "ok",
        Standing.COHOST: "ok",
        Standing.SPEAKER: "forbidden",
        Standing.LISTENER: "forbidden",
        Standing.OUTSIDER: "not_in_space",
        Standing.REMOVED: "removed",
        Standing.SUSPENDED: "suspended",
    }


def test_who_pinned_it_takes_it_down_even_without_the_microphone(scene: Scene, post: Post) -> None:
    PinnedPost.objects.create(space=scene.space, post=post, pinned_by=scene.listener)
    unpin(scene, scene.listener, post)
    assert not PinnedPost.objects.exists()


@pytest.mark.parametrize(("state", "code"), [(SpaceState.SCHEDULED, "not_live"), (SpaceState.ENDED, "ended")])
def test_only_while_it_is_live(post: Post, state: SpaceState, code: str) -> None:
    space = SpaceFactory.create(state=state)
    with pytest.raises(Conflict) as refusal:
        services.pin_post(public_id=space.public_id, user=space.creator, post_id=post.pk)
    assert refusal.value.code == code


def test_a_post_of_a_protected_account_stays_where_it_is(scene: Scene, post: Post) -> None:
    follow_user(follower=scene.host, followee=post.author)
    User.objects.filter(pk=post.author_id).update(protected=True)
    with pytest.raises(Refused, match="protected"):
        pin(scene, scene.host, post)


def test_what_one_may_not_see_cannot_be_pinned(scene: Scene, post: Post) -> None:
    block_user(blocker=post.author, blocked=scene.host)
    with pytest.raises(NotFound):
        pin(scene, scene.host, post)


def test_a_refusal_changes_nothing(scene: Scene, post: Post) -> None:
    with pytest.raises(Refused):
        pin(scene, scene.listener, post)
    assert (PinnedPost.objects.count(), version(scene)) == (0, 0)


def test_there_is_a_limit(scene: Scene, post: Post) -> None:
    for _ in range(PINS_PER_WINDOW):
        pin(scene, scene.host, post)
    with pytest.raises(TooMany):
        pin(scene, scene.host, post)


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_newest_first_and_no_more_than_ten(scene: Scene) -> None:
    posts = PostFactory.create_batch(12)
    for post in posts:
        pin(scene, scene.speaker, post)
    assert shown(scene) == posts[:1:-1]


def test_a_post_is_pinned_once(scene: Scene, post: Post) -> None:
    assert pin(scene, scene.host, post) == pin(scene, scene.speaker, post)
    assert shown(scene) == [post]


def test_of_a_repost_the_original_is_pinned(scene: Scene, post: Post) -> None:
    repost = services.repost_post(user=scene.outsider, post_id=post.pk)
    pin(scene, scene.host, repost)
    assert shown(scene) == [post]


def test_what_the_viewer_may_not_see_is_not_there_for_them(scene: Scene, post: Post) -> None:
    pin(scene, scene.host, post)
    block_user(blocker=scene.listener, blocked=post.author)
    assert (shown(scene, scene.listener), shown(scene, None)) == ([], [post])


def test_who_may_take_it_down_is_said(scene: Scene, post: Post) -> None:
    pin(scene, scene.speaker, post)
    may = {
        standing: pins(public_id=scene.id, viewer_id=user.pk)[0].may_unpin
        for standing, user in scene.people.items()
        if standing not in (Standing.REMOVED, Standing.SUSPENDED)  # to whom nothing is shown
    }
    assert [standing for standing, is_allowed in may.items() if is_allowed] == [
        Standing.HOST,
        Standing.COHOST,
        Standing.SPEAKER,
    ]


def test_a_deleted_post_vanishes_and_the_room_hears_of_it(
    scene: Scene, post: Post, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    pin(scene, scene.host, post)
    before = version(scene)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_post(user=post.author, post_id=post.pk)
    assert (shown(scene), version(scene)) == ([], before + 1)


def test_a_deleted_account_takes_its_pins_along(
    scene: Scene, post: Post, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    pin(scene, scene.host, post)
    before = version(scene)
    with django_capture_on_commit_callbacks(execute=True):
        post.author.delete()
    assert (shown(scene), version(scene)) == ([], before + 1)


def test_every_change_makes_rooms_look_again(scene: Scene, post: Post) -> None:
    pin(scene, scene.host, post)
    assert version(scene) == 1
    unpin(scene, scene.host, post)
    assert version(scene) == 2


def test_queries_do_not_depend_on_how_many_are_pinned(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for post in PostFactory.create_batch(10):
        pin(scene, scene.host, post)
    with django_assert_max_num_queries(11):
        pins(public_id=scene.id, viewer_id=scene.listener.pk)


def test_posts_shared_in_a_space_are_paged(scene: Scene) -> None:
    posts = PostFactory.create_batch(3)
    for post in posts:
        pin(scene, scene.host, post)
    first = shared_posts(public_id=scene.id, viewer_id=None, limit=2)
    rest = shared_posts(public_id=scene.id, viewer_id=None, cursor=first.next_cursor, limit=2)
    assert [row.post for row in [*first.items, *rest.items]] == posts[::-1]
    assert rest.next_cursor is None


def test_ones_own_posts_are_offered_without_replies_and_reposts(scene: Scene, post: Post) -> None:
    own = PostFactory.create(author=scene.host)
    PostFactory.create(author=scene.host, reply_to=post)
    services.repost_post(user=scene.host, post_id=post.pk)
    assert [row.post for row in pinnable_posts(user=scene.host)] == [own]


def test_a_protected_account_has_nothing_to_pin() -> None:
    author = UserFactory.create(protected=True)
    PostFactory.create(author=author)
    assert pinnable_posts(user=author) == []


# --- The doors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["id", "path", "address"])
def test_a_post_is_pinned_by_its_link(scene: Scene, post: Post, client: Client, given: str) -> None:
    client.force_login(scene.host)
    path = post.get_absolute_url()
    text = {"id": str(post.pk), "path": f" {path} ", "address": f"http://localhost:8000{path}"}[given]
    answer = client.post(f"/i/spaces/{scene.id}/pins/add", {"post": text}, headers=JSON)
    assert (answer.status_code, shown(scene)) == (201, [post])


@pytest.mark.parametrize(
    "text", ["", "0x1", "https://elsewhere.example/ada/status/1", "http://[/ada/status/1", "9" * 30]
)
def test_other_words_are_no_link(scene: Scene, client: Client, text: str) -> None:
    client.force_login(scene.host)
    answer = client.post(f"/i/spaces/{scene.id}/pins/add", {"post": text}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_link")


def test_everybody_reads_what_is_pinned(scene: Scene, post: Post, client: Client) -> None:
    pin(scene, scene.host, post)
    [found] = client.get(f"/i/spaces/{scene.id}/pins", headers=JSON).json()["pins"]
    assert (found["id"], found["text"], found["may_unpin"]) == (str(post.pk), "Notes of the evening", False)
    assert found["url"] == post.get_absolute_url()


def test_links_are_told_as_posts_tell_them(scene: Scene, client: Client) -> None:
    text = f"Now: /i/spaces/{scene.id} and https://www.example.test/{'a' * 60}"
    pin(scene, scene.host, services.create_post(author=scene.host, text=text))
    [found] = client.get(f"/i/spaces/{scene.id}/pins", headers=JSON).json()["pins"]
    assert found["text"].startswith(f"Now: {scene.space.title} and example.test/aaa")
    assert found["text"].endswith("…")


def test_nobody_pins_without_a_session(scene: Scene, post: Post, client: Client) -> None:
    answer = client.post(f"/i/spaces/{scene.id}/pins/add", {"post": post.pk}, headers=JSON)
    assert (answer.status_code, shown(scene)) == (302, [])


def test_it_is_taken_down(scene: Scene, post: Post, client: Client) -> None:
    pin(scene, scene.speaker, post)
    client.force_login(scene.speaker)
    assert client.post(f"/i/spaces/{scene.id}/pins/{post.pk}/delete", headers=JSON).status_code == 200
    again = client.post(f"/i/spaces/{scene.id}/pins/{post.pk}/delete", headers=JSON)
    assert (again.status_code, shown(scene)) == (403, [])


def test_the_choices_are_ones_own_posts(scene: Scene, client: Client) -> None:
    own = PostFactory.create(author=scene.host, text="x" * 300)
    client.force_login(scene.host)
    [choice] = client.get(f"/i/spaces/{scene.id}/pins/choices", headers=JSON).json()["posts"]
    assert (choice["id"], choice["text"]) == (str(own.pk), "x" * 280 + "…")
