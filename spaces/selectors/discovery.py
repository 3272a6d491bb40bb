"""Finding Spaces: lists of live and scheduled Spaces, and search. Reads for `/i/spaces`."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.finding import search_users
from accounts.models import Block, Follow
from accounts.paging import Page, cut_page, parse_cursor
from accounts.selectors import PersonRow, as_rows, blocked_ids_among, blockers_among
from spaces import presence
from spaces.events import wire
from spaces.models import Participant, Reminder, Space, Topic
from spaces.selectors.sight import stage_shown_to
from spaces.states import SpaceState
from spaces_project.common.errors import BadInput
from spaces_project.common.store import REDIS_AWAY
from spaces_project.common.text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

PAGE_SIZE = 20
GLANCE = 3
RECENT = 500
"""The latest Spaces whose hosts are listed as people who host."""
LAST_PAGE = 100_000
"""Far beyond the last page that exists. Databases count only to 2⁶³."""
SHORTEST_QUERY, LONGEST_QUERY = 2, 70


@dataclass(frozen=True, slots=True)
class Language:
    """A language that is spoken in a Space: its code, and its name in itself."""

    code: str
    name: str


class Languages(Protocol):
    """The app above that knows in which language a Space is held. It registers itself with `register_languages`."""

    def spoken_in(self, code: str) -> Q:
        """Return the condition that a Space is held in this language."""
        ...

    def used(self) -> tuple[Language, ...]:
        """Return the languages of Spaces that are live or to come, most used first."""
        ...


_languages: Languages | None = None


def register_languages(languages: Languages) -> None:
    """Let Spaces be found by language. The app that knows calls this when it is ready."""
    global _languages
    _languages = languages


def _used_languages() -> tuple[Language, ...]:
    return () if _languages is None else _languages.used()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of Spaces is narrowed to: a topic, a language, and Spaces with a person on the stage whom the reader
    follows. Who listens is not shown to readers outside, so it cannot be asked for."""

    topic: int | None = None
    language: str = ""
    friends: bool = False


@dataclass(frozen=True, slots=True)
class SpaceCard:
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
    repeats_weekly: bool = False


class Tab(StrEnum):
    LIVE = "live"
    SCHEDULED = "scheduled"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class DiscoveryPage:
    """The content of `/i/spaces`: Spaces or, on the tab of people, users. `topic` is the chosen one, or None, and
    `language` a code, or "". A search ignores all but what is searched for, and has no languages to choose from; nor
    has the tab of people."""

    tab: Tab
    query: str
    topic: Topic | None
    topics: list[Topic]
    cards: Page[SpaceCard]
    people: Page[PersonRow]
    language: str = ""
    languages: tuple[Language, ...] = ()
    """The languages of Spaces that are live or to come, if there is a choice."""
    friends: bool = False
    """Only Spaces with a person on the stage whom the reader follows."""

    @property
    def is_search(self) -> bool:
        return len(self.query) >= SHORTEST_QUERY

    @property
    def more(self) -> str:
        """Return the query string of the next page."""
        page = self.people.next_cursor if self.tab == Tab.PEOPLE else self.cards.next_cursor
        return urlencode(self._asked | {"page": page})

    @property
    def _asked(self) -> dict[str, str]:
        topic, friends = str(self.topic.pk) if self.topic else "", "1" if self.friends else ""
        asked = {"q": self.query, "topic": topic, "language": self.language, "friends": friends}
        return {"tab": self.tab.value} | {name: value for name, value in asked.items() if value}

    def with_other(self, **changes: str) -> str:
        """Return the query string of the same page with other choices; "" takes a choice away."""
        return urlencode({name: value for name, value in (self._asked | changes).items() if value})

    @property
    def without_friends(self) -> str:
        return self.with_other(friends="")

    @property
    def with_friends(self) -> str:
        return self.with_other(friends="1")

    @property
    def any_language(self) -> str:
        return self.with_other(language="")

    @property
    def in_languages(self) -> list[tuple[Language, str]]:
        """Return each language with the query string that chooses it."""
        return [(language, self.with_other(language=language.code)) for language in self.languages]


def discovery_page(
    *,
    user: "User",
    tab: Tab = Tab.LIVE,
    query: str = "",
    topic: str | None = None,
    language: str = "",
    friends: bool = False,
    page: str | None = None,
) -> DiscoveryPage:
    """Return one page of `/i/spaces`. A topic or language that does not exist chooses none. Raise `bad_cursor` for a
    page that was not given out."""
    words = clean_line(query[:LONGEST_QUERY], limit=LONGEST_QUERY)
    offers_choices = tab != Tab.PEOPLE and len(words) < SHORTEST_QUERY
    tree = topics() if offers_choices or topic else []
    chosen = next((node for node in tree if str(node.pk) == topic), None)
    languages = _used_languages() if offers_choices else ()
    code = language if language in {known.code for known in languages} else ""
    wanted = Wanted(chosen.pk if chosen else None, code, friends)
    # `Page[SpaceCard](…)` raises TypeError up to Python 3.11: the class has slots.
    cards: Page[SpaceCard] = Page([], None)
    people: Page[PersonRow] = Page([], None)
    if tab == Tab.PEOPLE:
        people = as_rows(_people(user, words, page), viewer_id=user.pk)
    elif len(words) >= SHORTEST_QUERY:
        cards = search(user=user, query=words, page=page)
    elif tab == Tab.LIVE:
        cards = live(user=user, page=page, wanted=wanted)
    else:
        cards = scheduled(user=user, cursor=page, wanted=wanted)
    choice = languages if len(languages) > 1 else ()
    return DiscoveryPage(tab, words, chosen, tree, cards, people, code, choice, friends)


def _people(user: "User", words: str, page: str | None) -> Page["User"]:
    """Return people by name, or without one those who host, without those whom a block parts from the reader."""
    found = search_users(query=words, cursor=page) if words else hosts(cursor=page)
    ids = {person.pk for person in found.items}
    parted = blocked_ids_among(user.pk, ids) | blockers_among(user.pk, ids)
    return Page([person for person in found.items if person.pk not in parted], found.next_cursor)


def hosts(*, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page["User"]:
    """Return a page of people who host: the hosts of the latest `RECENT` Spaces, most followed first. Raise
    `bad_cursor`."""
    shown = Space.objects.exclude(state=SpaceState.CANCELED).filter(host__is_active=True).order_by("-id")
    places = sorted(set(shown.values_list("host__followers_count", "host")[:RECENT]), reverse=True)
    if cursor is not None:
        count, host_id = parse_cursor(cursor, parts=2)
        places = [place for place in places if place < (count, host_id)]
    people = get_user_model().objects.in_bulk([host_id for _, host_id in places[:limit]])
    items = [people[host_id] for _, host_id in places[:limit] if host_id in people]
    return Page(items, "_".join(map(str, places[limit - 1])) if len(places) > limit else None)


@dataclass(frozen=True, slots=True)
class Glance:
    """The first few live Spaces and the first few scheduled ones."""

    live: list[SpaceCard]
    scheduled: list[SpaceCard]


def glance(*, user: "User") -> Glance:
    return Glance(live(user=user).items[:GLANCE], scheduled(user=user).items[:GLANCE])


def live(*, user: "User", page: str | None = None, wanted: "Wanted | None" = None) -> Page[SpaceCard]:
    """Return live Spaces, ordered by how many people that the reader follows are on the stage, then by size."""
    spaces = _chosen(_visible(user).filter(state=SpaceState.LIVE), wanted)
    return _ranked(user, spaces, page, friends=wanted is not None and wanted.friends)


def scheduled(*, user: "User", cursor: str | None = None, wanted: "Wanted | None" = None) -> Page[SpaceCard]:
    """Return scheduled Spaces, soonest first. The cursor is the id of the last Space shown."""
    spaces = _chosen(_visible(user).filter(state=SpaceState.SCHEDULED, scheduled_start__isnull=False), wanted)
    if cursor is not None:
        [after] = parse_cursor(cursor, parts=1)
        last = Subquery(Space.objects.filter(pk=after).values("scheduled_start")[:1])
        spaces = spaces.filter(Q(scheduled_start__gt=last) | Q(scheduled_start=last, pk__gt=after))
    counted = _counted(user, spaces)
    if wanted is not None and wanted.friends:
        counted = counted.filter(followed__gt=0)
    found = cut_page(counted.order_by("scheduled_start", "pk"), PAGE_SIZE, lambda space: (space.pk,))
    return Page(_cards(user, found.items), found.next_cursor)


def search(*, user: "User", query: str, page: str | None = None) -> Page[SpaceCard]:
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


def _chosen(spaces: QuerySet[Space], wanted: "Wanted | None") -> QuerySet[Space]:
    if wanted is not None and wanted.topic is not None:
        spaces = spaces.filter(_about(wanted.topic))
    if wanted is not None and wanted.language and _languages is not None:
        spaces = spaces.filter(_languages.spoken_in(wanted.language))
    return spaces


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


def _ranked(user: "User", spaces: QuerySet[Space], page: str | None, *, friends: bool = False) -> Page[SpaceCard]:
    """Return one page of ranked Spaces. The cursor is a page number: ranks move while people come and go, and a keyset
    on a moving rank would skip more."""
    number = parse_cursor(page, parts=1)[0] if page else 0
    if number > LAST_PAGE:
        raise BadInput("bad_cursor", _("This page does not exist."))
    first = number * PAGE_SIZE
    counted = _counted(user, spaces)
    if friends:
        counted = counted.filter(followed__gt=0)
    ordered = counted.order_by("state", "-followed", "-people", "-pk")
    found = list(ordered[first : first + PAGE_SIZE + 1])
    following = str(number + 1) if len(found) > PAGE_SIZE else None
    return Page(_cards(user, found[:PAGE_SIZE]), following)


def _cards(user: "User", spaces: list[Any]) -> list[SpaceCard]:
    reminded = set(Reminder.objects.filter(user=user, space__in=spaces).values_list("space_id", flat=True))
    live = [space for space in spaces if space.is_live]
    here = presence.headcounts({space.public_id: space.people for space in live})
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
    except REDIS_AWAY as error:
        logger.warning("listeners not counted: %s", error)
        return {}


def _card(space: Any, *, people: int, listening: int | None, reminded: bool) -> SpaceCard:
    return SpaceCard(
        id=space.public_id,
        title=space.display_title,
        state=SpaceState(space.state),
        host=wire.person(space.host),
        topics=[topic.label for topic in space.topics.all()],
        people=people,
        listening=listening,
        followed=space.followed,
        reminded=reminded,
        scheduled_start=space.scheduled_start,
        repeats_weekly=space.is_to_repeat,
        started_at=space.started_at,
    )
