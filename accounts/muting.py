"""What a user does not want to read, as lists ask it: the muted users and words of the reader."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Mute, MutedWord, User
from accounts.names import all_words
from accounts.paging import PAGE_SIZE, Page, cut_page, parse_cursor


@dataclass(frozen=True, slots=True)
class Muting:
    """The muted users among those asked about, and all muted phrases, each as a text of words between spaces."""

    people: frozenset[int] = frozenset()
    phrases: tuple[str, ...] = ()

    def hides(self, *, author_ids: Iterable[int], text: str) -> bool:
        """Return whether the reader does not want to see a post by these users with this text."""
        if not self.people.isdisjoint(author_ids):
            return True
        if not self.phrases:
            return False
        words = f" {phrase_of(text)} "
        return any(f" {phrase} " in words for phrase in self.phrases)


def phrase_of(text: str) -> str:
    """Return the words of a text as muted phrases are stored and compared: a space between two of them."""
    return " ".join(all_words(text))


def muting(reader_id: int | None, author_ids: Collection[int]) -> Muting:
    """Return what the reader has muted, as far as it concerns these authors. Two queries."""
    if reader_id is None:
        return Muting()
    phrases = tuple(MutedWord.objects.filter(user=reader_id).values_list("text", flat=True))
    return Muting(frozenset(muted_ids_among(reader_id, author_ids)), phrases)


def muted_ids_among(muter_id: int, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that the user has muted."""
    return set(Mute.objects.filter(muter=muter_id, muted__in=ids).values_list("muted_id", flat=True))


def muters_among(muted_id: int, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that have muted the user."""
    return set(Mute.objects.filter(muted=muted_id, muter__in=ids).values_list("muter_id", flat=True))


def muters_of_text(text: str, ids: Collection[int]) -> set[int]:
    """Return those of `ids` that have muted a word of the text."""
    if not text:
        return set()
    words = f" {phrase_of(text)} "
    rows = MutedWord.objects.filter(user__in=ids).values_list("user_id", "text")
    return {user_id for user_id, phrase in rows if f" {phrase} " in words}


def muted_by(*, user_id: int, cursor: str | None = None) -> Page[User]:
    """Return a page of the users that this user has muted, latest first. Raises `BadInput` `bad_cursor`."""
    rows = Mute.objects.filter(muter=user_id, muted__is_active=True).select_related("muted")
    if cursor is not None:
        rows = rows.filter(pk__lt=parse_cursor(cursor, parts=1)[0])
    page = cut_page(rows.order_by("-pk"), PAGE_SIZE, lambda row: (row.pk,))
    return Page([row.muted for row in page.items], page.next_cursor)


def muted_words(*, user_id: int) -> QuerySet[MutedWord]:
    """Return the user's own muted words, in the order of the alphabet."""
    return MutedWord.objects.filter(user=user_id).order_by("text")
