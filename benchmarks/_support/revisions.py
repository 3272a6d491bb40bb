"""Earlier revisions of the product, to measure beside the present one."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.processes import REPOSITORY

SHARED: Final = (".venv", "deploy/js/served")
"""What `deploy/setup` made; the earlier revision uses the same."""


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Check a revision out into a directory that is removed afterwards.

    Raises `CalledProcessError` for a revision that git does not know.
    """
    with tempfile.TemporaryDirectory(prefix="spaces-revision-") as name:
        tree = Path(name) / "tree"
        _git("worktree", "add", "--quiet", "--detach", str(tree), revision)
        try:
            for path in SHARED:
                _share(tree, path)
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _share(tree: Path, path: str) -> None:
    link = tree / path
    if (REPOSITORY / path).exists() and not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to((REPOSITORY / path).resolve())


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=REPOSITORY, check=True, timeout=120)
