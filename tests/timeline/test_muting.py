"""What a reader has muted: people and words, on the home page, in replies and in notifications. And what they keep."""

import pytest
from django.test import Client

from accounts import services as accounts
from accounts.models import MutedWord, User
from accounts.muting import Muting, phrase_of
from accounts.services.mutes import MOST_WORDS
from tests.factories import UserFactory
from tests.spaces.scene import outcome
from timeline import selectors, services
from timeline.models import Notification, Post
from timeline.reach import services as reach
from timeline.reach.kinds import Kind
from timeline.reach.notice import Notice
from timeline.selectors.notifications import notifications
from timeline.services.notifications import notify_of_like, notify_of_post

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def grace(ada: User) -> User:
    """Follows ada."""
    grace = UserFactory.create(username="grace")
    accounts.follow_user(follower=grace, followee=ada)
    return grace


def home(user: User) -> list[str]:
    user.refresh_from_db()
    return [row.post.text for row in selectors.home_posts(user=user).items]


def test_a_muted_person_is_not_on_the_home_page_but_on_their_own(ada: User, grace: User) -> None:
    services.create_post(author=ada, text="Loud")
    accounts.mute_user(muter=grace, muted=ada)
    assert home(grace) == []
    assert len(selectors.posts_of(author=ada, viewer_id=grace.pk).items) == 1
    accounts.unmute_user(muter=grace, muted=ada)
    assert home(grace) == ["Loud"]


def test_a_repost_and_a_quote_of_a_muted_person_are_not_shown_either(ada: User, grace: User) -> None:
    loud = UserFactory.create()
    post = services.create_post(author=loud, text="Loud")
    services.repost_post(user=ada, post_id=post.pk)
    services.create_post(author=ada, text="Look", quote_of_id=post.pk)
    accounts.mute_user(muter=grace, muted=loud)
    assert home(grace) == []


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("All about F\u00f6\u00f6tball", False),
        ("#football", False),
        ("footballs", True),
        ("my own goal", False),
        ("own a goal", True),
    ],
)
def test_a_muted_word_is_a_whole_word_in_any_form(ada: User, grace: User, text: str, is_shown: bool) -> None:
    for word in ("Football", "own goal"):
        accounts.mute_word(user=grace, text=word)
    services.create_post(author=ada, text=text)
    assert (home(grace) == [text]) is is_shown


def test_ones_own_posts_are_shown_whatever_they_say(grace: User) -> None:
    accounts.mute_word(user=grace, text="football")
    services.create_post(author=grace, text="football")
    assert home(grace) == ["football"]


def test_a_muted_reply_is_not_read_by_the_one_who_muted(ada: User, grace: User) -> None:
    post = services.create_post(author=grace, text="Hello")
    services.create_post(author=ada, text="spoiler: he did it", reply_to_id=post.pk)
    accounts.mute_word(user=grace, text="Spoiler")
    assert selectors.replies_to(post_id=post.pk, viewer_id=grace.pk).items == []
    assert len(selectors.replies_to(post_id=post.pk, viewer_id=ada.pk).items) == 1


def test_what_is_muted_does_not_notify(ada: User, grace: User) -> None:
    post = services.create_post(author=grace, text="Hello")
    accounts.mute_word(user=grace, text="spoiler")
    notify_of_post(post_id=services.create_post(author=ada, text="@grace spoiler").pk)
    accounts.mute_user(muter=grace, muted=ada)
    notify_of_like(post_id=post.pk, user_id=ada.pk)
    assert not Notification.objects.filter(user=grace).exists()
    live = Notice(Kind.LIVE, "Ada", "is live", "/", "t", 60)
    assert reach.tell(told=live, user_ids=[grace.pk], actor_id=ada.pk) == []


def test_a_notification_from_before_the_mute_is_hidden(ada: User, grace: User) -> None:
    post = services.create_post(author=grace, text="Hello")
    notify_of_like(post_id=post.pk, user_id=ada.pk)
    accounts.mute_user(muter=grace, muted=ada)
    assert notifications(user_id=grace.pk).items == []


def test_a_list_of_words_is_bounded_and_without_repetition(grace: User) -> None:
    assert outcome(accounts.mute_word, user=grace, text="...") == "bad_word"
    long_apart = "".join(f"{letter}\ufdfa" for letter in "abcdefghijklmnopqrstuvwxy")  # each becomes four words
    assert outcome(accounts.mute_word, user=grace, text=long_apart) == "bad_word"
    assert outcome(accounts.mute_word, user=grace, text="One") == "ok"
    assert outcome(accounts.mute_word, user=grace, text="\u00f3ne") == "known_word"
    MutedWord.objects.bulk_create(MutedWord(user=grace, text=f"w{n}") for n in range(MOST_WORDS - 1))
    assert outcome(accounts.mute_word, user=grace, text="last") == "too_many_words"
    assert outcome(accounts.mute_user, muter=grace, muted=grace) == "self_mute"


def test_words_keep_their_order_and_number() -> None:
    assert phrase_of("a b a, c-c!") == "a b a c c"


def test_a_phrase_with_a_word_twice_is_muted_whole(grace: User) -> None:
    muted = Muting(phrases=(accounts.mute_word(user=grace, text="Bye bye").text,))
    assert muted.hides(author_ids=(), text="So, bye-bye!")
    assert not muted.hides(author_ids=(), text="Bye for now")


def test_the_settings_page_lists_and_changes_them(client: Client, ada: User, grace: User) -> None:
    client.force_login(grace)
    assert client.post("/ada/mute").status_code == 302
    assert client.post("/settings/muted/words", {"text": "Spoiler"}).status_code == 302
    page = client.get("/settings/muted").text
    assert "spoiler" in page and "@ada" in page
    assert client.post("/settings/muted/words", {"text": ""}).status_code == 400
    word = MutedWord.objects.get()
    client.force_login(ada)
    client.post(f"/settings/muted/words/{word.pk}/remove")
    assert MutedWord.objects.exists(), "only one's own"
    client.force_login(grace)
    client.post(f"/settings/muted/words/{word.pk}/remove")
    client.post("/ada/unmute")
    assert "@ada" not in client.get("/settings/muted").text


def test_the_button_changes_in_its_place(client: Client, ada: User, grace: User) -> None:
    client.force_login(grace)
    partial = {"hx-request": "true"}
    hidden = client.post("/ada/mute", headers=partial).text
    assert "Show posts again" in hidden and 'hx-post="/ada/unmute"' in hidden and "<html" not in hidden
    shown = client.post("/ada/unmute", headers=partial).text
    assert "Mute posts" in shown and 'hx-post="/ada/mute"' in shown


@pytest.mark.parametrize("path", ["/ada/relation", "/ada"])
def test_posts_are_muted_beside_block_in_a_room_and_on_the_profile(
    client: Client, ada: User, grace: User, path: str
) -> None:
    client.force_login(grace)
    assert "Mute posts" in client.get(path).text
    accounts.mute_user(muter=grace, muted=ada)
    assert "Show posts again" in client.get(path).text
    accounts.block_user(blocker=grace, blocked=ada)
    assert "/ada/unmute" not in client.get(path).text
    client.force_login(ada)
    assert "Mute posts" not in client.get(path).text


# --- Bookmarks --------------------------------------------------------------------------------------------------------


def kept(user: User) -> list[str]:
    return [row.post.text for row in selectors.bookmarks(user=user).items]


def test_a_post_is_kept_once_and_the_last_is_first(ada: User, grace: User) -> None:
    for text in ("one", "two"):
        post = services.create_post(author=ada, text=text)
        for _ in range(2):
            services.bookmark_post(user=grace, post_id=post.pk)
    assert (kept(grace), kept(ada)) == (["two", "one"], [])
    services.unbookmark_post(user=grace, post_id=post.pk)
    assert kept(grace) == ["one"]


def test_what_one_may_no_longer_see_is_not_shown(ada: User) -> None:
    alan = UserFactory.create()
    services.bookmark_post(user=alan, post_id=services.create_post(author=ada, text="x").pk)
    User.objects.filter(pk=ada.pk).update(protected=True)
    assert kept(alan) == []
    Post.objects.all().delete()
    assert kept(alan) == []


def test_the_page_of_bookmarks_is_ones_own(client: Client, ada: User, grace: User) -> None:
    post = services.create_post(author=ada, text="Worth keeping")
    client.force_login(grace)
    assert client.post(f"/i/posts/{post.pk}/bookmark", headers={"accept": "application/json"}).status_code == 200
    page = client.get("/i/bookmarks").text
    assert "Worth keeping" in page and "Remove bookmark" in page
    client.force_login(ada)
    assert "Worth keeping" not in client.get("/i/bookmarks").text
