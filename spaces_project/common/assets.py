"""The style sheets and scripts that pages load, and how they are bundled into few files.

A page that loads every module separately makes more than a hundred requests. So `collectstatic` bundles them with
esbuild if it is installed. Without esbuild, pages load the files one by one.
"""

import logging
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

logger = logging.getLogger(__name__)

STYLES: Final = (
    # Tokens first, then one file for each component.
    "spaces/css/base/tokens.css",
    "spaces/css/base/base.css",
    "spaces/css/base/layout.css",
    "spaces/css/base/navigation.css",
    "spaces/css/base/button.css",
    "spaces/css/base/form.css",
    "spaces/css/base/card.css",
    "spaces/css/base/person.css",
    "spaces/css/bubble.css",
    "spaces/css/base/dialog.css",
    "spaces/css/create.css",
    "spaces/css/compose-menu.css",
    "spaces/css/discover.css",
    "spaces/css/side-column.css",
    "spaces/css/base/toast.css",
    "spaces/css/space-page.css",
    "spaces/css/replay.css",
    "spaces/css/clips.css",
    "spaces/css/room.css",
    "spaces/css/pins.css",
    "spaces/css/stage.css",
    "spaces/css/controls.css",
    "spaces/css/reactions.css",
    "spaces/css/manage.css",
    "spaces/css/people.css",
    "spaces/css/report.css",
    "spaces/css/programs.css",
    "spaces/css/connection.css",
    "spaces/css/base/language.css",
    "spaces/css/base/print.css",
    "captions/css/panel.css",
    "captions/css/comments.css",
    "captions/css/transcript.css",
    "captions/css/voices.css",
    "captions/css/consent.css",
    "timeline/css/post.css",
    "timeline/css/composer.css",
    "timeline/css/badges.css",
    "timeline/css/inbox.css",
    "timeline/css/notifications.css",
    "timeline/css/fleets.css",
    "timeline/css/fleet-viewer.css",
    "reach/css/reach.css",
)
PAGE: Final = ("spaces/js/page.js",)
"""The modules that every page needs."""
SCRIPTS: Final = {
    "visitor": PAGE,
    "room": (*PAGE, "spaces/js/main.js", "timeline/js/main.js", "captions/js/main.js", "reach/js/main.js"),
}
"""Entry modules by kind of page: "visitor" for a visitor without a room, "room" for everything else."""

_DIRECTORY: Final = "build"
_STYLE: Final = f"{_DIRECTORY}/site.css"
_TIMEOUT: Final = 60
_FLAGS: Final = ("--bundle", "--minify-whitespace", "--minify-syntax", "--charset=utf8", "--log-level=warning")
_SCRIPT_FLAGS: Final = ("--format=esm", "--minify-identifiers", "--loader=js")
_STYLE_FLAGS: Final = ("--loader=css",)


def styles(collected: Iterable[str]) -> Sequence[str]:
    """Return the names of the style sheets for every page, given the names of the bundled files."""
    return [_STYLE] if _STYLE in collected else STYLES


def scripts(kind: str, collected: Iterable[str]) -> Sequence[str]:
    """Return the names of the modules for a page of this kind, given the names of the bundled files."""
    return [_script(kind)] if _script(kind) in collected else SCRIPTS[kind]


@cache
def library(name: str) -> str:
    """Return the address of a script of another project, which `deploy/setup` installs; an empty text without it."""
    try:
        return staticfiles_storage.url(name) if finders.find(name) else ""
    except ValueError:  # installed after the static files were collected
        return ""


def collect(root: Path) -> Iterator[str]:
    """Write the bundled files below `root`, which holds all static files, and yield their names.

    Yields nothing if esbuild is missing. Raises `subprocess.CalledProcessError` for files that esbuild cannot read.
    """
    program = shutil.which("esbuild")
    if program is None:
        logger.warning("esbuild is not installed: pages load every style sheet and module by itself")
        return
    yield _write(program, root, _STYLE, (f'@import "./{name}";' for name in STYLES), _STYLE_FLAGS)
    for kind, modules in SCRIPTS.items():
        yield _write(program, root, _script(kind), (f'import "./{name}";' for name in modules), _SCRIPT_FLAGS)


def _script(kind: str) -> str:
    return f"{_DIRECTORY}/{kind}.js"


def _write(program: str, root: Path, name: str, imports: Iterable[str], flags: Sequence[str]) -> str:
    command = [program, *_FLAGS, *flags, f"--outfile={name}"]
    subprocess.run(command, cwd=root, input="\n".join(imports), text=True, check=True, timeout=_TIMEOUT)  # noqa: S603
    return name
