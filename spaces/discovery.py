"""Finding Spaces: lists of live and scheduled Spaces, and search. Reads for `/i/spaces`."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import Block, Follow
from accounts.paging import Page, cut_page, parse_cursor
from spaces import presence, wire
from spaces.models import Participant, Reminder, Space, Topic
from spaces.sight import stage_shown_to
from spaces.states import SpaceState
from spaces_project.common.errors import BadInput
from spaces_project.common.store import AWAY
from spaces_project.common.text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

PAGE_SIZE = 20
GLANCE = 3
LAST_PAGE = 100_000
"""Far beyond the last page that exists. Databases count only to 2⁶³."""
SHORTEST_QUERY, LONGEST_QUERY = 2, 70


@dataclass(frozen=True, slots=True)
class Card:
    """One Space in a list.

    `people` counts everyone in the Space. `listening` counts the listeners as the room does; it is None while Redis is
    away. `followed` counts the people on the stage that the reader follows, if the reader may see the stage. No list
    shows a reader outside which people listen.
    """

    id: str
    title: str
    state: SpaceState
    host: wire.Person
    topics: list[str]
    people: int
    listening: int | None
    followed: int
    reminded: bool
    scheduled_start: datetime | None
    started_at: datetime | None


class Tab(StrEnum):
    LIVE = "live"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class DiscoveryPage:
    """The content of `/i/spaces`. `topic` is the chosen one, or None. A search ignores the tab and the topic."""

    tab: Tab
    query: str
    topic: Topic | None
    topics: list[Topic]
    cards: Page[Card]

    @property
    def is_search(self) -> bool:
        return len(self.query) >= SHORTEST_QUERY

    @property
    def more(self) -> str:
        """Return the query string of the next page."""
        asked = {"tab": self.tab.value, "q": self.query, "topic": self.topic.pk if self.topic else ""}
        return urlencode({name: value for name, value in asked.items() if value} | {"page": self.cards.next_cursor})


def discovery_page(
    *, user: "User", tab: Tab = Tab.LIVE, query: str = "", topic: str | None = None, page: str | None = None
) -> DiscoveryPage:
    """Return one page of `/i/spaces`. A topic that does not exist chooses none. Raise `bad_cursor` for a page that was
    not given out."""
    tree = topics()
    chosen = next((node for node in tree if str(node.pk) == topic), None)
    words = clean_line(query[:LONGEST_QUERY], limit=LONGEST_QUERY)
    topic_id = chosen.pk if chosen else None
    if len(words) >= SHORTEST_QUERY:
        cards = search(user=user, query=words, page=page)
    elif tab == Tab.LIVE:
        cards = live(user=user, page=page, topic=topic_id)
    else:
        cards = scheduled(user=user, cursor=page, topic=topic_id)
    return DiscoveryPage(tab=tab, query=words, topic=chosen, topics=tree, cards=cards)


@dataclass(frozen=True, slots=True)
class Glance:
    """The first few live Spaces and the first few scheduled ones."""

    live: list[Card]
    scheduled: list[Card]


def glance(*, user: "User") -> Glance:
    return Glance(live(user=user).items[:GLANCE], scheduled(user=user).items[:GLANCE])


def live(*, user: "User", page: str | None = None, topic: int | None = None) -> Page[Card]:
    """Return live Spaces, ordered by how many people that the reader follows are on the stage, then by size."""
    spaces = _visible(user).filter(state=SpaceState.LIVE)
    if topic is not None:
        spaces = spaces.filter(_about(topic))
    return _ranked(user, spaces, page)


def scheduled(*, user: "User", cursor: str | None = None, topic: int | None = None) -> Page[Card]:
    """Return scheduled Spaces, soonest first. The cursor is the id of the last Space shown."""
    spaces = _visible(user).filter(state=SpaceState.SCHEDULED, scheduled_start__isnull=False)
    if topic is not None:
        spaces = spaces.filter(_about(topic))
    if cursor is not None:
        [after] = parse_cursor(cursor, parts=1)
        last = Subquery(Space.objects.filter(pk=after).values("scheduled_start")[:1])
        spaces = spaces.filter(Q(scheduled_start__gt=last) | Q(scheduled_start=last, pk__gt=after))
    found = cut_page(_counted(user, spaces).order_by("scheduled_start", "pk"), PAGE_SIZE, lambda space: (space.pk,))
    return Page(_cards(user, found.items), found.next_cursor)


def search(*, user: "User", query: str, page: str | None = None) -> Page[Card]:
    """Return live and scheduled Spaces whose title, host or topic contains `query`, live ones first. A query of fewer
    than two characters finds nothing."""
    words = query.strip()
    if len(words) < SHORTEST_QUERY:
        return Page([], None)
    matches = (
        Q(title__icontains=words)
        | Q(host__username__icontains=words)
        | Q(host__display_name__icontains=words)
        | Q(pk__in=Space.topics.through.objects.filter(topic__name__icontains=words).values("space_id"))
    )
    states = (SpaceState.LIVE, SpaceState.SCHEDULED)
    return _ranked(user, _visible(user).filter(matches, state__in=states), page)


def topics() -> list[Topic]:
    """Return the tree of topics as a list, parents before their children."""
    return sorted(Topic.objects.all(), key=lambda t: (t.parent_id or t.pk, t.parent_id is not None, t.name))


def _visible(user: "User") -> QuerySet[Space]:
    blocked = Block.objects.filter(blocker=OuterRef("host"), blocked=user)
    return (
        Space.objects.filter(~Exists(blocked), host__is_active=True)
        .select_related("creator", "host")
        .prefetch_related("topics")
    )


def _about(topic: int) -> Q:
    """Return the condition that a Space is about the topic itself or one below it."""
    below = Topic.objects.filter(Q(pk=topic) | Q(parent=topic)).values("pk")
    return Q(pk__in=Space.topics.through.objects.filter(topic__in=below).values("space_id"))


def _counted(user: "User", spaces: QuerySet[Space]) -> QuerySet[Any]:
    """Add `people` and `followed` to the query. The type is `Any`, because the stubs know an annotation only in its own
    query."""
    here = Participant.objects.active().filter(space=OuterRef("pk")).order_by()
    followed = here.with_mic().filter(Exists(Follow.objects.filter(follower=user, followee=OuterRef("user"))))
    return spaces.annotate(shows_stage=stage_shown_to(user)).annotate(
        people=Coalesce(Subquery(here.values("space").annotate(n=Count("pk")).values("n")), 0),
        followed=Case(
            When(
                Q(shows_stage=True),
                then=Coalesce(Subquery(followed.values("space").annotate(n=Count("pk")).values("n")), 0),
            ),
            default=0,
        ),
    )


def _ranked(user: "User", spaces: QuerySet[Space], page: str | None) -> Page[Card]:
    """Return one page of ranked Spaces. The cursor is a page number: ranks move while people come and go, and a keyset
    on a moving rank would skip more."""
    number = parse_cursor(page, parts=1)[0] if page else 0
    if number > LAST_PAGE:
        raise BadInput("bad_cursor", "This page does not exist.")
    first = number * PAGE_SIZE
    ordered = _counted(user, spaces).order_by("state", "-followed", "-people", "-pk")
    found = list(ordered[first : first + PAGE_SIZE + 1])
    following = str(number + 1) if len(found) > PAGE_SIZE else None
    return Page(_cards(user, found[:PAGE_SIZE]), following)


def _cards(user: "User", spaces: list[Any]) -> list[Card]:
    reminded = set(Reminder.objects.filter(user=user, space__in=spaces).values_list("space_id", flat=True))
    live = [space for space in spaces if space.is_live]
    here = presence.heads({space.public_id: space.people for space in live})
    listening = _listening(live)
    return [
        _card(
            space,
            people=here.get(space.public_id, 0),
            listening=listening.get(space.public_id),
            reminded=space.pk in reminded,
        )
        for space in spaces
    ]


def _listening(live: list[Any]) -> dict[str, int]:
    """Return the number of listeners by public id, counted as the room counts them. Lists used to count the people on
    the stage too, so that one room had three numbers."""
    holders: dict[str, list[int]] = {space.public_id: [] for space in live}
    on_stage = Participant.objects.with_mic().filter(space__in=live)
    for public_id, user_id in on_stage.values_list("space__public_id", "user_id"):
        holders[public_id].append(user_id)
    try:
        return presence.listeners(holders) if holders else {}
    except AWAY as error:
        logger.warning("listeners not counted: %s", error)
        return {}


def _card(space: Any, *, people: int, listening: int | None, reminded: bool) -> Card:
    return Card(
        id=space.public_id,
        title=space.display_title,
        state=SpaceState(space.state),
        host=wire.person(space.host),
        topics=[topic.name for topic in space.topics.all()],
        people=people,
        listening=listening,
        followed=space.followed,
        reminded=reminded,
        scheduled_start=space.scheduled_start,
        started_at=space.started_at,
    )
