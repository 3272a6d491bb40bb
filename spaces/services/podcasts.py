"""A person's podcast: on or off, and what is in it. Both are the person's choice."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from accounts.rules import require_not_suspended
from spaces.models import Podcast
from spaces.models.podcast import guid_of
from spaces.models.tokens import new_token
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

CHANGES, WINDOW = 30, timedelta(hours=1)


def set_podcast(*, user: "User", is_on: bool, is_explicit: bool = False) -> Podcast:
    """Turn the user's podcast on or off. Its address stays the same. Errors: `suspended`, `too_many`."""
    require_not_suspended(user)
    spend(what="podcast", user_id=user.pk, limit=CHANGES, window=WINDOW)
    token = new_token()
    new = {"token": token, "guid": guid_of(f"{settings.PUBLIC_ORIGIN}/podcasts/{token}.xml")}
    podcast, _ = Podcast.objects.get_or_create(user=user, defaults=new)
    podcast.is_on, podcast.is_explicit, podcast.changed_at = is_on, is_explicit, timezone.now()
    podcast.save(update_fields=["is_on", "is_explicit", "changed_at"])
    return podcast


def podcast_changed(*, user_ids: list[int]) -> None:
    """Note that the feeds of these people say something else from now on."""
    Podcast.objects.filter(user__in=user_ids).update(changed_at=timezone.now())
