"""axe-core in a page: what keeps people from using it, found by rules. `deploy/setup test` installs it."""

import functools
from typing import Any, Final

from playwright.sync_api import Page

from .processes import REPOSITORY

AXE: Final = REPOSITORY / "tests/js/node_modules/axe-core/axe.min.js"
COUNTS: Final = {"serious", "critical"}
_RUN: Final = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], elementRef: false });
    return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html, target, any }) =>
        ({ html: html.slice(0, 200), target: target.flat().join(" "), why: any[0]?.message ?? "" })) }));
}"""


def hindrances(page: Page) -> list[str]:
    """Serious and critical violations on the page as it stands, one line for each element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [
        f"{violation['id']} ({violation['impact']}) at {node['target']}: {node['why']} {node['html']}"
        for violation in found
        if violation["impact"] in COUNTS
        for node in violation["nodes"]
    ]


@functools.cache
def _source() -> str:
    """Evaluated, not added as a script: the pages' own policy forbids that, and stays as it is."""
    return AXE.read_text()
