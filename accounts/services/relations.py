"""Follow and block.

Each service is one transaction with four steps:

- Lock both users in the order of their ids. Two services about the same two users then run one after the other and
  never deadlock.
- Check.
- Write the row.
- Move both counters by exactly the rows that were written.

SQLite has no row locks and needs none: its write transactions queue up.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import selectors, signals
from accounts.models import Block, Follow, User
from accounts.rules import require_confirmed_address, require_not_suspended
from accounts.signals import announce
from spaces_project.common.errors import BadInput, NotFound, Refused
from spaces_project.common.limits import spend

MOST, WINDOW = 200, timedelta(minutes=5)


def follow_user(*, follower: User, followee: User) -> Follow:
    """Make `follower` follow `followee`. Idempotent.

    Any user may follow a protected account that has not blocked them. The product has no approval of followers;
    `protected` hides posts from others and keeps an account from hosting.

    Raises `BadInput` `self_follow`; `Refused` `blocked` (in either direction), `suspended` or `address_unconfirmed`;
    `NotFound` `not_found` (deleted or inactive); `TooMany` `too_many`.
    """
    require_not_suspended(follower)
    require_confirmed_address(follower)
    _spend(follower)
    if follower.pk == followee.pk:
        raise BadInput("self_follow", _("You cannot follow yourself."))
    with transaction.atomic():
        _lock(follower, followee)
        _refuse_unless_reachable(follower, followee)
        follow, is_new = Follow.objects.get_or_create(follower=follower, followee=followee)
        if is_new:
            _move_counters(follower, followee, by=1)
            announce(signals.followed, sender=Follow, actor_id=follower.pk, target_id=followee.pk)
    return follow


def unfollow_user(*, follower: User, followee: User) -> None:
    """End a follow. Idempotent. Raises `TooMany` `too_many`."""
    _spend(follower)
    with transaction.atomic():
        _lock(follower, followee)
        _remove_follow(follower, followee)


def block_user(*, blocker: User, blocked: User) -> Block:
    """Block a user and remove the follows in both directions.

    Idempotent. Raises `BadInput` `self_block`, `NotFound` `not_found`, `TooMany` `too_many`.
    """
    _spend(blocker)
    if blocker.pk == blocked.pk:
        raise BadInput("self_block", _("You cannot block yourself."))
    with transaction.atomic():
        _lock(blocker, blocked)
        block, is_new = Block.objects.get_or_create(blocker=blocker, blocked=blocked)
        _remove_follow(blocker, blocked)
        _remove_follow(blocked, blocker)
        if is_new:
            announce(signals.blocked, sender=Block, actor_id=blocker.pk, target_id=blocked.pk)
    return block


def unblock_user(*, blocker: User, blocked: User) -> None:
    """End a block. Idempotent. Follows that the block removed stay removed. Raises `TooMany` `too_many`."""
    _spend(blocker)
    with transaction.atomic():
        removed, _ = Block.objects.filter(blocker=blocker, blocked=blocked).delete()
        if removed:
            announce(signals.unblocked, sender=Block, actor_id=blocker.pk, target_id=blocked.pk)


def _spend(user: User) -> None:
    """Count one use of the rate limit that all four services share: each of them writes rows,
    counters and a notification."""
    spend(what="relation", user_id=user.pk, limit=MOST, window=WINDOW)


def _lock(*people: User) -> None:
    ids = {person.pk for person in people}
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    if set(locked.values_list("pk", flat=True)) != ids:
        raise NotFound("not_found", _("This account does not exist."))


def _refuse_unless_reachable(follower: User, followee: User) -> None:
    if not User.objects.filter(pk=followee.pk, is_active=True).exists():
        raise NotFound("not_found", _("This account does not exist."))
    if selectors.is_blocked(followee.pk, follower.pk):
        raise Refused("blocked", _("@{username} has blocked you.").format(username=followee.username))
    if selectors.is_blocked(follower.pk, followee.pk):
        raise Refused("blocked", _("You have blocked @{username}. Unblock first.").format(username=followee.username))


def _remove_follow(follower: User, followee: User) -> None:
    removed, _ = Follow.objects.filter(follower=follower, followee=followee).delete()
    if removed:
        _move_counters(follower, followee, by=-1)
        announce(signals.unfollowed, sender=Follow, actor_id=follower.pk, target_id=followee.pk)


def _move_counters(follower: User, followee: User, *, by: int) -> None:
    User.objects.filter(pk=follower.pk).update(following_count=F("following_count") + by)
    User.objects.filter(pk=followee.pk).update(followers_count=F("followers_count") + by)
