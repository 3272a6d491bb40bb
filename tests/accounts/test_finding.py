"""Finding people by name: accents and capitals do not count, and the answer is bounded work."""

import pytest

from accounts import finding, services
from accounts.finding import search_users
from accounts.models import NameWord, User
from accounts.names import folded
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def names(query: str) -> list[str]:
    return [user.username for user in search_users(query=query).items]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Søren Ångström", "soren angstrom"),
        ("STRAẞE", "strasse"),
        ("Łódź", "lodz"),
        ("\u0130zmir", "izmir"),
        ("\uff26\uff55\uff4c\uff4c", "full"),
        ("Ἀθήνα", "αθηνα"),
    ],
)
def test_accents_and_capitals_are_ignored(text: str, bare: str) -> None:
    assert folded(text) == bare


@pytest.mark.parametrize("query", ["jos", "JOSÉ", "josé nun", "nunez", "núñ jo", "@jn_radio", "radio", "jn_r"])
def test_a_person_is_found_by_the_beginning_of_each_word(query: str) -> None:
    UserFactory.create(username="jn_radio", display_name="José Núñez")
    assert names(query) == ["jn_radio"]


@pytest.mark.parametrize("query", ["ose", "adio", "jose lima", "joseph"])
def test_what_is_in_the_middle_of_a_word_is_not_found(query: str) -> None:
    UserFactory.create(username="jn_radio", display_name="José Núñez")
    assert names(query) == []


def test_the_handle_itself_comes_first() -> None:
    UserFactory.create(username="ana_fan", followers_count=900)
    UserFactory.create(username="ana")
    assert names("Ana") == ["ana", "ana_fan"]


def test_a_new_name_is_found_and_the_old_one_is_not(django_user_model: type[User]) -> None:
    user = UserFactory.create(username="x1", display_name="Grace Murray")
    services.update_profile(user=user, display_name="Grace Hopper", bio="", protected=False)
    assert (names("hopper"), names("murray")) == (["x1"], [])


def test_a_save_of_something_else_writes_no_words(django_assert_num_queries: object) -> None:
    user = UserFactory.create()
    NameWord.objects.all().delete()
    user.save(update_fields=["last_login"])
    assert not NameWord.objects.exists()


def test_a_beginning_that_many_share_shows_the_most_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 2)
    monkeypatch.setattr(finding, "MOST_FOLLOWED", 3)
    for number in range(8):
        UserFactory.create(username=f"bo{number}", followers_count=number)
    # The two first by word, and those among the three most followed.
    assert names("b") == ["bo7", "bo6", "bo5", "bo1", "bo0"]
    first = search_users(query="b", limit=2)
    second = search_users(query="b", limit=2, cursor=first.next_cursor)
    assert [user.username for user in first.items + second.items] == ["bo7", "bo6", "bo5", "bo1"]
