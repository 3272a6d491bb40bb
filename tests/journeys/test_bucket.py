"""A replay and a face that lie in a bucket, in a real browser: it follows the redirect, within the content policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, expect

from tests.support.browser import Browsers
from tests.support.bucket import KEYS, Bucket, running_server
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240, func_only=True)]

KEEP_AUDIO = "window.Audio = class extends Audio { constructor(...of) { super(...of); window.lastAudio = this; } }"
_MAKE = """
import io, os, time
from pathlib import Path
from PIL import Image
from django.conf import settings
from accounts.models import User
from accounts.services import set_avatar
from spaces.doors.tasks import move_finished_files
from tests.support.replays import two_voices
photo = io.BytesIO()
Image.new("RGB", (400, 400), "red").save(photo, "PNG")
photo.seek(0)
set_avatar(user=User.objects.get(username="ada"), image=photo)
made = two_voices(title="Two voices")
for root in (settings.MEDIA_ROOT, settings.RECORDINGS_DIR):
    for path in Path(root).rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)
move_finished_files()
print(made)
"""


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with running_server(tmp_path_factory.mktemp("moto")) as address:
        yield Bucket(address)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, bucket: Bucket) -> Iterator[Stack]:
    """Start the product with a bucket, in the place of the one that the other journeys share."""
    environment = {
        "S3_BUCKET": bucket.name,
        "S3_ENDPOINT": bucket.endpoint,
        "S3_ACCESS_KEY": KEYS["access_key"],
        "S3_SECRET_KEY": KEYS["secret_key"],
    }
    with Stack(tmp_path_factory.mktemp("bucket"), environment=environment) as stack:
        yield stack


def test_a_browser_plays_and_shows_what_is_in_the_bucket(stack: Stack, bucket: Bucket, browsers: Browsers) -> None:
    address = "/i/spaces/" + stack.manage("shell", "--command", _MAKE).split()[-1]
    assert {name.rpartition(".")[2] for name in bucket.names()} == {"m4a", "webp"}
    page = browsers.open(stack.url, "alan")
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", heard)
    page.add_init_script(KEEP_AUDIO)
    page.goto(f"{stack.url}{address}?t=12")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("() => lastAudio.currentTime > 13 && !lastAudio.paused")
    page.evaluate("() => { lastAudio.currentTime = 45 }")
    page.wait_for_function("() => lastAudio.currentTime > 46 && !lastAudio.seeking")
    face = page.locator('img[src^="/media/"]').first
    expect(face).to_be_visible()
    assert face.evaluate("image => image.complete && image.naturalWidth") == 400
    assert complaints == []
