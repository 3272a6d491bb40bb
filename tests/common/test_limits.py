from datetime import timedelta

import pytest
from django.test import override_settings

from spaces_project.common import limits
from spaces_project.common.errors import TooMany
from spaces_project.common.store import store
from tests.support.ports import free_port


def spend(user_id: int = 1, *, what: str = "knock", window: timedelta = timedelta(minutes=1)) -> None:
    limits.spend(what=what, user_id=user_id, limit=2, window=window)


@pytest.mark.redis
def test_more_than_the_limit_is_refused_with_the_time_to_wait() -> None:
    spend()
    spend()
    with pytest.raises(TooMany) as refused:
        spend()
    assert 55 <= refused.value.details["retry_after"] <= 60


@pytest.mark.redis
def test_everybody_and_everything_has_a_count_of_its_own() -> None:
    for user_id in (1, 2):
        spend(user_id)
        spend(user_id)
    spend(what="ring")


def test_with_redis_away_nothing_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    store.cache_clear()
    with override_settings(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"):
        for _ in range(5):
            spend()
    store.cache_clear()
    assert "knock of 1 not counted" in caplog.text


@pytest.mark.redis
def test_an_address_has_the_share_of_so_many_people() -> None:
    with override_settings(LIMITS_PEOPLE_PER_ADDRESS=2), limits.acting_from("192.0.2.1"):
        for user_id in (1, 1, 2, 2):
            spend(user_id)
        with pytest.raises(TooMany) as refused:
            spend(3)
    assert 55 <= refused.value.details["retry_after"] <= 60
    with override_settings(LIMITS_PEOPLE_PER_ADDRESS=2), limits.acting_from("192.0.2.2"):
        spend(3)


@pytest.mark.redis
@pytest.mark.parametrize("people", [0, 1])
def test_without_an_address_or_a_share_only_people_are_counted(people: int) -> None:
    with override_settings(LIMITS_PEOPLE_PER_ADDRESS=people), limits.acting_from("" if people else "192.0.2.1"):
        for user_id in range(5):
            spend(user_id)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (40, "40 seconds"), (100, "2 minutes"), (3_600, "60 minutes"), (86_400, "24 hours")],
)
def test_the_answer_says_when_to_try_again(seconds: int, words: str) -> None:
    refused = limits.too_many(seconds)
    assert refused.message == f"Too many requests. Try again in {words}."
    assert refused.details == {"retry_after": seconds}
