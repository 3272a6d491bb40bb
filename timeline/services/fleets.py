"""Services for Fleets, posts for one day."""

from datetime import datetime, timedelta
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.avatars import encode_portrait
from accounts.models import User
from accounts.rules import require_not_suspended
from spaces_project.common import limits
from spaces_project.common.errors import BadInput
from spaces_project.common.text import clean_text
from timeline.models import BACKGROUNDS, FLEET_LENGTH, Fleet, FleetKind, FleetView
from timeline.selectors.fleets import get_fleet, gone

LIFETIME = timedelta(hours=24)
FLEETS_PER_DAY = 50
EXPIRED_PER_PASS = 500


def post_fleet(
    *, author: User, text: str = "", background: int = 0, image: BinaryIO | None = None, now: datetime | None = None
) -> Fleet:
    """Post a text on one of the backgrounds, or an image with a text over it. It disappears after 24 hours.

    Raises `BadInput` `empty`, `too_long` (`details["max"]`), `bad_background` or `bad_image`; `Refused` `suspended`;
    `TooMany` `too_many`.
    """
    require_not_suspended(author)
    cleaned = _cleaned(text, may_be_empty=image is not None)
    if not 0 <= background < BACKGROUNDS:
        raise BadInput("bad_background", _("Choose one of the backgrounds shown."))
    limits.spend(what="fleet", user_id=author.pk, limit=FLEETS_PER_DAY, window=LIFETIME)
    moment = now or timezone.now()
    fleet = Fleet(
        author=author,
        kind=FleetKind.TEXT if image is None else FleetKind.IMAGE,
        text=cleaned,
        background=background,
        created_at=moment,
        expires_at=moment + LIFETIME,
    )
    if image is not None:
        fleet.image.save("fleet.webp", ContentFile(encode_portrait(image)), save=False)
    fleet.save(force_insert=True)
    return fleet


def delete_fleet(*, user: User, fleet_id: int) -> None:
    """Delete one of the user's own Fleets. Raises `NotFound`."""
    _delete(Fleet.objects.filter(pk=fleet_id, author=user))


def remove_fleet(*, fleet_id: int) -> None:
    """Delete any Fleet, for moderators. Raises `NotFound`."""
    _delete(Fleet.objects.filter(pk=fleet_id))


def see_fleet(*, viewer: User, fleet_id: int, now: datetime | None = None) -> None:
    """Record that the viewer saw a Fleet. Idempotent. The author's own views are not recorded. Raises `NotFound`."""
    fleet = get_fleet(fleet_id=fleet_id, viewer=viewer, now=now)
    if fleet.author_id != viewer.pk:
        FleetView.objects.get_or_create(fleet=fleet, viewer=viewer, defaults={"seen_at": now or timezone.now()})


def delete_expired_fleets(*, now: datetime | None = None) -> int:
    """Delete rows and images of expired Fleets, at most `EXPIRED_PER_PASS`. Return how many.

    When this runs does not matter: expired Fleets are not shown any more.
    """
    expired = Fleet.objects.filter(expires_at__lte=now or timezone.now()).order_by("expires_at")[:EXPIRED_PER_PASS]
    found = list(expired)
    for fleet in found:
        fleet.delete()
    return len(found)


def _cleaned(text: str, *, may_be_empty: bool) -> str:
    cleaned = clean_text(text, limit=FLEET_LENGTH)
    if not cleaned and not may_be_empty:
        raise BadInput("empty", _("Write something first."))
    if len(cleaned) > FLEET_LENGTH:
        raise BadInput(
            "too_long",
            _("A Fleet has at most {limit} characters.").format(limit=FLEET_LENGTH),
            max=FLEET_LENGTH,
        )
    return cleaned


def _delete(fleets: QuerySet[Fleet]) -> None:
    fleet = fleets.first()
    if fleet is None:
        raise gone()
    fleet.delete()
