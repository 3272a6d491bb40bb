"""Which posts a home timeline shows, whichever way they are looked up."""

from itertools import pairwise

import pytest

from accounts.models import User
from accounts.services import block_user, follow_user, unfollow_user
from spaces_project.common.errors import BadInput
from tests.factories import PostFactory, UserFactory
from timeline import services
from timeline.models import Post
from timeline.selectors import home, home_posts

pytestmark = [pytest.mark.django_db, pytest.mark.redis, pytest.mark.usefixtures("way")]


@pytest.fixture(params=["few follows", "many follows", "many quiet follows"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "few follows":
        monkeypatch.setattr(home, "MANY", -1)
    if request.param == "many quiet follows":
        monkeypatch.setattr(home, "WINDOW", 1)


@pytest.fixture
def reader() -> User:
    return UserFactory.create()


@pytest.fixture
def followed(reader: User) -> User:
    author = UserFactory.create()
    follow_user(follower=reader, followee=author)
    return author


def shown(reader: User, cursor: str | None = None, limit: int = 30) -> list[Post]:
    return [row.post for row in home_posts(user=reader, cursor=cursor, limit=limit).items]


def test_nothing_yet(reader: User) -> None:
    assert home_posts(user=reader).items == []


def test_ones_own_and_those_of_people_one_follows_newest_first(reader: User, followed: User) -> None:
    theirs, own = PostFactory.create(author=followed), PostFactory.create(author=reader)
    PostFactory.create()
    assert shown(reader) == [own, theirs]


def test_whom_one_follows_no_more_is_gone(reader: User, followed: User) -> None:
    PostFactory.create(author=followed)
    unfollow_user(follower=reader, followee=followed)
    assert shown(reader) == []


def test_replies_are_read_elsewhere(reader: User, followed: User) -> None:
    PostFactory.create(author=followed, reply_to=PostFactory.create())
    assert shown(reader) == []


def test_a_repost_shows_the_original_with_who_passed_it_on(reader: User, followed: User) -> None:
    original = PostFactory.create()
    services.repost_post(user=followed, post_id=original.pk)
    [row] = home_posts(user=reader).items
    assert (row.post, row.reposted_by) == (original, followed)


def test_a_post_that_two_passed_on_stands_once(reader: User, followed: User) -> None:
    original = PostFactory.create(author=followed)
    other = UserFactory.create()
    follow_user(follower=reader, followee=other)
    services.repost_post(user=other, post_id=original.pk)
    assert shown(reader) == [original]


def test_no_post_of_somebody_blocked_comes_in_by_a_repost(reader: User, followed: User) -> None:
    for is_blocker in (True, False):
        original = PostFactory.create()
        services.repost_post(user=followed, post_id=original.pk)
        pair = (reader, original.author) if is_blocker else (original.author, reader)
        block_user(blocker=pair[0], blocked=pair[1])
    assert shown(reader) == []


def test_a_quote_of_somebody_blocked_is_empty(reader: User, followed: User) -> None:
    quoted = PostFactory.create()
    PostFactory.create(author=followed, quote_of=quoted)
    block_user(blocker=quoted.author, blocked=reader)
    [row] = home_posts(user=reader).items
    assert (row.post.is_quote, row.quoted) == (True, None)


def test_a_protected_account_is_read_by_its_followers_only(reader: User) -> None:
    author = UserFactory.create(protected=True)
    post = PostFactory.create(author=author)
    services_row = Post.objects.create(author=reader, repost_of=post)
    assert shown(reader) == []
    follow_user(follower=reader, followee=author)
    assert shown(reader) == [post]
    assert services_row.repost_of == post


def test_an_account_that_is_locked_is_not_read(reader: User, followed: User) -> None:
    PostFactory.create(author=followed)
    User.objects.filter(pk=followed.pk).update(is_active=False)
    assert shown(reader) == []


def test_pages_follow_each_other_without_gap_or_overlap(reader: User, followed: User) -> None:
    authors = [followed, reader, UserFactory.create()]
    posts = [PostFactory.create(author=authors[number % 3]) for number in range(40)]
    seen: list[Post] = []
    cursor: str | None = None
    while True:
        page = home_posts(user=reader, cursor=cursor, limit=4)
        seen += [row.post for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [post for post in reversed(posts) if post.author != authors[2]]
    assert all(newer.pk > older.pk for newer, older in pairwise(seen))


def test_one_busy_person_hides_nobody(reader: User, followed: User) -> None:
    quiet = PostFactory.create(author=followed)
    busy = UserFactory.create()
    follow_user(follower=reader, followee=busy)
    posts = PostFactory.create_batch(12, author=busy)
    assert shown(reader, limit=5) == posts[:-6:-1]
    assert shown(reader, cursor=str(posts[2].pk), limit=5) == [posts[1], posts[0], quiet]


def test_a_cursor_from_elsewhere_is_refused(reader: User) -> None:
    with pytest.raises(BadInput):
        home_posts(user=reader, cursor="1; DROP")
