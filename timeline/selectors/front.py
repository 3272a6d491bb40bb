"""The page that visitors without an account see first, and the operator's texts."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from spaces import rules
from spaces.models import Space
from spaces.states import SpaceState
from spaces_project.common.errors import NotFound
from timeline.models import SiteText, SiteTextKind
from timeline.selectors.cards import SpaceCard, space_cards

SHOWN = 6
"""How many live and how many scheduled Spaces."""


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The front page. Both lists are empty if only users may listen on this site; `is_public` tells it."""

    is_public: bool
    live: list[SpaceCard]
    scheduled: list[SpaceCard]
    about: SiteText | None
    texts: list[SiteText]


def front_page() -> FrontPage:
    """Return what the front page shows: live Spaces, the most joined first, and scheduled ones, soonest first."""
    live = list(public_spaces().filter(state=SpaceState.LIVE).order_by("-joins", "-started_at")[:SHOWN])
    coming = public_spaces().filter(state=SpaceState.SCHEDULED, scheduled_start__gt=timezone.now())
    spaces = [*live, *coming.order_by("scheduled_start", "pk")[:SHOWN]]
    cards = space_cards([space.pk for space in spaces], viewer_id=None)
    shown = [cards[space.pk] for space in spaces if space.pk in cards]
    texts = site_texts()
    return FrontPage(
        is_public=rules.admits_anonymous(),
        live=[card for card in shown if card.state == SpaceState.LIVE],
        scheduled=[card for card in shown if card.state == SpaceState.SCHEDULED],
        about=next((text for text in texts if text.kind == SiteTextKind.ABOUT), None),
        texts=[text for text in texts if text.kind != SiteTextKind.ABOUT],
    )


def public_spaces() -> QuerySet[Space]:
    """Return the Spaces that people without an account may listen to, by the rule `rules.admits_guests`. Spaces of
    hosts who are closed or suspended are left out."""
    if not rules.admits_anonymous():
        return Space.objects.none()
    now = timezone.now()
    suspended = Q(host__suspended_until__gt=now) | Q(host__hosting_suspended_until__gt=now)
    return Space.objects.filter(accounts_only=False, locked=False, host__is_active=True).exclude(suspended)


def site_texts() -> list[SiteText]:
    """Return the texts that the operator wrote, in the order of their kinds."""
    order = [kind.value for kind in SiteTextKind]
    return sorted(SiteText.objects.exclude(text=""), key=lambda text: order.index(text.kind))


def site_text(kind: str) -> SiteText:
    """Return one of the operator's texts. Raises `NotFound` if it is not written."""
    found = SiteText.objects.filter(kind=kind).exclude(text="").first()
    if found is None:
        raise NotFound("not_found", _("There is no such text."))
    return found
