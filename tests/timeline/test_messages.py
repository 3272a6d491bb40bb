"""Two people writing to each other."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import block_user
from spaces_project.common.errors import BadInput, ProductError, TooMany
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.fixtures import Told
from timeline.models import Message, Thread, ThreadSide
from timeline.selectors.messages import inbox, messages_after, thread_page, unread_messages
from timeline.services import mark_read, send_message
from timeline.services.messages import MESSAGES_PER_WINDOW

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada")


@pytest.fixture
def grace() -> User:
    return UserFactory.create(username="grace")


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def refusal(sender: User, to: User, text: str = "Hello") -> str:
    with pytest.raises(ProductError) as caught:
        send_message(sender=sender, to=to, text=text)
    return caught.value.code


def texts(user: User, other: User) -> list[str]:
    return [row.text for row in thread_page(user=user, other=other).messages]


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_both_have_the_message(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    assert texts(ada, grace) == texts(grace, ada) == ["Hello"]


def test_a_pair_has_one_thread_whoever_begins(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    send_message(sender=grace, to=ada, text="Hello yourself")
    assert (Thread.objects.count(), texts(ada, grace)) == (1, ["Hello", "Hello yourself"])


def test_only_the_receiver_has_something_to_read(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    send_message(sender=ada, to=grace, text="Are you there?")
    assert (unread_messages(ada.pk), unread_messages(grace.pk)) == (0, 2)


def test_lines_are_kept_and_invisible_characters_are_not(ada: User, grace: User) -> None:
    assert send_message(sender=ada, to=grace, text=" one\r\ntwo\u202e ").text == "one\ntwo"


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \u200b\n", "empty"), ("x" * 1001, "too_long")])
def test_texts_that_cannot_be_sent(ada: User, grace: User, text: str, code: str) -> None:
    assert refusal(ada, grace, text) == code


def test_nobody_writes_to_themselves(ada: User) -> None:
    assert refusal(ada, ada) == "self_message"


def test_nobody_writes_to_an_account_that_is_closed(ada: User) -> None:
    assert refusal(ada, UserFactory.create(is_active=False)) == "not_found"


@pytest.mark.parametrize("who_blocks", ["sender", "receiver"])
def test_a_block_stops_messages_both_ways(ada: User, grace: User, who_blocks: str) -> None:
    blocker, blocked = (ada, grace) if who_blocks == "sender" else (grace, ada)
    block_user(blocker=blocker, blocked=blocked)
    assert refusal(ada, grace) == "blocked"


def test_what_was_written_before_a_block_can_be_read_but_not_answered(ada: User, grace: User) -> None:
    send_message(sender=grace, to=ada, text="Hello")
    block_user(blocker=ada, blocked=grace)
    page = thread_page(user=ada, other=grace)
    assert ([row.text for row in page.messages], page.can_write) == (["Hello"], False)


def test_a_flood_is_stopped(ada: User, grace: User) -> None:
    for number in range(MESSAGES_PER_WINDOW):
        send_message(sender=ada, to=grace, text=str(number))
    with pytest.raises(TooMany):
        send_message(sender=ada, to=grace, text="one more")


def test_pages_of_both_are_told_that_something_came(told: Told, ada: User, grace: User) -> None:
    [envelope] = told(send_message, sender=ada, to=grace, text="Hello")
    assert (envelope.data, envelope.to) == ("messages", (ada.pk, grace.pk))


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_reading_empties_the_count_and_tells_when(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    later = timezone.now() + timedelta(minutes=3)
    assert mark_read(user=grace, other=ada, now=later) == 1
    assert (unread_messages(grace.pk), Message.objects.get().read_at) == (0, later)


def test_own_messages_are_not_read_by_oneself(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    assert mark_read(user=ada, other=grace) == 0
    assert unread_messages(grace.pk) == 1


def test_reading_twice_takes_nothing_more_off(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    mark_read(user=grace, other=ada)
    assert (mark_read(user=grace, other=ada), unread_messages(grace.pk)) == (0, 0)


def test_a_message_that_comes_while_one_reads_stays_unread(ada: User, grace: User) -> None:
    send_message(sender=ada, to=grace, text="Hello")
    ThreadSide.objects.filter(user=grace).update(unread=2)  # its sender has counted it, but not committed it yet
    mark_read(user=grace, other=ada)
    assert unread_messages(grace.pk) == 1


def test_the_latest_thread_is_on_top(ada: User, grace: User) -> None:
    alan = UserFactory.create()
    for sender in (grace, alan, grace):
        send_message(sender=sender, to=ada, text="Hello")
    rows = inbox(user=ada).items
    assert [(row.other, row.unread) for row in rows] == [(grace, 2), (alan, 1)]


def test_an_inbox_is_paged(ada: User) -> None:
    for _ in range(3):
        send_message(sender=ada, to=UserFactory.create(), text="Hello")
    first = inbox(user=ada, limit=2)
    second = inbox(user=ada, cursor=first.next_cursor, limit=2)
    assert [len(first.items), len(second.items), second.next_cursor] == [2, 1, None]


def test_a_thread_shows_its_latest_and_leads_to_earlier(ada: User, grace: User) -> None:
    for number in range(35):
        send_message(sender=ada, to=grace, text=str(number))
    latest = thread_page(user=grace, other=ada)
    earlier = thread_page(user=grace, other=ada, cursor=latest.earlier)
    assert (latest.messages[0].text, latest.messages[-1].text) == ("5", "34")
    assert [row.text for row in earlier.messages] == ["0", "1", "2", "3", "4"]


def test_what_came_after_a_message(ada: User, grace: User) -> None:
    first = send_message(sender=ada, to=grace, text="one")
    send_message(sender=grace, to=ada, text="two")
    assert [row.text for row in messages_after(user=ada, other=grace, message_id=first.pk)] == ["two"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1_2", "9" * 30])
def test_a_cursor_of_nobody(ada: User, grace: User, cursor: str) -> None:
    with pytest.raises(BadInput):
        thread_page(user=ada, other=grace, cursor=cursor)


def test_a_stranger_has_no_part_in_it(ada: User, grace: User) -> None:
    stranger = UserFactory.create()
    send_message(sender=ada, to=grace, text="Hello")
    assert (texts(stranger, ada), texts(stranger, grace), inbox(user=stranger).items) == ([], [], [])


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_inbox_costs_the_same_however_full(
    as_ada: Client, ada: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        send_message(sender=UserFactory.create(), to=ada, text="Hello", space=SpaceFactory.create())
    with django_assert_max_num_queries(4):
        assert as_ada.get("/messages").status_code == 200


def test_a_thread_costs_the_same_however_long(
    as_ada: Client, ada: User, grace: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        send_message(sender=grace, to=ada, text="Hello", space=SpaceFactory.create())
    with django_assert_max_num_queries(14):
        assert as_ada.get("/messages/grace").status_code == 200


@pytest.mark.security("C26")
@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("headers", [{}, {"Sec-Purpose": "prefetch"}, {"HX-Request": "true"}])
def test_fetching_a_thread_reads_nothing(as_ada: Client, ada: User, grace: User, headers: dict[str, str]) -> None:
    sent = send_message(sender=grace, to=ada, text="Hello Ada")
    assert "Hello Ada" in as_ada.get("/messages", headers=headers).text
    assert "Hello Ada" in as_ada.get("/messages/grace", headers=headers).text
    as_ada.get("/messages/grace/after/0", headers=headers)
    assert unread_messages(ada.pk) == 1
    assert as_ada.get(f"/messages/grace/read?up_to={sent.pk}").status_code == 405


def test_a_page_that_is_looked_at_reads_what_it_shows(as_ada: Client, ada: User, grace: User) -> None:
    shown = send_message(sender=grace, to=ada, text="Hello Ada")
    assert f'value="{shown.pk}"' in as_ada.get("/messages/grace").text
    send_message(sender=grace, to=ada, text="Still there?")
    as_ada.post("/messages/grace/read", {"up_to": shown.pk}, headers={"accept": "application/json"})
    assert unread_messages(ada.pk) == 1
    assert as_ada.post("/messages/grace/read").status_code == 302
    assert unread_messages(ada.pk) == 0


def test_writing_without_script(as_ada: Client, ada: User, grace: User) -> None:
    response = as_ada.post("/messages/grace", {"text": "Hello"})
    assert (response.status_code, response.headers["Location"]) == (302, "/messages/grace")
    assert texts(grace, ada) == ["Hello"]


def test_writing_appends_what_the_page_lacks(as_ada: Client, ada: User, grace: User) -> None:
    seen = send_message(sender=grace, to=ada, text="old")
    send_message(sender=grace, to=ada, text="just came")
    answer = as_ada.post("/messages/grace", {"text": "mine", "after": str(seen.pk)}, headers=HTMX).text
    assert ("old" in answer, answer.index("just came") < answer.index("mine")) == (False, True)


def test_a_refusal_becomes_a_toast(as_ada: Client, ada: User, grace: User) -> None:
    block_user(blocker=grace, blocked=ada)
    response = as_ada.post("/messages/grace", {"text": "Hello", "after": "0"}, headers=HTMX)
    assert (response.status_code, response.headers["HX-Reswap"]) == (403, "none")
    assert "cannot message each other" in response.text


def test_a_thread_with_somebody_new_is_empty_and_ready(as_ada: Client, grace: User) -> None:
    page = as_ada.get("/messages/grace").text
    assert ('name="text"' in page, "Earlier messages" in page) == (True, False)


@pytest.mark.fault("F2")
def test_messages_are_text(as_ada: Client, ada: User, grace: User) -> None:
    send_message(sender=grace, to=ada, text="<script>alert(1)</script>")
    for page in (as_ada.get("/messages").text, as_ada.get("/messages/grace").text):
        assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)


@pytest.mark.parametrize("path", ["/messages", "/messages/grace", "/messages/grace/after/0"])
def test_messages_want_a_person(client: Client, grace: User, path: str) -> None:
    assert client.get(path).status_code == 302


def test_nobody_of_that_name(as_ada: Client) -> None:
    assert as_ada.get("/messages/nobody").status_code == 404


def test_a_profile_leads_to_the_thread(as_ada: Client, grace: User) -> None:
    assert 'href="/messages/grace"' in as_ada.get("/grace").text


def test_where_one_is_blocked_nothing_leads_to_a_thread(as_ada: Client, ada: User, grace: User) -> None:
    block_user(blocker=grace, blocked=ada)
    assert 'href="/messages/grace"' not in as_ada.get("/grace").text
