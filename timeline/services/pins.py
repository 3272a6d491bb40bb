"""Services to pin posts to a Space and to unpin them."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

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
    """Pin a post to a Space; for a repost, pin the original. Idempotent.

    Raises the errors of the rule `Action.PIN`, `NotFound` (no such Space, or the user may not see the post), `Refused`
    `protected_post`, `TooMany` `too_many`.
    """
    post = original_post(post_id, user)
    require_public(post)
    limits.spend(what="pin", user_id=user.pk, limit=PINS_PER_WINDOW, window=WINDOW)
    with transaction.atomic():
        lock_post(post)  # before the Space, in the order that deleting a post uses
        space = pins_changed(public_id=public_id, user=user, action=Action.PIN)
        pin, _ = PinnedPost.objects.get_or_create(space=space, post=post, defaults={"pinned_by": user})
    return pin


def unpin_post(*, public_id: str, user: User, post_id: int) -> None:
    """Unpin a post: one's own pin, or any pin for users who run the Space.

    Raises the errors of the rules, and `NotFound`.
    """
    pin = PinnedPost.objects.filter(space=get_space(public_id), post=post_id).first()
    is_own = pin is not None and pin.pinned_by_id == user.pk
    with transaction.atomic():
        pins_changed(public_id=public_id, user=user, action=Action.UNPIN if is_own else Action.UNPIN_OTHER)
        if pin is None or not PinnedPost.objects.filter(pk=pin.pk).delete()[0]:
            raise NotFound("not_found", _("This post is no longer pinned here."))
