"""Keep the catalogues in `locale/` in step with the code: `make messages`, or `python -m spaces_project.catalogues`.

    locale/de/LC_MESSAGES/django.po      texts of templates and Python, with their translations: the source
    locale/de/LC_MESSAGES/django.mo      the same for Python, made from it
    locale/de/LC_MESSAGES/djangojs.po    texts of our scripts: the source
    spaces/static/spaces/texts/de.js     the same for pages, made from it

What is made is committed, as Django does it: a fresh clone runs in every language without a further program.
"""

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT: Final = Path(__file__).parents[1]
LOCALE: Final = ROOT / "locale"
TEXTS: Final = ROOT / "spaces/static/spaces/texts"
_TWO: Final = "nplurals=2; plural=(n != 1);"
_SIX: Final = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);"
)
LANGUAGES: Final = {
    "ar": _SIX,
    "de": _TWO,
    "es": _TWO,
    "fr": "nplurals=2; plural=(n > 1);",
    "ja": "nplurals=1; plural=0;",
    "pt_BR": "nplurals=2; plural=(n > 1);",
}
"""The languages and their plurals, as CLDR has them up to a million."""
HEADER: Final = """msgid ""
msgstr ""
"Project-Id-Version: Spaces\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""
DOMAINS: Final = ("django", "djangojs")
ELSEWHERE: Final = (".venv", "var", "tests", "benchmarks", "findings", "docs", "deploy", "*/node_modules", "locale")
"""Directories without texts of the site."""


def update() -> None:
    """Read all texts of the code into the catalogues, with GNU gettext. Translations that are there stay."""
    from django.core.management import call_command

    for language, plurals in LANGUAGES.items():
        for domain in DOMAINS:
            path = path_of(language, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(HEADER.format(language=language, plurals=plurals))
    options = {"no_wrap": True, "no_obsolete": True, "add_location": "file", "verbosity": 0}
    for domain, endings in (("django", ["html", "txt", "py"]), ("djangojs", ["js"])):
        ignored = [*ELSEWHERE, *(["*/static"] if domain == "django" else ["templates", "*/texts"])]
        call_command(
            "makemessages",
            locale=list(LANGUAGES),
            domain=domain,
            extensions=endings,
            ignore_patterns=ignored,
            **options,
        )
    for language in LANGUAGES:
        for domain in DOMAINS:
            _forget_dates(path_of(language, domain))


def path_of(language: str, domain: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """Return one catalogue."""
    with path_of(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue in the form that Python reads."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def script(catalog: Catalog) -> str:
    """Return the script that gives pages a catalogue. i18n.js reads it."""
    texts = {_key(message): _value(message) for message in catalog if message.id and _is_done(message)}
    lines = ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}:{json.dumps(value, ensure_ascii=False)}"
        for key, value in sorted(texts.items())
    )
    return f"globalThis.spacesTexts={{plural:(n)=>Number({catalog.plural_expr}),texts:{{\n{lines}\n}}}};\n"


def script_path(language: str) -> Path:
    """Return where the script is: it has the name of the language as Django writes it, `pt-br`."""
    return TEXTS / f"{language.replace('_', '-').lower()}.js"


def build() -> Iterator[tuple[Path, bytes]]:
    """Yield all files that are made, and what is in them."""
    for language in LANGUAGES:
        yield path_of(language, "django").with_suffix(".mo"), compiled(read(language, "django"))
        yield script_path(language), script(read(language, "djangojs")).encode()


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _value(message: Message) -> str | list[str]:
    return message.string if isinstance(message.string, str) else list(message.string or ())


def _is_done(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return all(strings) and not message.fuzzy


def _forget_dates(path: Path) -> None:
    """Remove the date of the run, which would change the file although no text changed."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith('"POT-Creation-Date:')))


def main() -> None:
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spaces_project.settings")
    if "--compile" not in sys.argv:
        import django

        django.setup()
        update()
    TEXTS.mkdir(exist_ok=True)
    for path, content in build():
        path.write_bytes(content)


if __name__ == "__main__":
    main()
