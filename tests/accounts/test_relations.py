"""Following and blocking."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import selectors, services, signals
from accounts.models import Block, Follow, User
from spaces_project.common.errors import BadInput, NotFound, Refused
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def counts(user: User) -> tuple[int, int]:
    """(followers, following) as stored."""
    user.refresh_from_db()
    return user.followers_count, user.following_count


class Listener:
    """Remembers what one signal said."""

    def __init__(self, signal: Signal) -> None:
        self.heard: list[tuple[int, int]] = []
        self._signal = signal

    def __enter__(self) -> "Listener":
        self._signal.connect(self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        self._signal.disconnect(self._hear)

    def _hear(self, *, actor_id: int, target_id: int, **_: Any) -> None:
        self.heard.append((actor_id, target_id))


def test_following_moves_both_counters(ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    assert (counts(ana), counts(ben)) == ((0, 1), (1, 0))


def test_following_twice_counts_once(ana: User, ben: User) -> None:
    first = services.follow_user(follower=ana, followee=ben)
    assert services.follow_user(follower=ana, followee=ben) == first
    assert counts(ben) == (1, 0)


def test_unfollowing_moves_both_counters_back(ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    services.unfollow_user(follower=ana, followee=ben)
    assert (counts(ana), counts(ben)) == ((0, 0), (0, 0))


def test_unfollowing_a_stranger_changes_nothing(ana: User, ben: User) -> None:
    services.unfollow_user(follower=ana, followee=ben)
    assert (counts(ana), counts(ben)) == ((0, 0), (0, 0))


def test_nobody_follows_themselves(ana: User) -> None:
    with pytest.raises(BadInput, match="yourself") as caught:
        services.follow_user(follower=ana, followee=ana)
    assert caught.value.code == "self_follow"


def test_the_database_too_refuses_to_follow_oneself(ana: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Follow.objects.create(follower=ana, followee=ana)


def test_a_protected_account_may_be_followed(ana: User) -> None:
    services.follow_user(follower=ana, followee=UserFactory.create(protected=True))
    assert counts(ana) == (0, 1)


def test_an_inactive_account_is_not_there(ana: User) -> None:
    with pytest.raises(NotFound):
        services.follow_user(follower=ana, followee=UserFactory.create(is_active=False))


def test_a_deleted_account_is_not_there(ana: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).delete()
    with pytest.raises(NotFound):
        services.follow_user(follower=ana, followee=ben)


@pytest.mark.parametrize("blocker", ["ana", "ben"])
def test_a_block_in_either_direction_refuses_a_follow(ana: User, ben: User, blocker: str) -> None:
    people = {"ana": ana, "ben": ben}
    services.block_user(blocker=people.pop(blocker), blocked=people.popitem()[1])
    with pytest.raises(Refused) as caught:
        services.follow_user(follower=ana, followee=ben)
    assert (caught.value.code, Follow.objects.count()) == ("blocked", 0)


def test_blocking_removes_follows_in_both_directions(ana: User, ben: User) -> None:
    services.follow_user(follower=ana, followee=ben)
    services.follow_user(follower=ben, followee=ana)
    services.block_user(blocker=ana, blocked=ben)
    assert (counts(ana), counts(ben), Follow.objects.count()) == ((0, 0), (0, 0), 0)


def test_blocking_twice_is_one_block(ana: User, ben: User) -> None:
    first = services.block_user(blocker=ana, blocked=ben)
    assert services.block_user(blocker=ana, blocked=ben) == first


def test_nobody_blocks_themselves(ana: User) -> None:
    with pytest.raises(BadInput) as caught:
        services.block_user(blocker=ana, blocked=ana)
    assert caught.value.code == "self_block"


def test_unblocking_does_not_bring_follows_back(ana: User, ben: User) -> None:
    services.follow_user(follower=ben, followee=ana)
    services.block_user(blocker=ana, blocked=ben)
    services.unblock_user(blocker=ana, blocked=ben)
    assert (Block.objects.count(), counts(ana)) == (0, (0, 0))


def test_only_the_blocker_can_unblock(ana: User, ben: User) -> None:
    services.block_user(blocker=ana, blocked=ben)
    services.unblock_user(blocker=ben, blocked=ana)
    assert selectors.is_blocked(ana.pk, ben.pk)


def test_a_follow_is_announced_after_commit_and_once(
    ana: User, ben: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with Listener(signals.followed) as followed, django_capture_on_commit_callbacks(execute=True):
        services.follow_user(follower=ana, followee=ben)
        services.follow_user(follower=ana, followee=ben)
        assert followed.heard == []
    assert followed.heard == [(ana.pk, ben.pk)]


def test_a_block_announces_the_follow_it_removed(
    ana: User, ben: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    services.follow_user(follower=ben, followee=ana)
    with (
        Listener(signals.unfollowed) as unfollowed,
        Listener(signals.blocked) as blocked,
        django_capture_on_commit_callbacks(execute=True),
    ):
        services.block_user(blocker=ana, blocked=ben)
    assert (unfollowed.heard, blocked.heard) == ([(ben.pk, ana.pk)], [(ana.pk, ben.pk)])


def test_unblocking_a_stranger_announces_nothing(
    ana: User, ben: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with Listener(signals.unblocked) as unblocked, django_capture_on_commit_callbacks(execute=True):
        services.unblock_user(blocker=ana, blocked=ben)
    assert unblocked.heard == []
