"""Putting posts up in a Space, and taking them down."""

from datetime import timedelta

from django.db import transaction

from accounts.models import User
from spaces.rules import Action
from spaces.selectors import get_space
from spaces.services import pins_changed
from spaces_project.common import limits
from spaces_project.common.errors import NotFound
from timeline.models import PinnedPost
from timeline.services.posts import lock_post, original_post, require_public

PINS_PER_WINDOW = 30
WINDOW = timedelta(minutes=5)


def pin_post(*, public_id: str, user: User, post_id: int) -> PinnedPost:
    """Idempotent. Of a repost, the original is pinned. Raises what the rules say of `Action.PIN`, `NotFound` (no Space,
    or no post there for `user`), `Refused` `protected_post`, `TooMany` `too_many`."""
    post = original_post(post_id, user)
    require_public(post)
    limits.spend(what="pin", user_id=user.pk, limit=PINS_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        lock_post(post)  # before the Space, in the order in which deleting a post takes them
        space = pins_changed(public_id=public_id, user=user, action=Action.PIN)
        pin, _ = PinnedPost.objects.get_or_create(space=space, post=post, defaults={"pinned_by": user})
    return pin


def unpin_post(*, public_id: str, user: User, post_id: int) -> None:
    """What one pinned oneself, or, for those who run the Space, anything. Raises what the rules say, `NotFound`."""
    pin = PinnedPost.objects.filter(space=get_space(public_id), post=post_id).first()
    is_own = pin is not None and pin.pinned_by_id == user.pk
    with transaction.atomic():
        pins_changed(public_id=public_id, user=user, action=Action.UNPIN if is_own else Action.UNPIN_OTHER)
        if pin is None or not PinnedPost.objects.filter(pk=pin.pk).delete()[0]:
            raise NotFound("not_found", "This post is no longer pinned here.")
