"""A person who has only the keyboard, and sees where the focus is."""

from playwright.sync_api import Locator, Page, expect

MOST_STEPS = 80
_FOCUS_IS_SEEN = """element => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
}"""


def walk_to(page: Page, target: Locator, *, key: str = "Tab") -> None:
    """Tab until `target` has the focus. Fails when it cannot be reached, or when nothing shows that it has it."""
    expect(target).to_be_visible()
    for _ in range(MOST_STEPS):
        if is_focused(target):
            break
        page.keyboard.press(key)
    expect(target).to_be_focused(timeout=1_000)
    assert target.evaluate(_FOCUS_IS_SEEN), f"{target} has the focus and does not show it"


def choose(page: Page, target: Locator, *, key: str = "Tab") -> None:
    walk_to(page, target, key=key)
    page.keyboard.press("Enter")


def fill(page: Page, target: Locator, text: str) -> None:
    walk_to(page, target)
    page.keyboard.type(text)


def is_focused(target: Locator) -> bool:
    return bool(target.evaluate("element => element === document.activeElement"))
