"""What people read comes from the catalogues of all languages, and each translation keeps what the source has."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations, c2py
from io import BytesIO
from typing import Final

import pytest
from babel.messages.catalog import Message
from django.conf import settings

from spaces_project.catalogues import DOMAINS, LANGUAGES, ROOT, build, path_of, read
from spaces_project.common.errors import ProductError
from tests.support.bare import bare_words
from tests.support.bare_python import bare_messages
from tests.support.texts import CONTEXTS, Text, sources, texts_of, texts_of_python

CATALOGUES: Final = [(language, domain) for language in LANGUAGES for domain in DOMAINS]
each_catalogue = pytest.mark.parametrize(("language", "domain"), CATALOGUES)

PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
BROKEN_PLACEHOLDER: Final = re.compile(r"%\s*\([^)]*\)?|[{}]|%%")
MO: Final = b"\xde\x12\x04\x95"
"""The first bytes of a compiled catalogue."""
TAG: Final = re.compile(r"</?[a-z][^>]*>")
IN_ENGLISH: Final = ("admin/", "setup/")
"""Directories of the pages of the staff, which are in English: docs/languages.md."""
IN_ENGLISH_PYTHON: Final = re.compile(
    r"(^|/)api/"  # programs get English: the texts of their errors are published
    r"|/signalling/sessions\.py$"  # the same: only a token lacks a scope
    r"|/doors/admin/|^spaces_project/setup/"  # pages of the staff
    r"|/management/|^spaces_project/backup/"  # commands of the operator
)
"""Paths of Python whose errors are in English."""
ALIKE_EVERYWHERE: Final = {"UTC", "JSON", ".json", "M4A ( )", "WebVTT", "SubRip", "A\N{MINUS SIGN}", "A+"}
"""Names of formats and of the time zone, and the letters of the buttons that change the size of captions."""
BARE: Final = {
    # The product's name: this page works without a database, so it cannot read the site's.
    "errors/bare.html": ("· Spaces",),
}
"""Words that stay as they are in one template."""
COUNTS: Final = {"%(number)s", "%(count)s", "{number}", "{count}"}


# --- Completeness ---


@each_catalogue
def test_a_catalogue_has_the_texts_of_the_sources_and_no_others(language: str, domain: str) -> None:
    said = set(texts_of(domain))
    assert len(said) > 300, "the sources were not read"
    translated = {_text(message) for message in _messages(language, domain)}
    new = {text: texts_of(domain)[text] for text in said - translated}
    assert not new, f"not in {path_of(language, domain)}; run `make messages` and translate: {new}"
    assert not translated - said, f"no longer said; run `make messages`: {translated - said}"


def test_a_text_in_an_f_string_is_found() -> None:
    """GNU gettext does not find it, so `make messages` leaves it out and the test above fails."""
    assert list(texts_of_python("words = f\"{_('Too many requests.')} {rest}\"")) == [("Too many requests.",)]


@each_catalogue
def test_every_text_is_translated(language: str, domain: str) -> None:
    forms = _forms(language, domain)
    for message in _messages(language, domain):
        assert not message.fuzzy, f"fuzzy: {message.id}"
        strings = _strings(message)
        assert all(string.strip() for string in strings), f"empty: {message.id}"
        wanted = forms if message.pluralizable else 1
        assert len(strings) == wanted, f"{len(strings)} of {wanted} plural forms: {message.id}"


def test_every_language_of_the_site_has_catalogues() -> None:
    served = {code for code, _ in settings.LANGUAGES}
    assert served == {"en", *(language.replace("_", "-").lower() for language in LANGUAGES)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_declares_the_plurals_of_the_language(language: str) -> None:
    for domain in DOMAINS:
        assert f'"Plural-Forms: {LANGUAGES[language]}\\n"' in path_of(language, domain).read_text()


def test_what_is_made_of_the_catalogues_is_up_to_date() -> None:
    old = [path for path, content in build() if not path.exists() or _made(path.read_bytes()) != _made(content)]
    assert not old, f"run `make messages`: {old}"


def test_no_text_has_a_context() -> None:
    """`make messages` reads contexts, i18n.js and these tests do not."""
    using = [path for path in sources("django") if path.suffix == ".py" and CONTEXTS.search(path.read_text())]
    assert not using


# --- Placeholders ---


@each_catalogue
def test_a_translation_has_the_placeholders_of_its_source(language: str, domain: str) -> None:
    faults = [
        f"{message.id}: {string}"
        for message in _messages(language, domain)
        for form, string in enumerate(_strings(message))
        if not _has_placeholders(message, string, may_omit_count=_is_one_number(language, domain, form))
    ]
    assert not faults, "\n".join(faults)


@each_catalogue
def test_a_translation_has_the_tags_of_its_source(language: str, domain: str) -> None:
    faults = [
        f"{message.id}: {string}"
        for message in _messages(language, domain)
        for string in _strings(message)
        if _tags(string) not in [_tags(source) for source in _text(message)]
    ]
    assert not faults, "\n".join(faults)


@each_catalogue
def test_a_translation_begins_and_ends_like_its_source(language: str, domain: str) -> None:
    """A space or a line break at an end joins the text to what stands beside it."""
    faults = [
        f"{message.id}: {string!r}"
        for message in _messages(language, domain)
        for string in _strings(message)
        if _ends(string) not in [_ends(source) for source in _text(message)]
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("{name} left", "{nome} saiu"),
        ("{name} left", "saiu"),
        ("{name} left", "{name saiu"),
        ("%(name)s left", "%(name) saiu"),
        ("%(name)s left", "% (name)s saiu"),
        ("%(name)s left", "%(name)s %(name)s saiu"),
        ("100 %% of %(name)s", "100 % de %(name)s"),
        ("left", "{name} saiu"),
    ],
)
def test_a_broken_placeholder_is_found(source: str, translation: str) -> None:
    assert not _has_placeholders(Message(source), translation, may_omit_count=True)


def _has_placeholders(message: Message, string: str, *, may_omit_count: bool) -> bool:
    """Tell whether a translation has the placeholders of one of its sources, and nothing like a broken one."""
    found = _placeholders(string)
    for source in _text(message):
        wanted = _placeholders(source)
        optional = Counter(name for name in wanted if name in COUNTS) if may_omit_count and message.pluralizable else {}
        if found == wanted or (optional and found == wanted - Counter(optional)):
            return True
    return False


def _placeholders(text: str) -> Counter[str]:
    """Count placeholders, and what is left of a broken one."""
    whole = Counter(PLACEHOLDER.findall(text))
    return whole + Counter(BROKEN_PLACEHOLDER.findall(PLACEHOLDER.sub("", text)))


def _tags(text: str) -> Counter[str]:
    return Counter(TAG.findall(text))


def _ends(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


@cache
def _is_one_number(language: str, domain: str, form: int) -> bool:
    """Tell whether a plural form is for a single number, such as 1, which a translation may then leave out."""
    plural = c2py(read(language, domain).plural_expr)
    return sum(plural(number) == form for number in range(1_000)) == 1


# --- Templates ---


def test_templates_have_no_bare_words() -> None:
    found = {}
    for path in sorted((ROOT / "templates").rglob("*.*")):
        name = str(path.relative_to(ROOT / "templates"))
        if path.suffix in {".html", ".txt"} and not name.startswith(IN_ENGLISH):
            words = bare_words(path.read_text(), is_html=path.suffix == ".html")
            found[name] = [run for run in words if run not in {*ALIKE_EVERYWHERE, *BARE.get(name, ())}]
    assert len(found) > 200, "the templates were not read"
    assert not any(found.values()), {name: words for name, words in found.items() if words}


@pytest.mark.parametrize(("name", "words"), BARE.items())
def test_an_exception_is_still_needed(name: str, words: tuple[str, ...]) -> None:
    bare = bare_words((ROOT / "templates" / name).read_text(), is_html=name.endswith(".html"))
    assert set(words) <= set(bare)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Log in</p>", ["Log in"]),
        ("<p>{% if a %}Log{% endif %} in {{ name }}</p>", ["Log in"]),
        ('<p>{% translate "Log in" %}</p>', []),
        ("<p>{% blocktranslate %}Log in{% endblocktranslate %}</p>", []),
        ("<p>{# Log in #}{% comment %}Log in{% endcomment %}<!-- Log in --></p>", []),
        ('<a aria-label="Log in" href="/login" class="button">→</a>', ["Log in"]),
        ("<img alt='Ada' title='A photo' src='a.png'>", ["Ada", "A photo"]),
        ('<input type="search" placeholder="Search" value="x"><input type="submit" value="Go">', ["Search", "Go"]),
        ('<p>{{ name|default:"Nobody" }} · {{ many|yesno:"Yes,No" }}</p>', ["Nobody", "Yes,No"]),
        ('{% include "_header.html" with heading="Clips" %}', ["Clips"]),
        ('{% include "_header.html" with heading=_("Clips") part="downloads" %}', []),
        ('<meta property="og:title" content="Hello"><meta property="og:type" content="website">', ["Hello"]),
        ("<script>const a = 1;</script><style>a { color: red }</style>", []),
        ("<p>日本語</p>", ["日本語"]),
    ],
)
def test_bare_words_are_found(template: str, words: list[str]) -> None:
    assert bare_words(template, is_html=True) == words


def test_bare_words_of_a_mail_are_found() -> None:
    mail = '{% translate "Hello" %} {{ name }},\nsee you\n{{ link }}'
    assert bare_words(mail, is_html=False) == ["see you"]


# --- Errors ---


def test_messages_of_errors_come_from_the_catalogue() -> None:
    errors = {error.__name__ for error in _with_subclasses(ProductError)}
    assert {"BadInput", "Conflict", "NotFound", "Refused", "TooMany", "TryAgain"} <= errors
    paths = [str(path.relative_to(ROOT)) for path in sources("django") if path.suffix == ".py"]
    read = [path for path in paths if not IN_ENGLISH_PYTHON.search(path)]
    assert len(read) > 300, "the sources were not read"
    found = {path: bare_messages((ROOT / path).read_text(), errors) for path in read}
    assert not any(found.values()), {path: messages for path, messages in found.items() if messages}


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused("no", "You may not.")',
        'raise errors.Refused("no", f"{name} may not.")',
        'raise Refused("no", message="You may not.")',
        'raise Refused("no", "{name} may not.".format(name=name))',
        'raise Refused("no", "You may not." if own else _("They may not."))',
        'def a():\n    words = "You may not."\n    raise Refused("no", words)',
        'def a():\n    raise b(1, "You may not.")\ndef b(n, words):\n    return Refused("no", words)',
    ],
)
def test_a_bare_message_is_found(source: str) -> None:
    assert bare_messages(source, {"Refused"})


@pytest.mark.parametrize(
    "source",
    [
        'raise Refused("no", _("You may not."))',
        'raise Refused("no", _("{name} may not.").format(name=name), field="name")',
        'def a():\n    words = _("You may not.")\n    raise Refused("no", words)',
        'raise ValueError("no", "for programmers")',
    ],
)
def test_a_translated_message_is_let_through(source: str) -> None:
    assert not bare_messages(source, {"Refused"})


def _with_subclasses(error: type[ProductError]) -> Iterator[type[ProductError]]:
    yield error
    for below in error.__subclasses__():
        yield from _with_subclasses(below)


# --- Reading ---


@cache
def _messages(language: str, domain: str) -> list[Message]:
    return [message for message in read(language, domain) if message.id]


def _forms(language: str, domain: str) -> int:
    return int(read(language, domain).num_plurals)


def _made(content: bytes) -> object:
    """Return a script as it is, and the texts of a catalogue without its header, which has the time of the run."""
    if not content.startswith(MO):
        return content
    texts = GNUTranslations(BytesIO(content))._catalog  # type: ignore[attr-defined] # the only way to all of them
    return {text: string for text, string in texts.items() if text}


def _text(message: Message) -> Text:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


# --- Direction ---


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_handle_keeps_its_sign_in_front_in_a_text_that_runs_to_the_left(domain: str) -> None:
    handle = re.compile(r"@(?:%\(\w+\)s|\{\w+\})")
    isolated = re.compile(f"\N{LEFT-TO-RIGHT ISOLATE}{handle.pattern}\N{POP DIRECTIONAL ISOLATE}")
    torn = [
        string
        for message in _messages("ar", domain)
        for string in _strings(message)
        if handle.search(isolated.sub("", string))
    ]
    assert not torn
