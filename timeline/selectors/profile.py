"""What a profile shows below the user: live, scheduled and ended Spaces, and the first posts."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.paging import Page
from accounts.selectors import blocked_either_way
from spaces.models import Participant, Space
from spaces.rules import Sight
from spaces.selectors.sight import sights
from spaces.states import SpaceState
from timeline.selectors.cards import SpaceCard, space_cards
from timeline.selectors.posts import PostRow, posts_of

SHOWN = 3
"""How many Spaces of each kind."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The lower part of a profile.

    `live` are Spaces that the user hosts or is on the stage of. `scheduled` is soonest first, `over` latest first.
    """

    live: list[SpaceCard]
    scheduled: list[SpaceCard]
    over: list[SpaceCard]
    posts: Page[PostRow]


def profile(*, person: User, viewer_id: int | None) -> Profile:
    """Return what the viewer may see. If one of the two blocked the other, that is nothing."""
    spaces = [] if _is_apart(person, viewer_id) else _spaces(person, viewer_id)
    cards = space_cards([space.pk for space in spaces], viewer_id=viewer_id)
    shown = [cards[space.pk] for space in spaces if space.pk in cards]
    return Profile(
        live=[card for card in shown if card.state == SpaceState.LIVE],
        scheduled=[card for card in shown if card.state == SpaceState.SCHEDULED],
        over=[card for card in shown if card.state == SpaceState.ENDED],
        posts=posts_of(author=person, viewer_id=viewer_id),
    )


def _is_apart(person: User, viewer_id: int | None) -> bool:
    return not person.is_active or (viewer_id is not None and blocked_either_way(person.pk, viewer_id))


def _spaces(person: User, viewer_id: int | None) -> list[Space]:
    hosted = Space.objects.filter(host=person)
    scheduled = hosted.filter(state=SpaceState.SCHEDULED, scheduled_start__isnull=False)
    over = hosted.filter(state=SpaceState.ENDED)
    return [
        *_live(person, viewer_id),
        *scheduled.order_by("scheduled_start", "pk")[:SHOWN],
        *over.order_by("-ended_at", "-pk")[:SHOWN],
    ]


def _live(person: User, viewer_id: int | None) -> list[Space]:
    """Return the live Spaces of a user.

    One hosted by another user is listed only if the viewer may see its stage, because the listing tells who is on it.
    """
    on_stage = Participant.objects.with_mic().filter(space=OuterRef("pk"), user=person)
    live = Space.objects.filter(Q(host=person) | Exists(on_stage), state=SpaceState.LIVE)
    found = list(live.order_by("-started_at", "-pk")[:SHOWN])
    seen = sights(found, viewer_id)
    return [space for space in found if space.host_id == person.pk or seen[space.pk] >= Sight.STAGE]
