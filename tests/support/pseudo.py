"""A language for tests that is English, but longer: `Log in` is `[Ļöĝ ïñ ëx]`.

Text that is read in this language shows what a real translation meets: a text of a third more width than English has is
cut where a box does not grow, and words without accents come from no catalogue. The brackets show where a text ends.

    directory/locale/en_XA/LC_MESSAGES/django.mo   our texts, those of Django and of allauth
    directory/static/spaces/texts/en-xa.js         texts of our scripts

`tests/support/pseudo_settings.py` adds the language to a product.
"""

import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import allauth
import django
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from spaces_project.catalogues import compiled, script
from tests.support.texts import texts_of

CODE: Final = "en-xa"
"""`XA` is a country of nobody. Unicode's own data gives it to such a language."""
LONGER_BY: Final = 0.4
ACCENTED: Final = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÀßÇÐËƑĜĤÏĴĶĻṀÑÖÞǪŔŠŤÜṼŴẊÝŽàþçðëƒĝĥïĵķļṁñöƥǫŕšťüṽŵẋýž",
)
KEPT: Final = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\w*\}|</?[a-z][^>]*>|&\w+;|https?://\S+")
"""Placeholders, tags, entities and addresses."""
NAMES: Final = {"Spaces", "ada", "grace", "UTC", "JSON", "WebVTT", "SubRip", "Brasil", "Deutsch", "English"}
"""The names of the site, of people, of formats and of languages."""
MACHINES: Final = re.compile(r"https?://\S+|\S+@\S+\.\S+|@\w+|\b\w+\.\w+\b")
"""Addresses, usernames, and names of scopes and files."""
_FILLING: Final = ("ëẋ", "ḷöñĝ", "ţö", "šëë", "ẁḧàţ", "ƒïţš")


def lengthened(text: str) -> str:
    """Return the text with accents, in brackets, at least 40 % longer; spaces at its ends stay outside."""
    inner = text.strip()
    if not re.search(r"[A-Za-z]", KEPT.sub("", inner)):
        return text
    start = text.index(inner)
    kept = KEPT.findall(inner)
    parts = [part.translate(ACCENTED) for part in KEPT.split(inner)]
    accented = "".join(itertools.chain(*itertools.zip_longest(parts, kept, fillvalue="")))
    return f"{text[:start]}[{accented}{_filling(inner)}]{text[start + len(inner) :]}"


def _filling(inner: str) -> str:
    """Return words to put behind a text, as many letters as it lacks with its two brackets."""
    missing = math.ceil(len(KEPT.sub("", inner)) * LONGER_BY) - 2
    if missing <= 0:
        return ""
    words = "".join(f" {word}" for word in itertools.islice(itertools.cycle(_FILLING), missing))
    return words[: max(missing, 2)].rstrip()


def english(text: str) -> list[str]:
    """Return words of two Latin letters or more that stand outside of all brackets."""
    depth, outside = 0, []
    for letter in text:
        depth = max(0, depth + (letter == "[") - (letter == "]"))
        outside.append(" " if depth else letter)
    words = re.findall(r"[^\W\d_]+", MACHINES.sub(" ", "".join(outside)))
    return [word for word in words if re.fullmatch(r"[A-Za-z]{2,}", word) and word not in NAMES]


def write(directory: Path) -> None:
    """Write the catalogue for Python and the one for scripts below a directory."""
    texts = _catalogue(itertools.chain(_of_libraries(), ((text, None) for text in texts_of("django"))))
    mo = directory / "locale/en_XA/LC_MESSAGES/django.mo"
    mo.parent.mkdir(parents=True)
    mo.write_bytes(compiled(texts))
    scripts = directory / f"static/spaces/texts/{CODE}.js"
    scripts.parent.mkdir(parents=True)
    scripts.write_text(script(_catalogue((text, None) for text in texts_of("djangojs"))))


def _of_libraries() -> Iterator[tuple[tuple[str, ...], str | None]]:
    for library in (django, allauth):
        for path in sorted(Path(library.__path__[0]).glob("**/locale/en/LC_MESSAGES/django.po")):
            with path.open("rb") as file:
                found = [message for message in read_po(file) if message.id]
            for message in found:
                yield (message.id,) if isinstance(message.id, str) else tuple(message.id), message.context


def _catalogue(texts: Iterator[tuple[tuple[str, ...], str | None]]) -> Catalog:
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for text, context in texts:
        made = tuple(map(lengthened, text))
        if len(text) == 1:
            catalogue.add(text[0], made[0], context=context)
        else:
            catalogue.add(text, made, context=context)
    return catalogue
