"""What people do at pages, in the words of the product's buttons."""

from playwright.sync_api import Locator, Page, expect

OPENS_WITHIN_MS = 30_000


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def bubble(page: Page, title: str, *, host: str = "Ada Lovelace") -> Locator:
    return page.get_by_role("link", name=f"Join {title}, hosted by {host}", exact=True)


def start_space(page: Page, title: str) -> str:
    """Start a Space on its page. The host is inside afterwards, with a closed microphone. Return the public id."""
    page.goto("/i/spaces/new")
    page.get_by_role("textbox", name="Name your Space").fill(title)
    with page.expect_response(lambda answer: answer.request.method == "POST") as started:
        press(page, "Start your Space")
    expect(button(page, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    return str(started.value.json()["id"])


def enter(page: Page, title: str) -> None:
    """Tap the bubble on the home page; inside as a listener afterwards."""
    bubble(page, title).click()
    expect(button(page, "Leave")).to_be_visible(timeout=OPENS_WITHIN_MS)


def unmute(page: Page) -> None:
    """Returns when the server has agreed. A failure says what the page told the user, which goes after some seconds."""
    press(page, "Unmute")
    complaint = page.locator(".toast[data-tone=bad]")
    expect(button(page, "Mute").or_(complaint).first).to_be_visible(timeout=OPENS_WITHIN_MS)
    told = complaint.first.inner_text() if complaint.count() else "nothing"
    try:
        expect(button(page, "Mute")).to_be_visible(timeout=OPENS_WITHIN_MS)
    except AssertionError as error:
        error.add_note(f"The page said: {told}")
        raise


def give_microphone(host: Page, listener: Page, name: str) -> None:
    """The listener asks, the host approves `name`; a speaker with a closed microphone afterwards."""
    press(listener, "Request")
    approve(host, name)
    expect(button(listener, "Unmute")).to_be_visible(timeout=OPENS_WITHIN_MS)


def leave(page: Page) -> None:
    press(page, "Leave")
    expect(button(page, "Leave")).to_be_hidden()


def end_space(page: Page) -> None:
    press(page, "End Space")
    press(page, "End for everyone")
    expect(button(page, "Close")).to_be_visible(timeout=OPENS_WITHIN_MS)


def resize(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size({"width": size["width"], "height": size["height"]})


def approve(host: Page, name: str) -> None:
    """Approve a request in the management panel, and close the panel again."""
    press(host, "Manage")
    press(host, f"Approve {name}")
    press(host, "Back to the stage")
