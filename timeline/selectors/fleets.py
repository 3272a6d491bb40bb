"""Queries for Fleets. From the moment a Fleet expires no query returns it, even if its row still exists."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Block, Follow, User
from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor
from accounts.selectors import between, sees_author
from spaces_project.common.errors import NotFound
from timeline.models import Fleet, FleetView

AUTHORS = 30
FLEETS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FleetAuthor:
    """One image in the row of Fleets.

    `count` is the number of the author's Fleets, and `unseen` the number of new ones.
    """

    person: User
    count: int
    unseen: int


@dataclass(frozen=True, slots=True)
class FleetRow:
    """The row of Fleets.

    `own` is always there, with `count` 0 if the user has no Fleet. `others` are at most thirty, unseen first.
    """

    own: FleetAuthor
    others: list[FleetAuthor]


@dataclass(frozen=True, slots=True)
class FleetShown:
    fleet: Fleet
    is_seen: bool


@dataclass(frozen=True, slots=True)
class FleetStack:
    """One author's current Fleets, oldest first.

    `starts_at` is the index of the first one that the viewer has not seen.
    """

    author: User
    fleets: list[FleetShown]
    is_own: bool

    @property
    def starts_at(self) -> int:
        return next((index for index, shown in enumerate(self.fleets) if not shown.is_seen), 0)


def fleet_row(*, user: User, now: datetime | None = None) -> FleetRow:
    """Return the row of Fleets for a user. Three queries, for any number of follows."""
    live = _live(now)
    own = live.filter(author=user).count()
    follow = Follow.objects.filter(follower=user, followee=OuterRef("author"))
    stacks = (
        live.filter(Exists(follow), author__is_active=True)
        .annotate(is_seen=Exists(_seen_by(user)))
        .values("author")
        .annotate(total=Count("pk"), unseen=Count("pk", filter=Q(is_seen=False)), latest=Max("pk"))
    )
    found = sorted(stacks, key=lambda stack: (stack["unseen"] == 0, -stack["latest"]))[:AUTHORS]
    people = User.objects.in_bulk([stack["author"] for stack in found])
    others = [FleetAuthor(people[stack["author"]], stack["total"], stack["unseen"]) for stack in found]
    return FleetRow(FleetAuthor(user, own, 0), others)


def fleet_stack(*, author: User, viewer: User, now: datetime | None = None) -> FleetStack:
    """Return the Fleets of one author. Raises `NotFound` if the viewer may see none; see `visible_authors`."""
    shown = _live(now).filter(author=author).annotate(is_seen=Exists(_seen_by(viewer))).order_by("pk")
    is_own = author.pk == viewer.pk
    fleets = [FleetShown(fleet, is_own or fleet.is_seen) for fleet in shown[:FLEETS_SHOWN]]
    if not fleets or not sees_author(author, viewer.pk):
        raise gone()
    return FleetStack(author, fleets, is_own)


def get_fleet(*, fleet_id: int, viewer: User, now: datetime | None = None) -> Fleet:
    """Return a Fleet. Raises `NotFound` if it has expired, is deleted, or its author's Fleets
    are hidden from the viewer."""
    fleet = _live(now).select_related("author").filter(pk=fleet_id).first()
    if fleet is None or not sees_author(fleet.author, viewer.pk):
        raise gone()
    return fleet


def seen_by(
    *, user: User, fleet_id: int, cursor: str | None = None, now: datetime | None = None, limit: int = PAGE_SIZE
) -> tuple[int, Page[FleetView]]:
    """Return how many users saw one's own Fleet, and a page of them, latest first.

    Raises `NotFound`, `BadInput` `bad_cursor`.
    """
    if not _live(now).filter(pk=fleet_id, author=user).exists():
        raise gone()
    blocked = Block.objects.filter(between(user.pk, OuterRef("viewer")))
    views = FleetView.objects.filter(~Exists(blocked), fleet=fleet_id, viewer__is_active=True)
    total = views.count()
    if cursor is not None:
        views = views.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    return total, cut_page(views.select_related("viewer").order_by("-pk"), limit, lambda view: (view.pk,))


def gone() -> NotFound:
    """Return the error for a Fleet that the viewer cannot see, whatever the reason."""
    return NotFound("not_found", _("This Fleet is no longer available."))


def _live(now: datetime | None) -> QuerySet[Fleet]:
    return Fleet.objects.filter(expires_at__gt=now or timezone.now())


def _seen_by(viewer: User) -> QuerySet[FleetView]:
    return FleetView.objects.filter(fleet=OuterRef("pk"), viewer=viewer)
