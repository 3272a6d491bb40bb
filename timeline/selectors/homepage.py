"""What the home page shows around its posts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Block, Follow, User
from accounts.selectors import PersonRow, Relation, between
from spaces import rules, selectors
from spaces.events import Bubble
from spaces_project.common.errors import Refused
from timeline.selectors.fleets import FleetRow, fleet_row

SUGGESTIONS = 5
CANDIDATES = 100
"""Suggestions come from this many most followed users.

The bound holds the cost for a user who already follows most of them.
"""


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page around its posts.

    `obstacle` is why the user may not host, or None. `suggestions` are users to follow.
    """

    fleets: FleetRow
    bubbles: list[Bubble]
    obstacle: Refused | None
    suggestions: list[PersonRow]


def home_page(*, user: User) -> HomePage:
    """Return what the home page shows around its posts."""
    return HomePage(
        fleets=fleet_row(user=user),
        bubbles=selectors.bubbles_for(user),
        obstacle=rules.hosting_obstacle(user),
        suggestions=suggestions(user),
    )


def suggestions(user: User) -> list[PersonRow]:
    """Return users to follow: the most followed that `user` does not follow, without a block in either direction.

    One query.
    """
    best = User.objects.filter(is_active=True, followers_count__gt=0).order_by("-followers_count", "-id")
    people = (
        User.objects.filter(pk__in=best.values("pk")[:CANDIDATES])
        .exclude(pk=user.pk)
        # Scalar sub-selects stay probes of a key. An EXISTS may become a list of everyone that the user follows.
        .alias(follow=_key(Follow.objects.filter(follower=user, followee=OuterRef("pk"))))
        .alias(block=_key(Block.objects.filter(between(user.pk, OuterRef("pk")))))
        .filter(follow__isnull=True, block__isnull=True)
        .annotate(back=_key(Follow.objects.filter(follower=OuterRef("pk"), followee=user)))
    )
    found = people.order_by("-followers_count", "-id")[:SUGGESTIONS]
    return [PersonRow(person, Relation(followed_by=person.back is not None)) for person in found]


def _key(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.values("pk")[:1])
