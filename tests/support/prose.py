"""A mirror for the language and the shape of this repository: its figures beside those of projects worth following.

    python -m tests.support.prose [DIRECTORY]

It judges nothing and its status is always 0: what counts is how a text reads aloud. Three figures describe the
language: vague words (whoever, somebody, nobody, whom) per 1,000 words, docstrings of functions that open with a
fragment ("Of those who…", "The same…") instead of a verb, and lines of documents over 120 characters. The rest is the
shape: lines per function and per file, and lines of tests per line of source. Blank lines of files do not count.
"""

import argparse
import ast
import io
import itertools
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grimp

from benchmarks._support.table import markdown, percentile

SOURCE: Final = ("spaces_project", "accounts", "spaces", "timeline", "captions")
TESTS: Final = ("tests",)
OTHERS: Final = ("benchmarks", "deploy", "docs")
LEFT_OUT: Final = frozenset({"migrations", "node_modules", "vendor", "var", "__pycache__"})
LINE_MAX: Final = 120

VAGUE: Final = re.compile(r"\b(?:whoever|somebody|nobody|whom)\b", re.IGNORECASE)
WORD: Final = re.compile(r"[^\W\d_][\w'-]*")
CODE: Final = re.compile(r"[a-z]+(?:_[a-z]+)*")
MARKUP: Final = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
SCRIPT_COMMENT: Final = re.compile(r"^\s*//(.*)$|/\*\*?((?:.|\n)*?)\*/", re.MULTILINE)
DIRECTIVE: Final = re.compile(r"#\s*(?:noqa|type:|fmt:|isort:|!)")
FRAGMENT: Final = re.compile(
    r"\W*(?:also|and|as|at|before|but|by|for|from|how|if|in|it|neither|nobody|none|nor|not|nothing|of|on|only|or|same|so"
    r"|such|than|that|the same|their|them|there|they|this|those|to|until|what|when|where|whether|which|while|who\w*|why"
    r"|with|without)\b",
    re.IGNORECASE,
)
"""Words that open no command: a docstring that begins with one of them has no verb, or hides it."""

Owner = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
OWNERS: Final = (*FUNCTIONS, ast.ClassDef, ast.Module)

LANGUAGE_ANCHORS: Final = (
    ("docstrings, 60c75eb, counted by a reviewer", "12.7", "20 %"),
    ("docstrings, 60c75eb, counted by this script", "9.7", "26 %"),
    ("docstrings of projects worth following", "0.0 to 0.1", "0 to 3 %"),
)
SHAPE_ANCHORS: Final = (
    ("healthchecks", "42 / 161 / 1584", "8 / 32 / 181", "1.40"),
    ("venueless", "62 / 434 / 767", "8 / 45 / 211", "0.48"),
    ("takahe", "71 / 361 / 1224", "8 / 30 / 247", "0.21"),
    ("channels", "79 / 292 / 417", "8 / 23 / 66", "1.4"),
    ("websockets", "227 / 831 / 1253", "13 / 60 / 290", "~1"),
    ("httpx", "248 / 641 / 2019", "9 / 34 / 133", "1.0"),
)


@dataclass(frozen=True)
class Module:
    """A Python file and its syntax tree."""

    text: str
    tree: ast.Module

    @classmethod
    def read(cls, path: Path) -> "Module":
        text = path.read_text()
        return cls(text, ast.parse(text))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", nargs="?", type=Path, default=Path(__file__).parents[2])
    print(report(parser.parse_args().directory))
    left, modules = circles()
    print(f"\nModules in or between circles of imports: {left} of {modules}.")


def report(root: Path) -> str:
    """Return both tables as Markdown."""
    return f"{language(root)}\n\n{shape(root)}"


def language(root: Path) -> str:
    """Return the table of the language, one row for each kind of text."""
    rows = [*_docstring_rows(root), *_other_rows(root)]
    anchors = [[name, "", vague, fragments, ""] for name, vague, fragments in LANGUAGE_ANCHORS]
    head = ["language", "words", "vague per 1,000", "fragments", f"lines over {LINE_MAX}"]
    return markdown(head, [*rows, *anchors])


def shape(root: Path) -> str:
    """Return the table of the shape: median, 90th percentile and maximum of lines."""
    sources = [Module.read(path) for path in files(root, SOURCE, "*.py")]
    lines = [filled_lines(module.text) for module in sources if module.text.strip()]
    tests = sum(filled_lines(path.read_text()) for path in files(root, TESTS, "*.py"))
    lengths = [length for module in sources for length in function_lengths(module.tree)]
    own = ("this repository", spread(lines), spread(lengths), f"{tests / max(1, sum(lines)):.2f}")
    head = ["shape: median / p90 / longest", "lines per file", "lines per function", "test lines per source line"]
    return markdown(head, [own, *SHAPE_ANCHORS])


def circles() -> tuple[int, int]:
    """Return how many installed modules of the product are in a circle of imports or between two, and how many there
    are. Imports for types alone do not count.

    Modules that import none of the rest, or that none of the rest imports, are taken away until there are no more.
    """
    graph = grimp.build_graph(*SOURCE, exclude_type_checking_imports=True, cache_dir=None)
    left = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while True:
        imported = {module for others in left.values() for module in others}
        ends = [module for module, others in left.items() if not others or module not in imported]
        if not ends:
            return len(left), len(graph.modules)
        for module in ends:
            del left[module]
        left = {module: others & left.keys() for module, others in left.items()}


def _docstring_rows(root: Path) -> Iterator[list[str]]:
    for name, tops in (("source", SOURCE), ("tests and tools", (*TESTS, *OTHERS))):
        trees = [Module.read(path).tree for path in files(root, tops, "*.py")]
        opened = fragments_share([text for tree in trees for text in docstrings(tree, of=FUNCTIONS)])
        texts = [text for tree in trees for text in docstrings(tree)]
        yield _row(f"docstrings, {name}", texts, fragments=f"{opened:.1%}")


def _other_rows(root: Path) -> Iterator[list[str]]:
    modules = [Module.read(path) for path in files(root, (*SOURCE, *TESTS, *OTHERS), "*.py")]
    yield _row("comments, Python", [text for module in modules for text in comments(module.text)])
    scripts = files(root, (*SOURCE, *TESTS), "*.js")
    yield _row("comments, JavaScript", [text for path in scripts for text in script_comments(path.read_text())])
    documents = [path.read_text() for path in [*root.glob("*.md"), *files(root, ("docs",), "*.md")]]
    yield _row("documents", documents, long=str(long_lines(documents)))
    yield _row("templates", [template_text(path.read_text()) for path in templates(root)])
    yield _row("messages", [text for module in modules for text in messages(module.tree)])


def _row(name: str, texts: list[str], *, fragments: str = "", long: str = "") -> list[str]:
    return [name, str(words(texts)), f"{vague_share(texts):.1f}", fragments, long]


def files(root: Path, tops: Iterable[str], pattern: str) -> list[Path]:
    """Return the files below these directories, in order, without what others wrote or a program generated."""
    found = (path for top in tops for path in sorted((root / top).rglob(pattern)))
    return [path for path in found if LEFT_OUT.isdisjoint(path.relative_to(root).parts)]


def templates(root: Path) -> list[Path]:
    below = (path for pattern in ("*.html", "*.txt") for path in files(root, ("templates", *SOURCE), pattern))
    return [path for path in below if "templates" in path.relative_to(root).parts]


def docstrings(tree: ast.Module, of: tuple[type[Owner], ...] = OWNERS) -> Iterator[str]:
    """Yield the docstrings of these kinds of nodes. A text below an attribute counts as its class's or module's."""
    for node in ast.walk(tree):
        if isinstance(node, of):
            statements = node.body[:1] if isinstance(node, FUNCTIONS) else node.body
            yield from filter(None, map(_text, statements))


def comments(source: str) -> Iterator[str]:
    """Yield comments without those that speak to a tool."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not DIRECTIVE.match(token.string):
            yield token.string.strip("# -")


def script_comments(source: str) -> Iterator[str]:
    """Yield the comments of a JavaScript file that have a line of their own, and all blocks."""
    yield from (line or block for line, block in SCRIPT_COMMENT.findall(source))


def template_text(source: str) -> str:
    """Return what a template shows people: its text without tags, placeholders and comments."""
    return MARKUP.sub(" ", source)


def messages(tree: ast.Module) -> Iterator[str]:
    """Yield the sentences of errors: texts that stand right after a code, as in `Refused("removed", "You were…")`."""
    for node in ast.walk(tree):
        pair = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for code, sentence in itertools.pairwise(pair):
            if CODE.fullmatch(_literal(code)) and " " in _literal(sentence):
                yield _literal(sentence)


def opens_with_fragment(docstring: str) -> bool:
    return bool(FRAGMENT.match(docstring))


def fragments_share(texts: list[str]) -> float:
    """Return the share of docstrings, 0 to 1, that open with a fragment."""
    return sum(map(opens_with_fragment, texts)) / max(1, len(texts))


def words(texts: Iterable[str]) -> int:
    return sum(len(WORD.findall(text)) for text in texts)


def vague_share(texts: Iterable[str]) -> float:
    """Return how many of 1,000 words are vague."""
    texts = list(texts)
    return 1000 * sum(len(VAGUE.findall(text)) for text in texts) / max(1, words(texts))


def long_lines(texts: Iterable[str]) -> int:
    return sum(len(line) > LINE_MAX for text in texts for line in text.splitlines())


def filled_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def function_lengths(tree: ast.Module) -> list[int]:
    """Return the lines of each function and method, from `def` to the last one, docstrings among them."""
    found = (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in found]


def spread(numbers: list[int]) -> str:
    return " / ".join(f"{percentile(numbers, share):.0f}" for share in (0.5, 0.9, 1.0))


def _text(statement: ast.stmt) -> str:
    return _literal(statement.value) if isinstance(statement, ast.Expr) else ""


def _literal(node: ast.expr) -> str:
    """Return the text of a string, an f-string's without its placeholders, and nothing of anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_literal, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


if __name__ == "__main__":
    main()
