"""`requirements.txt` holds what a site runs on, `requirements-test.txt` what only checks it."""

import ast
import re
from importlib.metadata import packages_distributions

from tests.support.processes import REPOSITORY

PACKAGES = ("spaces_project", "accounts", "spaces", "timeline", "captions")
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", re.MULTILINE)


def pinned(name: str) -> set[str]:
    return set(PINNED.findall((REPOSITORY / name).read_text()))


def imported() -> set[str]:
    """Return the first part of every module that the product imports."""
    trees = [ast.parse(path.read_text()) for name in PACKAGES for path in (REPOSITORY / name).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def test_the_product_imports_nothing_that_only_the_tests_install() -> None:
    distributions = packages_distributions()
    used = {name.lower() for module in imported() for name in distributions.get(module, [])}
    assert not used & pinned("requirements-test.txt")


def test_no_package_is_pinned_twice() -> None:
    assert not pinned("requirements.txt") & pinned("requirements-test.txt")
    assert "-r requirements.txt\n" in (REPOSITORY / "requirements-test.txt").read_text()
