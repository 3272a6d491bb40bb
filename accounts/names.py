"""The words by which people are found: of the display name and the handle, without accents and capitals.

Words are compared by Python alone, so that every database gives the same answer.
"""

import re
import unicodedata
from typing import Final, Protocol

from accounts.models import NameWord, User

MOST: Final = 12
"""Words of one user. A name has at most 50 characters."""
LONGEST: Final = 40
"""Characters of a word that are compared."""
# Letters of Latin alphabets that Unicode does not take apart into a letter and a mark.
_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"})


def folded(text: str) -> str:
    """Return the text without accents and capitals: `Søren Ångström` gives `soren angstrom`."""
    parted = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return bare.casefold().translate(_PLAIN)


def all_words(text: str) -> list[str]:
    """Return the words of a text in the order in which they stand, with repetitions."""
    return [word[:LONGEST] for word in re.findall(r"\w+", folded(text))]


def words_in(text: str) -> list[str]:
    """Return the words of a query or a name, each once, in order."""
    return list(dict.fromkeys(all_words(text)))


class Named(Protocol):
    """A user, or a user as a migration sees one."""

    username: str
    display_name: str


def words_of(user: Named) -> set[bytes]:
    """Return the words by which the user is found."""
    handle = folded(user.username)
    found = [handle, *handle.split("_"), *words_in(user.display_name)]
    return {word[:LONGEST].encode() for word in list(dict.fromkeys(filter(None, found)))[:MOST]}


def follow_name(user: User) -> None:
    """Make the stored words those of the user's present name. Writes only what differs."""
    wanted = words_of(user)
    stored = {bytes(word): pk for pk, word in NameWord.objects.filter(user=user).values_list("pk", "word")}
    NameWord.objects.filter(pk__in=[pk for word, pk in stored.items() if word not in wanted]).delete()
    rows = [NameWord(user=user, word=word) for word in sorted(wanted - stored.keys())]
    NameWord.objects.bulk_create(rows, ignore_conflicts=True)
