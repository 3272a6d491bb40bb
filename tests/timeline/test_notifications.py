"""Who is told what, and who is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.services import block_user, follow_user
from spaces import services as spaces
from spaces.models import Reminder, Space
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory
from tests.spaces.fixtures import Told
from timeline import tasks
from timeline.models import Notification, NotificationKind, Post
from timeline.selectors.notifications import badges, grouped, notifications
from timeline.services import (
    create_post,
    like_post,
    mark_seen,
    notify,
    notify_many,
    notify_waiting,
    overdue_reminders,
    repost_post,
    send_message,
)

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

Committed = DjangoCaptureOnCommitCallbacks
TOMORROW = timedelta(days=1)


@pytest.fixture(autouse=True)
def _tasks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call the function of the worker at once, without a queue."""
    monkeypatch.setattr(tasks.tell_waiting, "delay", tasks.tell_waiting)


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", display_name="Ada Lovelace", followers_count=600)


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace", followers_count=600)


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def told_to(user: User) -> list[str]:
    """Kinds, in the order in which they were told."""
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def scheduled_by(host: User, *waiting: User) -> Space:
    space = spaces.schedule_space(user=host, title="Soon", when=timezone.now() + TOMORROW)
    for person in waiting:
        spaces.set_reminder(public_id=space.public_id, user=person)
    return space


# --- One at a time ----------------------------------------------------------------------------------------------------


def test_it_is_told_once(ada: User, grace: User) -> None:
    for _ in range(2):
        notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    assert told_to(ada) == ["followed"]


def test_two_people_who_do_the_same_are_two_notifications(ada: User, grace: User) -> None:
    for actor in (grace, UserFactory.create()):
        notify(user=ada, kind=NotificationKind.FOLLOWED, actor=actor)
    assert len(told_to(ada)) == 2


def test_two_things_are_two_notifications(ada: User, grace: User) -> None:
    for space in SpaceFactory.create_batch(2, creator__followers_count=600):
        notify(user=ada, kind=NotificationKind.INVITED, actor=grace, space=space)
    assert len(told_to(ada)) == 2


def test_nobody_is_told_of_themselves(ada: User) -> None:
    notify(user=ada, kind=NotificationKind.LIKED, actor=ada)
    assert told_to(ada) == []


@pytest.mark.parametrize("blocker_is_told", [True, False])
def test_nothing_is_told_across_a_block(ada: User, grace: User, blocker_is_told: bool) -> None:
    blocker, blocked = (ada, grace) if blocker_is_told else (grace, ada)
    block_user(blocker=blocker, blocked=blocked)
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    assert told_to(ada) == []


def test_closed_accounts_are_not_told(grace: User) -> None:
    gone = UserFactory.create(is_active=False)
    notify(user=gone, kind=NotificationKind.FOLLOWED, actor=grace)
    assert told_to(gone) == []


def test_many_cost_as_much_as_one(grace: User, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    people = [person.pk for person in UserFactory.create_batch(20)]
    with django_assert_max_num_queries(8):
        assert notify_many(user_ids=people, kind=NotificationKind.FOLLOWED, actor=grace) == people


def test_the_pages_of_who_is_told_hear_of_it(told: Told, ada: User, grace: User) -> None:
    [envelope] = told(notify, user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    assert (envelope.data, envelope.to) == ("notifications", (ada.pk,))


def test_what_was_told_before_makes_no_noise(told: Told, ada: User, grace: User) -> None:
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    assert told(notify, user=ada, kind=NotificationKind.FOLLOWED, actor=grace) == []


# --- What sets it going -----------------------------------------------------------------------------------------------


def test_a_follow_is_told(django_capture_on_commit_callbacks: Committed, ada: User, grace: User) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        follow_user(follower=grace, followee=ada)
    assert told_to(ada) == ["followed"]


def test_a_block_takes_back_what_was_told(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    with django_capture_on_commit_callbacks(execute=True):
        block_user(blocker=ada, blocked=grace)
    assert told_to(ada) == []


def test_a_like_is_told(django_capture_on_commit_callbacks: Committed, ada: User, grace: User) -> None:
    post = create_post(author=ada, text="Hello")
    with django_capture_on_commit_callbacks(execute=True):
        like_post(user=grace, post_id=post.pk)
    assert told_to(ada) == ["liked"]


def test_a_repost_is_told_and_leads_to_the_own_post(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    post = create_post(author=ada, text="Hello")
    with django_capture_on_commit_callbacks(execute=True):
        repost_post(user=grace, post_id=post.pk)
    assert Notification.objects.get(user=ada, kind="reposted").post == post


def answer(
    author: User, text: str, committed: Committed, *, reply_to_id: int | None = None, quote_of_id: int | None = None
) -> Post:
    with committed(execute=True):
        return create_post(author=author, text=text, reply_to_id=reply_to_id, quote_of_id=quote_of_id)


def test_who_is_answered_is_told_once_though_mentioned_too(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    post = create_post(author=ada, text="Hello")
    answer(grace, "@ada indeed", django_capture_on_commit_callbacks, reply_to_id=post.pk)
    assert told_to(ada) == ["replied"]


def test_who_is_quoted_is_told(django_capture_on_commit_callbacks: Committed, ada: User, grace: User) -> None:
    post = create_post(author=ada, text="Hello")
    answer(grace, "This!", django_capture_on_commit_callbacks, quote_of_id=post.pk)
    assert told_to(ada) == ["quoted"]


def test_who_is_mentioned_is_told_in_any_case_of_letters(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    answer(grace, "Thanks @ADA and @nobody", django_capture_on_commit_callbacks)
    assert told_to(ada) == ["mentioned"]


def test_who_may_not_see_a_post_is_not_told_of_it(django_capture_on_commit_callbacks: Committed, ada: User) -> None:
    shy = UserFactory.create(protected=True)
    answer(shy, "Hello @ada", django_capture_on_commit_callbacks)
    assert told_to(ada) == []


@pytest.mark.parametrize(("to_speak", "kind"), [(False, "invited"), (True, "invited_to_speak")])
def test_an_invitation_is_told(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User, to_speak: bool, kind: str
) -> None:
    space = SpaceFactory.create(creator=grace)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.invite(public_id=space.public_id, user=grace, invitee=ada, to_speak=to_speak)
    assert told_to(ada) == [kind]


# --- Reminders --------------------------------------------------------------------------------------------------------


def test_who_waits_is_told_of_the_start(django_capture_on_commit_callbacks: Committed, ada: User, grace: User) -> None:
    space = scheduled_by(grace, ada)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.start_space(public_id=space.public_id, user=grace)
    assert told_to(ada) == ["space_started"]


def test_who_does_not_wait_is_not(django_capture_on_commit_callbacks: Committed, ada: User, grace: User) -> None:
    space = scheduled_by(grace)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.start_space(public_id=space.public_id, user=grace)
    assert told_to(ada) == []


def test_who_waits_is_told_when_the_host_does_not_come(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    scheduled_by(grace, ada)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.expire(now=timezone.now() + timedelta(days=2))
    assert told_to(ada) == ["space_canceled"]


def test_an_end_is_nothing_to_wait_for(django_capture_on_commit_callbacks: Committed, ada: User, grace: User) -> None:
    space = SpaceFactory.create(creator=grace)
    Reminder.objects.create(space=space, user=ada)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.end_space(public_id=space.public_id, user=grace)
    assert told_to(ada) == []


def test_a_move_is_told_and_a_new_name_is_not(
    django_capture_on_commit_callbacks: Committed, ada: User, grace: User
) -> None:
    space = scheduled_by(grace, ada)
    with django_capture_on_commit_callbacks(execute=True):
        spaces.update_space(public_id=space.public_id, user=grace, title="Sooner or later")
    assert told_to(ada) == []
    with django_capture_on_commit_callbacks(execute=True):
        spaces.update_space(public_id=space.public_id, user=grace, when=timezone.now() + 2 * TOMORROW)
    assert told_to(ada) == ["space_moved"]


def test_a_second_move_is_new_again(ada: User, grace: User) -> None:
    space = scheduled_by(grace, ada)
    notify_waiting(space_id=space.pk, kind=NotificationKind.SPACE_MOVED)
    mark_seen(user=ada, up_to=Notification.objects.latest("pk").pk)
    notify_waiting(space_id=space.pk, kind=NotificationKind.SPACE_MOVED)
    assert (told_to(ada), badges(user_id=ada.pk).notifications) == (["space_moved"], 1)


def test_many_are_told_step_by_step(monkeypatch: pytest.MonkeyPatch, grace: User) -> None:
    monkeypatch.setattr("timeline.services.reminders.PEOPLE_PER_STEP", 2)
    waiting = UserFactory.create_batch(5)
    tasks.tell_waiting(scheduled_by(grace, *waiting).pk, NotificationKind.SPACE_STARTED)
    assert [told_to(person) for person in waiting] == [["space_started"]] * 5


def test_a_step_that_was_lost_is_found(ada: User, grace: User) -> None:
    alan = UserFactory.create()
    space = scheduled_by(grace, ada, alan)
    spaces.start_space(public_id=space.public_id, user=grace)
    notify(user=ada, kind=NotificationKind.SPACE_STARTED, actor=grace, space=space)
    assert overdue_reminders() == [(space.pk, NotificationKind.SPACE_STARTED)]
    tasks.tell_overdue()
    assert (told_to(ada), told_to(alan), overdue_reminders()) == (["space_started"], ["space_started"], [])


def test_who_cannot_be_told_is_not_overdue_for_ever(ada: User, grace: User) -> None:
    space = scheduled_by(grace, ada)
    block_user(blocker=ada, blocked=grace)
    spaces.start_space(public_id=space.public_id, user=grace)
    assert overdue_reminders() == []


def test_old_cancellations_are_left_alone(ada: User, grace: User) -> None:
    space = scheduled_by(grace, ada)
    spaces.cancel_space(public_id=space.public_id, user=grace)
    assert overdue_reminders(now=timezone.now() + 2 * TOMORROW) == []


# --- Pages and badges -------------------------------------------------------------------------------------------------


def test_badges_count_what_is_new(ada: User, grace: User) -> None:
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    send_message(sender=grace, to=ada, text="Hello")
    found = badges(user_id=ada.pk)
    assert (found.notifications, found.messages) == (1, 1)


def test_badges_cost_two_queries(ada: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        badges(user_id=ada.pk)


@pytest.mark.security("C26")
def test_fetching_the_page_marks_nothing_as_seen_looking_at_it_does(as_ada: Client, ada: User, grace: User) -> None:
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    page = as_ada.get("/notifications", headers={"Sec-Purpose": "prefetch"}).text
    assert "followed you" in page
    assert as_ada.get("/i/badges").json() == {"notifications": 1, "messages": 0}
    newest = notifications(user_id=ada.pk).items[0].pk
    assert f'value="{newest}"' in page
    assert as_ada.post("/notifications/seen", {"up_to": newest}).status_code == 302
    assert as_ada.get("/i/badges").json() == {"notifications": 0, "messages": 0}


def test_what_comes_after_the_page_stays_new(ada: User, grace: User) -> None:
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=grace)
    shown = notifications(user_id=ada.pk).items[0]
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=UserFactory.create())
    mark_seen(user=ada, up_to=shown.pk)
    assert badges(user_id=ada.pk).notifications == 1


def test_an_invitation_leads_in(as_ada: Client, ada: User, grace: User) -> None:
    space = SpaceFactory.create(creator=grace)
    notify(user=ada, kind=NotificationKind.INVITED, actor=grace, space=space)
    assert f'data-join="{space.public_id}"' in as_ada.get("/notifications").text


def test_the_page_costs_the_same_however_much_there_is(
    as_ada: Client, ada: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        someone = ParticipantFactory.create().user
        post = create_post(author=someone, text="Hello")
        notify(user=ada, kind=NotificationKind.FOLLOWED, actor=someone)
        notify(user=ada, kind=NotificationKind.MENTIONED, actor=someone, post=post)
        notify(user=ada, kind=NotificationKind.INVITED, actor=someone, space=SpaceFactory.create())
    with django_assert_max_num_queries(7):
        assert as_ada.get("/notifications").status_code == 200


def test_notifications_are_paged(ada: User) -> None:
    for actor in UserFactory.create_batch(3):
        notify(user=ada, kind=NotificationKind.FOLLOWED, actor=actor)
    first = notifications(user_id=ada.pk, limit=2)
    second = notifications(user_id=ada.pk, cursor=first.next_cursor, limit=2)
    assert [len(first.items), len(second.items), second.next_cursor] == [2, 1, None]


@pytest.mark.security("A7")
def test_a_page_that_was_away_learns_how_many_posts_it_missed(as_ada: Client, ada: User, grace: User) -> None:
    follow_user(follower=ada, followee=grace)
    seen = create_post(author=grace, text="Seen")
    create_post(author=ada, text="From another tab")
    create_post(author=grace, text="An answer", reply_to_id=seen.pk)
    missed = [create_post(author=grace, text=f"Missed {number}") for number in range(3)]
    asked = as_ada.get("/i/badges", {"posts_after": seen.pk}).json()
    assert asked == {"notifications": 0, "messages": 0, "posts": 3}
    assert as_ada.get("/i/badges", {"posts_after": missed[-1].pk}).json()["posts"] == 0


@pytest.mark.security("A7", "C25")
@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 40, "٣"])
def test_an_id_that_is_none_counts_no_posts(as_ada: Client, after: str) -> None:
    assert as_ada.get("/i/badges", {"posts_after": after}).json() == {"notifications": 0, "messages": 0}


@pytest.mark.parametrize("path", ["/notifications", "/i/badges"])
def test_notifications_want_a_person(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302


def test_what_many_did_is_one_line(as_ada: Client, ada: User) -> None:
    post = create_post(author=ada, text="Hello")
    for name in ("one", "two", "three"):
        fan = UserFactory.create(username=name, display_name=name.capitalize())
        notify(user=ada, kind=NotificationKind.LIKED, actor=fan, post=post)
    notify(user=ada, kind=NotificationKind.FOLLOWED, actor=UserFactory.create(display_name="Four"))
    page = " ".join(as_ada.get("/notifications").text.split())
    assert page.count("liked your post") == 1
    assert "Three</bdi> and 2 others liked your post" in page
    assert "Four</bdi> followed you" in page


def test_new_likes_are_not_hidden_in_a_line_that_was_seen(ada: User) -> None:
    post = create_post(author=ada, text="Hello")
    old, new = UserFactory.create_batch(2)
    notify(user=ada, kind=NotificationKind.LIKED, actor=old, post=post)
    mark_seen(user=ada, up_to=Notification.objects.get().pk)
    notify(user=ada, kind=NotificationKind.LIKED, actor=new, post=post)
    lines = grouped(notifications(user_id=ada.pk)).items
    assert [(line.row.actor, line.others) for line in lines] == [(new, []), (old, [])]
