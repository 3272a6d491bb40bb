"""Fleets as people see them. From the moment one expires it is there for nobody, whatever became of its row."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Block, Follow, User
from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor
from accounts.selectors import between, sees_author
from spaces_project.common.errors import NotFound
from timeline.models import Fleet, FleetView

AUTHORS = 30
FLEETS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FleetAuthor:
    """One image of the row. `count`: how many Fleets stand behind it; `unseen`: how many of them are new."""

    person: User
    count: int
    unseen: int


@dataclass(frozen=True, slots=True)
class FleetRow:
    """`own`: always there; with `count` 0 while one has no Fleet. `others`: at most thirty, unseen first."""

    own: FleetAuthor
    others: list[FleetAuthor]


@dataclass(frozen=True, slots=True)
class FleetShown:
    fleet: Fleet
    is_seen: bool


@dataclass(frozen=True, slots=True)
class FleetStack:
    """What one person shows now, oldest first. `starts_at`: index of the first that the viewer has not seen."""

    author: User
    fleets: list[FleetShown]
    is_own: bool

    @property
    def starts_at(self) -> int:
        return next((index for index, shown in enumerate(self.fleets) if not shown.is_seen), 0)


def fleet_row(*, user: User, now: datetime | None = None) -> FleetRow:
    """Three queries, whoever one follows."""
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
    """Raises `NotFound` where there is nothing to see, for this viewer: see `visible_authors`."""
    shown = _live(now).filter(author=author).annotate(is_seen=Exists(_seen_by(viewer))).order_by("pk")
    is_own = author.pk == viewer.pk
    fleets = [FleetShown(fleet, is_own or fleet.is_seen) for fleet in shown[:FLEETS_SHOWN]]
    if not fleets or not sees_author(author, viewer.pk):
        raise gone()
    return FleetStack(author, fleets, is_own)


def get_fleet(*, fleet_id: int, viewer: User, now: datetime | None = None) -> Fleet:
    """Raises `NotFound`: expired, deleted, or of somebody whose Fleets are not for the viewer."""
    fleet = _live(now).select_related("author").filter(pk=fleet_id).first()
    if fleet is None or not sees_author(fleet.author, viewer.pk):
        raise gone()
    return fleet


def seen_by(
    *, user: User, fleet_id: int, cursor: str | None = None, now: datetime | None = None, limit: int = PAGE_SIZE
) -> tuple[int, Page[FleetView]]:
    """For its author: how many saw a Fleet, and who, latest first. Raises `NotFound`, `BadInput` `bad_cursor`."""
    if not _live(now).filter(pk=fleet_id, author=user).exists():
        raise gone()
    blocked = Block.objects.filter(between(user.pk, OuterRef("viewer")))
    views = FleetView.objects.filter(~Exists(blocked), fleet=fleet_id, viewer__is_active=True)
    total = views.count()
    if cursor is not None:
        views = views.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    return total, cut_page(views.select_related("viewer").order_by("-pk"), limit, lambda view: (view.pk,))


def gone() -> NotFound:
    return NotFound("not_found", "This Fleet is no longer available.")


def _live(now: datetime | None) -> QuerySet[Fleet]:
    return Fleet.objects.filter(expires_at__gt=now or timezone.now())


def _seen_by(viewer: User) -> QuerySet[FleetView]:
    return FleetView.objects.filter(fleet=OuterRef("pk"), viewer=viewer)
