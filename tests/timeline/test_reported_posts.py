"""Reports of posts: from the menu of a post to its take-down, the appeal, and back."""

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.services import block_user
from spaces.models import Decision, Report
from spaces.moderation import services as moderation
from spaces.states import Verdict
from tests.factories import PostFactory, SpaceFactory, UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import outcome
from timeline import services
from timeline.models import Notification, PinnedPost, Post
from timeline.selectors import notifications
from timeline.selectors.pins import pins, shared_posts
from timeline.selectors.posts import bookmarks, home_posts, posts_of, replies_to, thread, visible_posts

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada")


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace")


@pytest.fixture
def post(ada: User) -> Post:
    return PostFactory.create(author=ada, text="Mean words")


def report(post: Post, user: User | None = None) -> Report:
    return moderation.report_post(post_id=post.pk, user=user or UserFactory.create(), reason="abuse")


def take_down(post: Post) -> Decision:
    return moderation.decide_report(report_id=report(post).pk, user=moderator(), verdict=Verdict.REDACT, reason="Mean")


# --- Reporting --------------------------------------------------------------------------------------------------------


def test_a_report_keeps_what_the_post_said(post: Post, ada: User) -> None:
    found = report(post)
    Post.objects.filter(pk=post.pk).update(text="Nice words")
    assert (found.subject, found.post_id, found.person, found.space) == ("post", post.pk, ada, None)
    assert found.shown["post"] == {"id": post.pk, "text": "Mean words", "pictures": []}


def test_a_repost_is_reported_as_its_original(post: Post, grace: User) -> None:
    repost = services.repost_post(user=grace, post_id=post.pk)
    found = report(repost)
    assert (found.post_id, found.person) == (post.pk, post.author)


def test_a_post_is_reported_once_and_not_by_its_author(post: Post, ada: User, grace: User) -> None:
    report(post, grace)
    ask = {"post_id": post.pk, "reason": "spam"}
    assert outcome(moderation.report_post, user=grace, **ask) == "already_reported"
    assert outcome(moderation.report_post, user=ada, **ask) == "own_report"
    assert outcome(moderation.report_post, user=grace, post_id=post.pk, reason="misheard") == "bad_reason"


def test_who_may_not_see_a_post_cannot_report_it(post: Post, ada: User, grace: User) -> None:
    block_user(blocker=ada, blocked=grace)
    for post_id in (post.pk, 2**62):
        assert outcome(moderation.report_post, user=grace, post_id=post_id, reason="spam") == "not_found"
    assert not Report.objects.exists()


def test_the_menu_of_a_post_leads_to_the_form(client: Client, post: Post, ada: User, grace: User) -> None:
    client.force_login(ada)
    assert f"?post={post.pk}" not in client.get(post.get_absolute_url()).text
    client.force_login(grace)
    assert f"/i/report?post={post.pk}" in client.get(post.get_absolute_url()).text
    assert "a post by @ada" in client.get("/i/report", {"post": post.pk}).text
    sent = client.post("/i/report", {"post": post.pk, "reason": "spam"})
    assert (sent.status_code, sent["Location"]) == (302, post.get_absolute_url())
    assert Report.objects.get().post_id == post.pk


@pytest.mark.parametrize("number", ["x", "0", str(2**64), "-1", "1e3", "٣"])
def test_a_number_that_no_post_has_is_not_found(client: Client, grace: User, number: str) -> None:
    client.force_login(grace)
    assert client.get("/i/report", {"post": number}).status_code == 404


# --- Taken down -------------------------------------------------------------------------------------------------------


def test_nobody_sees_a_post_that_was_taken_down(client: Client, post: Post, ada: User, grace: User) -> None:
    """Every list that a page or a program reads, of every kind of line about the post."""
    services.repost_post(user=grace, post_id=post.pk)
    services.bookmark_post(user=grace, post_id=post.pk)
    quote = services.create_post(author=grace, text="Look", quote_of_id=post.pk)
    answer = services.create_post(author=grace, text="Why?", reply_to_id=post.pk)
    below = services.create_post(author=ada, text="#tag because", reply_to_id=answer.pk)
    take_down(below)
    take_down(post)
    for reader in (ada, grace):
        assert not home_posts(user=reader).items or [row.id for row in home_posts(user=reader).items] == [quote.pk]
        assert [row.id for row in posts_of(author=grace, viewer_id=reader.pk).items] == [quote.pk]
        assert posts_of(author=ada, viewer_id=reader.pk).items == []
        assert bookmarks(user=reader).items == []
        assert replies_to(post_id=answer.pk, viewer_id=reader.pk).items == []
        assert thread(post_id=answer.pk, viewer_id=reader.pk).above is None
        assert thread(post_id=quote.pk, viewer_id=reader.pk).row.quoted is None
        found = visible_posts([post.pk, quote.pk, answer.pk, below.pk], reader.pk)
        assert ([line.pk for line in found.posts], found.about) == ([answer.pk, quote.pk], {})
        client.force_login(reader)
        assert client.get(post.get_absolute_url()).status_code == 404
        assert "Mean words" not in client.get("/ada").text + client.get(quote.get_absolute_url()).text
        assert "because" not in client.get("/i/tags/tag").text


def test_nothing_more_is_done_with_it(post: Post, ada: User, grace: User) -> None:
    take_down(post)
    assert outcome(services.like_post, user=grace, post_id=post.pk) == "not_found"
    assert outcome(services.repost_post, user=grace, post_id=post.pk) == "not_found"
    assert outcome(services.edit_post, user=ada, post_id=post.pk, text="Anew") == "not_found"
    assert outcome(services.create_post, author=grace, text="x", quote_of_id=post.pk) == "not_found"
    assert outcome(services.delete_post, user=ada, post_id=post.pk) == "ok"


def test_rooms_drop_it(
    post: Post, ada: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    space = SpaceFactory.create()
    PinnedPost.objects.create(space=space, post=post, pinned_by=space.host)
    with django_capture_on_commit_callbacks(execute=True):
        take_down(post)
    space.refresh_from_db()
    assert space.pins_version == 1
    assert pins(public_id=space.public_id, viewer_id=ada.pk) == []
    assert shared_posts(public_id=space.public_id, viewer_id=ada.pk).items == []


def test_no_notification_leads_to_it(post: Post, ada: User, grace: User) -> None:
    Notification.objects.create(user=ada, actor=grace, kind="liked", post=post)
    assert notifications.badges(user_id=ada.pk).notifications == 1
    take_down(post)
    assert notifications.badges(user_id=ada.pk).notifications == 0


def test_the_author_reads_the_decision_and_an_appeal_puts_it_back(
    client: Client, post: Post, ada: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decision = take_down(post)
    assert (decision.before, decision.after) == ({"post": str(post.pk)}, {"post": ""})
    client.force_login(ada)
    page = client.get(f"/i/decisions/{decision.pk}").text
    assert "Your content was taken down." in page
    assert "Mean" in page
    assert Notification.objects.get(user=ada).decision == decision
    filed = moderation.appeal(decision_id=decision.pk, user=ada, text="It was a joke.")
    moderation.decide_appeal(appeal_id=filed.pk, user=moderator(senior=True), granted=True)
    assert client.get(post.get_absolute_url()).status_code == 200


def test_what_is_gone_cannot_be_taken_down(post: Post, ada: User) -> None:
    first, second = report(post), report(post)
    judge = moderator()
    decide = {"user": judge, "verdict": Verdict.REDACT}
    assert outcome(moderation.decide_report, report_id=first.pk, **decide) == "ok"
    assert outcome(moderation.decide_report, report_id=second.pk, **decide) == "nothing_to_redact"
    services.delete_post(user=ada, post_id=post.pk)
    assert outcome(moderation.decide_report, report_id=second.pk, **decide) == "nothing_to_redact"
    assert outcome(moderation.decide_report, report_id=second.pk, user=judge, verdict=Verdict.WARN) == "ok"


def test_moderators_see_the_words_of_the_post(client: Client, post: Post) -> None:
    found = report(post)
    client.force_login(moderator())
    page = client.get(f"/admin/spaces/report/{found.pk}/change/").text
    assert "Mean words" in page
    assert "Remove from the Space" not in page
    client.post(f"/admin/spaces/report/{found.pk}/change/", {"act": "decide", "verdict": "redact"})
    post.refresh_from_db()
    assert post.taken_down
