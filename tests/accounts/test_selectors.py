"""Reads."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from accounts import selectors, services
from accounts.finding import search_users
from accounts.models import User
from spaces_project.common.errors import BadInput, NotFound
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("username", ["ana", "ANA", "aNa"])
def test_a_username_is_found_in_any_case(ana: User, username: str) -> None:
    assert selectors.get_user_by_username(username) == ana


@pytest.mark.parametrize("username", ["", "nobody", "an_", "%", "ana ", "ana\n", "\u0131", "x" * 9999, "a\x00"])
def test_a_username_that_is_not_there(ana: User, username: str) -> None:
    with pytest.raises(NotFound):
        selectors.get_user_by_username(username)


def test_the_database_refuses_the_same_username_in_another_case(ana: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory.create(username="Ana")


def test_an_inactive_person_is_not_there() -> None:
    UserFactory.create(username="gone", is_active=False)
    with pytest.raises(NotFound):
        selectors.get_user_by_username("gone")


def test_a_block_has_a_direction(ana: User, ben: User) -> None:
    services.block_user(blocker=ana, blocked=ben)
    assert (selectors.is_blocked(ana.pk, ben.pk), selectors.is_blocked(ben.pk, ana.pk)) == (True, False)


def test_either_way_is_either_way(ana: User, ben: User) -> None:
    services.block_user(blocker=ana, blocked=ben)
    assert selectors.blocked_either_way(ana.pk, ben.pk) and selectors.blocked_either_way(ben.pk, ana.pk)
    assert not selectors.blocked_either_way(ana.pk, UserFactory.create().pk)


def test_whom_of_some_people_somebody_follows(ana: User, ben: User) -> None:
    cleo = UserFactory.create()
    services.follow_user(follower=ana, followee=ben)
    assert selectors.followed_ids_among(ana.pk, [ben.pk, cleo.pk]) == {ben.pk}


def test_which_candidates_follow_any_of_some_people(
    ana: User, ben: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fans = UserFactory.create_batch(3)
    services.follow_user(follower=fans[0], followee=ana)
    services.follow_user(follower=fans[0], followee=ben)
    services.follow_user(follower=fans[1], followee=ben)
    with django_assert_num_queries(1):
        among = selectors.followers_among([ana.pk, ben.pk], [fans[0].pk, fans[2].pk])
    assert among == {fans[0].pk}


def test_a_process_with_many_connected_people_still_asks_one_query(ana: User) -> None:
    assert selectors.followers_among([ana.pk], range(1_000_000, 1_020_000)) == set()


def test_what_two_people_are_to_each_other(ana: User, ben: User) -> None:
    services.follow_user(follower=ben, followee=ana)
    assert selectors.relation(viewer_id=ana.pk, person_id=ben.pk) == selectors.Relation(followed_by=True)
    assert selectors.relation(viewer_id=ben.pk, person_id=ana.pk) == selectors.Relation(following=True)
    assert selectors.relation(viewer_id=ana.pk, person_id=ana.pk) == selectors.Relation(is_self=True)
    assert selectors.relation(viewer_id=None, person_id=ana.pk) == selectors.Relation()


def names(query: str) -> list[str]:
    return [user.username for user in search_users(query=query).items]


@pytest.mark.parametrize("query", ["an", "@ana", "ANA", "lima", "  ana  "])
def test_search_finds_by_username_and_name(ana: User, query: str) -> None:
    assert names(query) == ["ana"]


@pytest.mark.parametrize("query", ["", "@", "%", "_", "xyz", "' OR 1=1", "\u202e"])
def test_search_finds_nobody(ana: User, query: str) -> None:
    assert names(query) == []


def test_search_puts_the_most_followed_first() -> None:
    for count in (3, 9, 6):
        UserFactory.create(username=f"dj_{count}", followers_count=count)
    assert names("dj") == ["dj_9", "dj_6", "dj_3"]


def test_search_goes_on_where_it_stopped_even_among_equals() -> None:
    UserFactory.create_batch(5)
    first = search_users(query="person", limit=3)
    second = search_users(query="person", limit=3, cursor=first.next_cursor)
    assert len({user.pk for user in first.items + second.items}) == 5
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "1", "1_2_3", "a_b", "-1_2", "\u00b2_1", "1_" + "9" * 40])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput) as caught:
        search_users(query="ana", cursor=cursor)
    assert caught.value.code == "bad_cursor"


def test_lists_leave_inactive_people_out(ana: User, ben: User) -> None:
    services.follow_user(follower=ben, followee=ana)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert selectors.followers_of(user_id=ana.pk).items == []
