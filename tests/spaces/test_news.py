"""What home pages are told of, and how often."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.services import follow_user
from spaces.events import News, home_news
from spaces.live.home_updates import HomeUpdates
from spaces.selectors import followees_by_reader
from tests.factories import UserFactory


@pytest.mark.asyncio
async def test_a_burst_is_one_word() -> None:
    desk = HomeUpdates()
    for _ in range(3):
        desk.take(home_news("messages", to=[1, 2]))
    assert await desk.hand_out({1}) == {1: [News(topic="messages", count=3)]}
    assert await desk.hand_out({1}) == {}


# The database threads look after their connections, whatever they are asked to run.
@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_followers_who_are_here_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[set[int], set[int]]] = []

    def followees(followee_ids: set[int], reader_ids: set[int]) -> dict[int, set[int]]:
        asked.append((followee_ids, reader_ids))
        return {1: {8, 9}}

    monkeypatch.setattr("spaces.live.home_updates.selectors.followees_by_reader", followees)
    desk = HomeUpdates()
    for author in (8, 9, 9):
        desk.take(home_news("posts", followers_of=author))
    assert await desk.hand_out({1, 2}) == {1: [News(topic="posts", count=3)]}
    assert asked == [({8, 9}, {1, 2})]


@pytest.mark.django_db
def test_one_query_finds_who_follows_whom(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    author, follower, stranger = UserFactory.create_batch(3)
    follow_user(follower=follower, followee=author)
    with django_assert_num_queries(1):
        assert followees_by_reader({author.pk}, {follower.pk, stranger.pk}) == {follower.pk: {author.pk}}
