"""No regular expression of the product grows faster than its text.

Strangers send text that expressions look at: paths, hosts, session descriptions, posts. One that begins anew at each
character and runs to the end holds the GIL for seconds (C29). All are found by walking the modules, so a new one is
tried without being listed here.
"""

import ast
import importlib
import inspect
import itertools
import pkgutil
import re
import re._constants as ops  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.validators import RegexValidator

PACKAGES = ("spaces_project", "accounts", "spaces", "timeline", "captions")
OPTIONAL = ("captions.engines.faster_whisper", "captions.engines.moonshine")
FUNCTIONS = ("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
ALWAYS = ("-a", "a", " ", "\n", ":", "://", "@", "=", "\u200d", "e\u0301")
SIZE, QUICK_SECONDS = 6_000, 0.02
TOKENS = 14


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" not in found.name and found.name not in OPTIONAL:
                yield importlib.import_module(found.name)


def held(value: Any, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """Yield what a value is or holds: a pattern, a validator, a collection, a class of ours."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, RegexValidator):
        yield re.compile(value.regex) if isinstance(value.regex, str) else value.regex
    elif depth and isinstance(value, dict):
        yield from itertools.chain.from_iterable(held(item, depth - 1) for item in value.values())
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        yield from itertools.chain.from_iterable(held(item, depth - 1) for item in value)
    elif depth and inspect.isclass(value) and value.__module__.split(".")[0] in PACKAGES:
        yield from held(dict(vars(value)), depth - 1)


def written(module: ModuleType) -> Iterator[re.Pattern[str]]:
    """Yield the expressions that functions of a module compile when they are called: `re.sub(r"…", …)`."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args:
            try:
                pattern = eval(compile(ast.Expression(node.args[0]), module.__name__, "eval"), dict(vars(module)))
            except NameError:
                continue  # made from local variables
            yield re.compile(pattern, re.IGNORECASE)


def expressions() -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for module in modules():
        for pattern in itertools.chain(held(dict(vars(module))), written(module)):
            if isinstance(pattern.pattern, str):
                found.setdefault(f"{module.__name__}: {pattern.pattern[:60]}", pattern)
    return found


def tokens(parsed: Any) -> Iterator[str]:
    """Yield pieces of text that parts of an expression like: its literals, and a character of each class."""
    run = ""
    for op, argument in parsed:
        if op is ops.LITERAL:
            run += chr(argument)
            continue
        if run:
            yield run
            run = ""
        if op is ops.IN:
            yield from itertools.islice(_members(argument), 3)
        yield from itertools.chain.from_iterable(tokens(part) for part in _parts(argument))
    if run:
        yield run


def _members(argument: Any) -> Iterator[str]:
    for op, value in argument:
        if op is ops.LITERAL:
            yield chr(value)
        elif op is ops.RANGE:
            yield chr(value[0])
        elif op is ops.CATEGORY:
            yield {ops.CATEGORY_DIGIT: "1", ops.CATEGORY_SPACE: " ", ops.CATEGORY_WORD: "w"}.get(value, "-")


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        yield from itertools.chain.from_iterable(_parts(item) for item in argument)


def seeds(pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield texts that begin like a match again and again, and then are none."""
    pieces = list(dict.fromkeys([*tokens(parser.parse(pattern.pattern, pattern.flags)), *ALWAYS]))
    pieces = [*pieces[:TOKENS], *(piece for piece in ALWAYS if piece not in pieces[:TOKENS])]
    for one, other in itertools.product(pieces, repeat=2):
        yield one + other * (SIZE // len(other)) + "\0"
        yield (one + other) * (SIZE // len(one + other)) + "\0"


def seconds(function: Callable[[str], object], text: str) -> float:
    """Return the least of two, by the clock of this thread: other programs of the machine do not count."""

    def once() -> float:
        began = time.thread_time()
        function(text)
        return time.thread_time() - began

    first = once()
    return first if first < QUICK_SECONDS else min(first, once())


def grows_too_fast(pattern: re.Pattern[str]) -> str | None:
    """Return the text on which four times the length costs much more than four times the time."""
    for text in seeds(pattern):
        for function in (pattern.search, pattern.fullmatch):
            if seconds(function, text) < QUICK_SECONDS:
                continue
            quarter = text[: SIZE // 4] + "\0"
            if seconds(function, text) > 8 * seconds(function, quarter):
                return text[:40]
    return None


@pytest.mark.security("C29")
@pytest.mark.asvs("1.3.12")
@pytest.mark.slow
def test_no_expression_of_the_product_grows_faster_than_its_text() -> None:
    found = expressions()
    assert len(found) > 25
    assert {name: text for name, pattern in found.items() if (text := grows_too_fast(pattern))} == {}


@pytest.mark.security("C29")
@pytest.mark.parametrize("pattern", [r"[a-z][a-z0-9+.-]*://", r"\s+$"])
def test_an_expression_that_is_not_is_found(pattern: str) -> None:
    assert grows_too_fast(re.compile(pattern, re.IGNORECASE)) is not None
