"""The dashboard of moderators: every live Space by size, with the reports about it. Reads only."""

from dataclasses import dataclass

from django.db.models import Count, Q

from spaces import presence
from spaces.models import Report, Space
from spaces.states import ReportSource, ReportState, SpaceState, Subject
from spaces_project.common.store import REDIS_AWAY

MOST = 100


@dataclass(frozen=True, slots=True)
class LiveSpace:
    """One line of the dashboard. `people` counts leases, so that anonymous listeners are among them."""

    space: Space
    people: int
    reports: int
    """Open reports made by people."""
    flags: int
    """Open reports made by the word list."""
    flagged_captions: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The largest live Spaces, and totals over all live Spaces."""

    spaces: list[LiveSpace]
    live: int
    people: int
    open_reports: int
    is_counted: bool
    """False while Redis is away, because then the people in a Space cannot be counted."""


def dashboard() -> Dashboard:
    """Return the hundred largest live Spaces. It takes four queries, however many Spaces are live."""
    ids = dict(Space.objects.filter(state=SpaceState.LIVE).values_list("public_id", "pk"))
    sizes, is_counted = _sizes(list(ids))
    largest = sorted(ids, key=lambda public_id: sizes.get(public_id, 0), reverse=True)[:MOST]
    return Dashboard(
        spaces=_rows([ids[public_id] for public_id in largest], sizes),
        live=len(ids),
        people=sum(sizes.values()),
        open_reports=_open_reports(),
        is_counted=is_counted,
    )


def _sizes(public_ids: list[str]) -> tuple[dict[str, int], bool]:
    try:
        return presence.counts(public_ids), True
    except REDIS_AWAY:
        return {}, False


def _rows(space_ids: list[int], sizes: dict[str, int]) -> list[LiveSpace]:
    is_open, flagged = Q(reports__state=ReportState.OPEN), Q(reports__source=ReportSource.WORDS)
    spaces = Space.objects.filter(pk__in=space_ids).select_related("creator")
    counted = spaces.annotate(
        by_people=Count("reports", is_open & ~flagged),
        by_words=Count("reports", is_open & flagged),
        in_captions=Count("reports", is_open & flagged & Q(reports__subject=Subject.CAPTION)),
    )
    by_id = {space.pk: space for space in counted}
    return [
        LiveSpace(space, sizes.get(space.public_id, 0), space.by_people, space.by_words, space.in_captions)
        for space in (by_id[pk] for pk in space_ids if pk in by_id)
    ]


def _open_reports() -> int:
    return Report.objects.filter(state=ReportState.OPEN)[:1000].count()
