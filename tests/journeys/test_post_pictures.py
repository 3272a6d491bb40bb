"""Pictures of posts: chosen with one button or without script, described, posted, and opened in a tab of their own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.axe import hindrances
from tests.support.browser import PHONE, screenshot
from tests.support.people import button, end_space, enter, press, resize, start_space
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300, func_only=True)]

WIDE = {"width": 1440, "height": 900}
SIZES = {"phone": PHONE, "wide": WIDE}
TITLE = "Show and tell"
MISSING = "Without a description, people who do not see the picture do not know what it shows."
_SENT = "input => input.files[0]?.size ?? 0"


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four photos of different shapes. The first is larger than the page of a post needs, and than 1 MB."""
    directory = tmp_path_factory.mktemp("photos")
    paths = [directory / f"{name}.jpg" for name in ("large", "tall", "square", "wide")]
    Image.effect_noise((3000, 2000), 80).convert("RGB").save(paths[0], quality=90)
    for path, size, colour in zip(
        paths[1:], ((600, 900), (500, 500), (900, 300)), ("teal", "purple", "orange"), strict=True
    ):
        Image.new("RGB", size, colour).save(path)
    return paths


@pytest.fixture(autouse=True)
def _phone_again(ada: Page) -> Iterator[None]:
    yield
    resize(ada, PHONE)
    ada.goto("/")


def choose(page: Page, composer: Locator, photos: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        composer.get_by_role("button", name="Add pictures").click()
    chooser.value.set_files(photos)


def described(composer: Locator, number: int) -> Locator:
    return composer.get_by_role("group", name=f"Picture {number}").get_by_role("textbox", name="Describe the picture")


@pytest.mark.parametrize("size", SIZES)
def test_pictures_are_chosen_described_posted_and_opened(ada: Page, grace: Page, photos: list[Path], size: str) -> None:
    resize(ada, SIZES[size])
    press(ada, "Compose")
    composer = ada.get_by_role("dialog", name="New post")
    expect(composer.get_by_role("group", name="Picture 1")).to_be_hidden()
    choose(ada, composer, photos[:3])
    expect(described(composer, 1)).to_be_focused()
    assert 0 < composer.locator("[name=picture_1]").evaluate(_SENT) < photos[0].stat().st_size
    expect(composer.get_by_text(MISSING).filter(visible=True)).to_have_count(3)
    described(composer, 1).fill("Noise")
    described(composer, 2).fill("A tall teal wall")
    expect(composer.get_by_text(MISSING).filter(visible=True)).to_have_count(1)
    composer.get_by_role("button", name="Remove picture 1").click()
    expect(described(composer, 1)).to_have_value("A tall teal wall")
    choose(ada, composer, photos[:1])
    described(composer, 3).fill("Noise")
    assert hindrances(ada) == []
    screenshot(ada, f"composer-pictures-{size}")
    composer.get_by_role("button", name="Post", exact=True).click()
    expect(composer).to_be_hidden()

    post = ada.get_by_role("article", name="Ada Lovelace: Picture").first
    expect(post.get_by_role("img")).to_have_count(3)
    noise = post.get_by_role("img", name="Noise")
    noise.scroll_into_view_if_needed()
    for name, value in {"complete": True, "naturalWidth": 2048, "naturalHeight": 1365}.items():
        expect(noise).to_have_js_property(name, value)
    assert hindrances(ada) == []
    screenshot(ada, f"post-pictures-{size}")
    with ada.context.expect_page() as opened:
        noise.click()
    assert re.search(r"/i/posts/\d+/pictures/\d+$", opened.value.url)
    opened.value.close()

    grace.goto("/ada")
    seen = grace.get_by_role("article", name="Ada Lovelace: Picture").first
    expect(seen.get_by_role("img", name="A tall teal wall")).to_be_visible()


def test_a_fifth_picture_is_not_taken(ada: Page, photos: list[Path]) -> None:
    press(ada, "Compose")
    composer = ada.get_by_role("dialog", name="New post")
    choose(ada, composer, [*photos, photos[1]])
    expect(composer.get_by_text("A post has at most 4 pictures.")).to_be_visible()
    expect(composer.get_by_role("group", name=re.compile("Picture"))).to_have_count(4)


def test_what_is_no_picture_is_refused_beside_the_form(ada: Page) -> None:
    press(ada, "Compose")
    composer = ada.get_by_role("dialog", name="New post")
    text = FilePayload(name="notes.png", mimeType="image/png", buffer=b"no picture")
    with ada.expect_file_chooser() as chooser:
        composer.get_by_role("button", name="Add pictures").click()
    chooser.value.set_files([text])
    composer.get_by_role("button", name="Post", exact=True).click()
    expect(composer.get_by_text("Use a JPEG")).to_be_visible()
    expect(composer).to_be_visible()


def test_without_script_there_are_four_fields(ada: Page, stack: Stack, photos: list[Path]) -> None:
    assert ada.context.browser
    context = ada.context.browser.new_context(
        java_script_enabled=False, storage_state=ada.context.storage_state(), base_url=stack.url
    )
    page = context.new_page()
    page.goto("/compose")
    form = page.locator("main form")
    form.get_by_text("Pictures", exact=True).click()
    form.get_by_label("Picture 2", exact=True).and_(form.locator("input")).set_input_files(photos[2])
    described(form, 2).fill("A purple square")
    screenshot(page, "composer-pictures-without-script")
    form.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("img", name="A purple square")).to_be_visible()
    context.close()


def test_a_pinned_post_shows_its_first_picture(ada: Page, grace: Page, photos: list[Path]) -> None:
    ada.goto("/compose")
    form = ada.locator("main form")
    choose(ada, form, photos[2:])
    described(form, 1).fill("A purple square")
    form.get_by_role("button", name="Post", exact=True).click()
    expect(ada.get_by_role("img", name="A purple square")).to_be_visible()
    ada.goto("/")
    start_space(ada, TITLE)
    grace.goto("/")
    enter(grace, TITLE)
    press(ada, "Share")
    press(ada, "Pin a post")
    press(ada, "Pin 2 pictures")
    pin = grace.get_by_role("list", name="Pinned posts").get_by_role("link")
    expect(pin).to_have_text(re.compile("2 pictures"))
    expect(pin.get_by_role("img", name="A purple square")).to_be_visible()
    screenshot(grace, "pinned-picture")
    expect(button(grace, "Unpin the post of Ada Lovelace")).to_be_hidden()
    end_space(ada)
