"""All texts of the site for people to read, from the sources, as `make messages` finds them with GNU gettext.

Python's own parser, Babel and Django's parser of templates read them here, so tests need no temporary files beside the
templates, and find texts that GNU gettext does not see.
"""

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from spaces_project.catalogues import ELSEWHERE, ROOT

KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
CONTEXTS: Final = re.compile(r"\bn?pgettext(_lazy)?\(")
_LITERAL: Final = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL: Final = re.compile(rf"\b(?:_|n?gettext)\(({_LITERAL}(?:, {_LITERAL})?)")

Text = tuple[str, ...]
"""One text, or its singular and its plural."""


@cache
def texts_of(domain: str) -> dict[Text, list[str]]:
    """Return each text of `django` or `djangojs`, with the paths of the files that have it."""
    found: dict[Text, list[str]] = {}
    for path in sources(domain):
        for text in _texts_in(path):
            found.setdefault(text, []).append(str(path.relative_to(ROOT)))
    return found


def sources(domain: str) -> Iterator[Path]:
    """Yield the files with texts: templates and Python for `django`, scripts for `djangojs`."""
    endings = (".js",) if domain == "djangojs" else (".html", ".txt", ".py")
    ignored = ("*/texts", "templates") if domain == "djangojs" else ("*/static",)
    for directory, directories, names in os.walk(ROOT):
        inside = Path(directory).relative_to(ROOT)
        directories[:] = sorted(
            name
            for name in directories
            if not name.startswith(".") and not any(_is(inside / name, pattern) for pattern in (*ELSEWHERE, *ignored))
        )
        yield from (Path(directory, name) for name in sorted(names) if name.endswith(endings))


def _is(path: Path, pattern: str) -> bool:
    return str(path) == pattern or ("*" in pattern and fnmatch(str(path), pattern))


def _texts_in(path: Path) -> Iterator[Text]:
    source = path.read_text()
    if path.suffix == ".py":
        yield from texts_of_python(source)
    elif path.suffix == ".js":
        options = {"parse_template_string": True}
        for _, text, _, _ in extract("javascript", path.open("rb"), keywords=KEYWORDS, options=options):
            yield (text,) if isinstance(text, str) else tuple(text)
    else:
        for call in _CALL.finditer(templatize(source)):
            yield ast.literal_eval(f"({call[1]},)")


def texts_of_python(source: str) -> Iterator[Text]:
    """Yield texts of the syntax tree: GNU gettext and Babel do not look into f-strings on every Python."""
    for call in ast.walk(ast.parse(source)):
        name = (getattr(call.func, "id", None) or getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and name in KEYWORDS:
            given = [getattr(argument, "value", None) for argument in call.args[: 2 if KEYWORDS[name] else 1]]
            if text := tuple(words for words in given if isinstance(words, str)):
                yield text
