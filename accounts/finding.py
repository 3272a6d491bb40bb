"""Find people by the beginnings of words of their names and handles.

With a million people a page costs a few milliseconds, whatever the query is. The longest word of the query is looked up
in the index of words. Up to `CANDIDATES` matches are all sorted. A beginning that thousands of words share, such as one
letter, has too many matches to sort. The answer to it is then made of two parts of limited size: the first `CANDIDATES`
matches in alphabetical order, which include the exact ones, and the matches among the `MOST_FOLLOWED` people. SQLite
and PostgreSQL give the same answer, because both limits are numbers of rows and not times.
"""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import DISPLAY_NAME_MAX, NameWord, User
from accounts.names import words_in
from accounts.paging import PAGE_SIZE, Page, parse_cursor
from spaces_project.common.text import fits

WORDS = 4
"""How many words of a query count."""
CANDIDATES = 2_000
MOST_FOLLOWED = 10_000

Place = tuple[int, int]
"""A user's place in the order of every list of people: the number of followers, then the id; larger ones first."""


def search_users(*, query: str, cursor: str | None = None, limit: int = PAGE_SIZE) -> Page[User]:
    """Return a page of active users in whose name or handle words begin with the words of `query`, most followed first.

    Accents, capitals and an `@` are ignored. A user whose handle is the query comes before all others. An empty query
    finds no user, and neither does one longer than any name. Raises `BadInput` `bad_cursor`.
    """
    after = None if cursor is None else _place(cursor)
    words = words_in(query.replace("@", " "))[:WORDS] if fits(query, limit=DISPLAY_NAME_MAX) else []
    if not words:
        return Page([], None)
    named = _named(query)
    places = [place for place in _places(words, after, limit + 1) if place[1] != (named.pk if named else 0)]
    first = [named] if named and after is None else []
    shown = places[: limit - len(first)]
    people = User.objects.in_bulk([user_id for _, user_id in shown])
    items = first + [people[user_id] for _, user_id in shown if user_id in people]
    is_more = len(places) > len(shown)
    return Page(items, "_".join(map(str, shown[-1])) if is_more and shown else None)


def _named(query: str) -> User | None:
    """Return the user whose handle is the query."""
    handle = query.strip().removeprefix("@")
    return User.objects.with_username(handle).filter(is_active=True).first()


def _places(words: list[str], after: Place | None, wanted: int) -> list[Place]:
    """Return the places of the next matches."""
    # The longest word is the rarest, as a rule.
    driver, *others = sorted(words, key=len, reverse=True)
    found = NameWord.objects.filter(_begins(driver)).order_by("word", "user")
    ids = list(found.values_list("user", flat=True)[: CANDIDATES + 1])
    matching = _below(_with_all(User.objects.filter(pk__in=ids[:CANDIDATES]), others), after)
    places = set(matching.values_list("followers_count", "pk"))
    if len(ids) > CANDIDATES:
        places |= _among_most_followed(words, after, wanted)
    return sorted(places, reverse=True)[:wanted]


def _among_most_followed(words: list[str], after: Place | None, wanted: int) -> set[Place]:
    people = User.objects.order_by("-followers_count", "-id")
    last = people.values_list("followers_count", "pk")[MOST_FOLLOWED - 1 : MOST_FOLLOWED].first()
    if last is not None:
        people = people.filter(followers_count__gte=last[0]).filter(Q(followers_count__gt=last[0]) | Q(pk__gte=last[1]))
    return set(_below(_with_all(people, words), after).values_list("followers_count", "pk")[:wanted])


def _with_all(people: QuerySet[User], words: list[str]) -> QuerySet[User]:
    """Return the active ones of `people` with a word for each beginning.

    Each is one probe of the index for a user. A condition `EXISTS` may become a join that reads all words.
    """
    people = people.filter(is_active=True)
    for number, word in enumerate(words):
        name = f"word{number}"
        probe = NameWord.objects.filter(_begins(word), user=OuterRef("pk")).order_by("word").values("pk")[:1]
        people = people.alias(**{name: Subquery(probe)}).filter(**{f"{name}__isnull": False})
    return people


def _begins(beginning: str) -> Q:
    """Return the condition that a word begins like this. No byte of UTF-8 is as large as 0xFF."""
    first = beginning.encode()
    return Q(word__gte=first, word__lt=first + b"\xff")


def _below(people: QuerySet[User], after: Place | None) -> QuerySet[User]:
    if after is None:
        return people
    count, user_id = after
    return people.filter(followers_count__lte=count).filter(Q(followers_count__lt=count) | Q(pk__lt=user_id))


def _place(cursor: str) -> Place:
    count, user_id = parse_cursor(cursor, parts=2)
    return count, user_id
