"""What a first visit to a page asks for and receives, and when a phone on a slow network first shows something.

    python -m benchmarks.page_weight [--rounds 5] [--against REVISION]

A web process (uvicorn) serves the demo as the product does: collected static files with hashes and compression, pages
with gzip, a real Redis. Chromium opens each page with an empty cache, on a screen as large as a phone's. *requests*
counts documents, files, sockets and what the service worker fetches; *KB* is what arrived, headers and compressed
bodies. *first paint* is the median first contentful paint with slow 4G and a CPU four times slower, as Lighthouse has
them.

With --against, the same is measured in the same run with the code of an earlier revision, page by page in turns.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, StorageState

from benchmarks._support.revisions import checkout
from benchmarks._support.table import markdown, versions
from tests.support.browser import Browsers
from tests.support.environment import isolate
from tests.support.ports import free_port, listens
from tests.support.processes import PYTHON, REPOSITORY, Child
from tests.support.redis import running_redis
from tests.support.visits import Visit, first_visit, logged_in

STARTS_WITHIN: Final = 60.0
PAGES: Final = (("log-in", "/accounts/login/"), ("front", "/"), ("home", "/"), ("Space", "SPACE"), ("profile", "/ada"))
VISITORS: Final = ("log-in", "front")
GOALS: Final = {"log-in": (12, 80.0), "home": (25, 200.0)}
"""Requests and KB of a first visit."""
PAINT_GOAL: Final = 0.8
HEAD: Final = ("page", "requests", "KB", "first paint ms")

_LIVE_SPACE = """
from django.utils import timezone
from accounts.models import User
from spaces.models import Space
ada = User.objects.get(username="ada")
space = Space.objects.create(creator=ada, title="Page weight", state="live", started_at=timezone.now())
space.participants.create(user=ada, role="host")
print(space.get_absolute_url())
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running web process of one revision."""

    name: str
    url: str
    space: str
    state: StorageState


Visits = dict[tuple[str, str], list[Visit]]


def main() -> None:
    options = _options()
    isolate()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(Browsers(directory)).bare()
        sites = [stack.enter_context(_site("now", REPOSITORY, directory, browser))]
        if options.against:
            tree = stack.enter_context(checkout(options.against))
            sites.append(stack.enter_context(_site(options.against, tree, directory, browser)))
        visits = _visit_all(browser, sites, options.rounds)
    _report(visits, [site.name for site in sites])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", help="a revision of git, with which the same is measured")
    return parser.parse_args()


@contextmanager
def _site(name: str, tree: Path, directory: Path, browser: Browser) -> Iterator[Site]:
    """Serve the code of `tree` with a database and static files of its own."""
    var = directory / name.replace("/", "-")
    var.mkdir()
    with running_redis(var) as redis:
        port = free_port()
        environment = {"SPACES_VAR": str(var), "PORT": str(port), "REDIS_PORT": str(redis.port), "WEB_PROCESSES": "1"}
        for command in (["migrate", "--verbosity=0"], ["seed_demo"], ["collectstatic", "--no-input", "--verbosity=0"]):
            _manage(tree, environment, *command)
        space = _manage(tree, environment, "shell", "--command", _LIVE_SPACE).strip().splitlines()[-1]
        web = Child([str(tree / "deploy/web"), "uvicorn"], log=var / "web.log", env=environment)
        try:
            web.wait_until(lambda: listens(port), seconds=STARTS_WITHIN)
            url = f"http://127.0.0.1:{port}"
            yield Site(name, url, space, logged_in(browser, url, "grace"))
        finally:
            web.stop()


def _manage(tree: Path, environment: Mapping[str, str], *arguments: str) -> str:
    command = [PYTHON, "manage.py", *arguments]
    done = subprocess.run(command, cwd=tree, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"manage.py {arguments[0]} in {tree}:\n{done.stderr}")
    return done.stdout


def _visit_all(browser: Browser, sites: Sequence[Site], rounds: int) -> Visits:
    """Visit every page of every site. The first visit to each counts requests, on a fast network."""
    visits: Visits = {}
    for round_number in range(rounds + 1):
        for page, path in PAGES:
            for site in sites:
                visits.setdefault((page, site.name), []).append(_visit(browser, site, page, path, round_number > 0))
    return visits


def _visit(browser: Browser, site: Site, page: str, path: str, slow: bool) -> Visit:
    address = site.space if path == "SPACE" else path
    state = None if page in VISITORS else site.state
    return first_visit(browser, site.url, address, state=state, slow=slow)


def _report(visits: Visits, names: Sequence[str]) -> None:
    for name in names:
        print(f"\n**{name}**\n")
        print(markdown(HEAD, [_row(page, visits[page, name]) for page, _ in PAGES]))
    print()
    for page, (most, kilobytes) in GOALS.items():
        plain = visits[page, names[0]][0]
        reached = plain.requests <= most and plain.bytes / 1_000 <= kilobytes
        print(f"{page}: goal ≤ {most} requests and ≤ {kilobytes:g} KB: {'reached' if reached else 'MISSED'}")
    for earlier in names[1:]:
        print(f"\n**first paint now ÷ {earlier}** (goal ≤ {PAINT_GOAL})\n")
        ratios = [(page, _paint(visits[page, names[0]]) / _paint(visits[page, earlier])) for page, _ in PAGES]
        print(markdown(("page", "ratio", ""), [_verdict(page, ratio) for page, ratio in ratios]))
    print(f"\n{versions('django', 'whitenoise', 'uvicorn', 'playwright')}")


def _row(page: str, visits: Sequence[Visit]) -> list[str]:
    plain = visits[0]
    return [page, str(plain.requests), f"{plain.bytes / 1_000:.1f}", f"{_paint(visits):.0f}"]


def _paint(visits: Sequence[Visit]) -> float:
    return statistics.median(visit.first_paint for visit in visits[1:])


def _verdict(page: str, ratio: float) -> list[str]:
    return [page, f"{ratio:.2f}", "reached" if ratio <= PAINT_GOAL else "MISSED"]


if __name__ == "__main__":
    main()
