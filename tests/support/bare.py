"""Words in templates that no catalogue has."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from django.template.base import Lexer, Token, TokenType

READ: Final = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "aria-valuetext",
    "label",
    "placeholder",
    "title",
}
"""Attributes that people read or hear."""
IN_PREVIEWS: Final = {"description", "og:description", "og:image:alt", "og:site_name", "og:title"}
"""What a link to the page shows where it is shared."""
MARK: Final = "\N{SYMBOL FOR NULL}"
"""What stands where a tag or a variable of Django was: it is no letter and no space."""
LETTER: Final = re.compile(r"[^\W\d_]")
SHOWN_BY_FILTERS: Final = re.compile(r'\|(?:default|default_if_none|yesno|pluralize|add|join):"([^"]*)"')
SHOWN_BY_TAGS: Final = re.compile(r'="([A-Z][^"]*|[^"]* [^"]*)"')
"""A value for another template that looks like words: `{% include "_header.html" with heading="Your site" %}`."""


def bare_words(template: str, *, is_html: bool) -> list[str]:
    """Return each run of literal words in the text of a template, in attributes that people read, and in its tags."""
    tokens = list(_outside(Lexer(template).tokenize()))
    text = "".join(token.contents if token.token_type is TokenType.TEXT else MARK for token in tokens)
    runs = [run for runs in html_runs(text) for run in runs] if is_html else text.splitlines()
    runs += [words for token in tokens for words in _shown_by(token)]
    return [run for run in (" ".join(run.replace(MARK, " ").split()) for run in runs) if LETTER.search(run)]


def _outside(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens outside of comments and of texts that are translated."""
    end = ""
    for token in tokens:
        name = token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
        if end:
            end = "" if name == end else end
        elif name in {"blocktranslate", "blocktrans", "comment"}:
            end = f"end{name}"
        elif token.token_type is not TokenType.COMMENT:
            yield token


def _shown_by(token: Token) -> list[str]:
    if token.token_type is TokenType.VAR:
        return SHOWN_BY_FILTERS.findall(token.contents)
    if token.token_type is TokenType.BLOCK and token.contents.startswith(("include ", "with ")):
        return SHOWN_BY_FILTERS.findall(token.contents) + SHOWN_BY_TAGS.findall(token.contents)
    return []


def html_runs(text: str) -> tuple[list[str], list[str]]:
    """Return the texts of HTML, and the values of attributes that people read."""
    parser = _Runs()
    parser.feed(text)
    parser.close()
    return parser.texts, parser.attributes


class _Runs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag if tag in {"script", "style"} else ""
        self.attributes += [value for name, value in attrs if name in READ and value]
        kinds = dict(attrs)
        if tag == "input" and kinds.get("type") in {"button", "submit", "reset"} and kinds.get("value"):
            self.attributes.append(str(kinds["value"]))
        if tag == "meta" and (kinds.get("name") or kinds.get("property")) in IN_PREVIEWS:
            self.attributes.append(str(kinds.get("content")))

    def handle_endtag(self, tag: str) -> None:
        self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)
