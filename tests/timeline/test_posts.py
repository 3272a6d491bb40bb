"""Writing, deleting, liking, reposting."""

import pytest

from accounts.models import User
from accounts.services import block_user, delete_user, follow_user
from spaces.events import Signal
from spaces_project.common.errors import BadInput, NotFound, Refused, TooMany
from tests.factories import PostFactory, SpaceFactory, UserFactory
from tests.spaces.fixtures import Told
from timeline import services
from timeline.models import Like, Post
from timeline.services.posts import POSTS_PER_WINDOW

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace")


def now(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


# --- Writing ---


def test_a_post_is_cleaned(ada: User) -> None:
    assert services.create_post(author=ada, text=" one \n\n\n two\u202e ").text == "one\n\ntwo"


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b"])
def test_an_empty_post_is_refused(ada: User, text: str) -> None:
    with pytest.raises(BadInput, match="Write something"):
        services.create_post(author=ada, text=text)


def test_the_weight_decides_how_long_a_post_may_be(ada: User) -> None:
    services.create_post(author=ada, text="\u65e5" * 140)
    with pytest.raises(BadInput) as refused:
        services.create_post(author=ada, text="\u65e5" * 141)
    assert (refused.value.code, refused.value.details) == ("too_long", {"weight": 282, "max": 280})


def test_a_link_cannot_smuggle_in_a_novel(ada: User) -> None:
    with pytest.raises(BadInput):
        services.create_post(author=ada, text=f"https://example.com/{'x' * 5_000}")


def test_a_link_to_a_space_makes_its_card(ada: User) -> None:
    space = SpaceFactory.create()
    assert services.create_post(author=ada, text=f"Come: /i/spaces/{space.public_id}").space == space


def test_followers_are_told_of_posts_and_not_of_replies(told: Told, ada: User) -> None:
    [news] = told(services.create_post, author=ada, text="Hello")
    assert (news.signal, news.data, news.followers_of) == (Signal.HOME, "posts", ada.pk)
    answered = told(services.create_post, author=ada, text="And", reply_to_id=PostFactory.create().pk)
    assert "posts" not in {envelope.data for envelope in answered}


def test_too_many_posts_at_once(ada: User) -> None:
    for number in range(POSTS_PER_WINDOW):
        services.create_post(author=ada, text=f"{number}")
    with pytest.raises(TooMany) as refused:
        services.create_post(author=ada, text="one more")
    assert 0 < refused.value.details["retry_after"] <= 300


# --- Replies and quotes ---


def test_replies_and_quotes_are_counted(ada: User) -> None:
    post = PostFactory.create()
    services.create_post(author=ada, text="Yes", reply_to_id=post.pk)
    services.create_post(author=ada, text="Look", quote_of_id=post.pk)
    assert (now(post).reply_count, now(post).quote_count) == (1, 1)


def test_an_answer_to_a_repost_is_one_to_the_original(ada: User, grace: User) -> None:
    post = PostFactory.create()
    repost = services.repost_post(user=grace, post_id=post.pk)
    assert services.create_post(author=ada, text="Yes", reply_to_id=repost.pk).reply_to == post


def test_nobody_answers_who_is_blocked(ada: User, grace: User) -> None:
    post = PostFactory.create(author=ada)
    block_user(blocker=ada, blocked=grace)
    with pytest.raises(NotFound):
        services.create_post(author=grace, text="But", reply_to_id=post.pk)


def test_only_followers_answer_a_protected_account(grace: User) -> None:
    post = PostFactory.create(author__protected=True)
    with pytest.raises(NotFound):
        services.create_post(author=grace, text="But", reply_to_id=post.pk)
    follow_user(follower=grace, followee=post.author)
    assert services.create_post(author=grace, text="But", reply_to_id=post.pk).is_reply


def test_posts_of_protected_accounts_are_not_passed_on(grace: User) -> None:
    post = PostFactory.create(author__protected=True)
    follow_user(follower=grace, followee=post.author)
    with pytest.raises(Refused):
        services.repost_post(user=grace, post_id=post.pk)
    with pytest.raises(Refused):
        services.create_post(author=grace, text="Look", quote_of_id=post.pk)


# --- Likes and reposts ---


def test_a_like_counts_once(ada: User) -> None:
    post = PostFactory.create()
    services.like_post(user=ada, post_id=post.pk)
    services.like_post(user=ada, post_id=post.pk)
    assert (now(post).like_count, Like.objects.count()) == (1, 1)


def test_a_like_taken_back_counts_no_more(ada: User) -> None:
    post = PostFactory.create()
    services.like_post(user=ada, post_id=post.pk)
    services.unlike_post(user=ada, post_id=post.pk)
    services.unlike_post(user=ada, post_id=post.pk)
    assert now(post).like_count == 0


def test_a_repost_counts_once_and_goes(ada: User) -> None:
    post = PostFactory.create()
    first = services.repost_post(user=ada, post_id=post.pk)
    assert services.repost_post(user=ada, post_id=post.pk) == first
    assert now(post).repost_count == 1
    services.unrepost_post(user=ada, post_id=post.pk)
    services.unrepost_post(user=ada, post_id=post.pk)
    assert (now(post).repost_count, Post.objects.count()) == (0, 1)


# --- Deleting ---


def test_reposts_go_with_a_post_and_answers_stay(ada: User, grace: User) -> None:
    post = PostFactory.create(author=ada)
    services.repost_post(user=grace, post_id=post.pk)
    reply = services.create_post(author=grace, text="Yes", reply_to_id=post.pk)
    quote = services.create_post(author=grace, text="Look", quote_of_id=post.pk)
    services.delete_post(user=ada, post_id=post.pk)
    assert set(Post.objects.all()) == {reply, quote}
    assert (now(reply).is_reply, now(reply).reply_to, now(quote).is_quote, now(quote).quote_of) == (
        True,
        None,
        True,
        None,
    )


def test_a_deleted_answer_is_counted_no_more(ada: User) -> None:
    post = PostFactory.create()
    reply = services.create_post(author=ada, text="Yes", reply_to_id=post.pk)
    services.delete_post(user=ada, post_id=reply.pk)
    assert now(post).reply_count == 0


def test_nobody_deletes_for_another(ada: User, grace: User) -> None:
    post = PostFactory.create(author=ada)
    with pytest.raises(Refused):
        services.delete_post(user=grace, post_id=post.pk)
    with pytest.raises(Refused):
        services.delete_post(user=grace, post_id=post.pk, as_operator=True)
    assert now(post)


def test_what_a_deleted_account_did_is_counted_no_more(ada: User) -> None:
    post = PostFactory.create()
    services.like_post(user=ada, post_id=post.pk)
    services.repost_post(user=ada, post_id=post.pk)
    services.create_post(author=ada, text="One", reply_to_id=post.pk)
    services.create_post(author=ada, text="Two", reply_to_id=post.pk)
    services.create_post(author=ada, text="Three", quote_of_id=post.pk)
    delete_user(user=ada)
    counts = now(post)
    assert (counts.like_count, counts.repost_count, counts.reply_count, counts.quote_count) == (0, 0, 0, 0)
