"""Podcasts as programs read them: two parsers that are not ours, caches, and what a host takes back."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import feedparser
import podcastparser
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import FOREVER, User
from accounts.services import choose_language, set_avatar
from spaces import services
from spaces.models import Export, Podcast, Recording
from spaces.services import podcasts, replays
from spaces.states import ExportState
from tests.factories import SpaceFactory, UserFactory
from tests.recordings.made import made_recording, speak

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

CALENDAR = "Thu, 03 Jan 2019 00:00:00 GMT"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
OLDER_NAME = (
    "https://podcastindex.org/namespace/1.0",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
)


@pytest.fixture
def host() -> User:
    return UserFactory.create(username="ann", display_name="Ann <Ö>", bio="Tea & talk", followers_count=600)


@pytest.fixture
def show(host: User) -> Podcast:
    return podcasts.set_podcast(user=host, is_on=True)


@pytest.fixture
def episode(host: User, show: Podcast) -> Recording:
    """A replay in the podcast, with its files, in which the host and a guest talk."""
    recording = made_recording(host=host, title="<script>Tea</script>", in_podcast=True)
    speak(recording.space, host, 0, 1_000)
    speak(recording.space, UserFactory.create(username="bob", display_name="Bob"), 2_000, 3_000)
    made = {"made_version": 3, "version": 3, "m4a_bytes": 987_654, "mp3_bytes": 9, "duration_ms": 59_600}
    Export.objects.create(recording=recording, state=ExportState.READY, **made)
    return recording


def get(show: Podcast, **headers: str) -> Any:
    return Client().get(show.get_absolute_url(), headers=headers)


def items(show: Podcast) -> list[str]:
    """Return the titles of the episodes."""
    tree = ElementTree.fromstring(get(show).content)
    return [item.findtext("title") or "" for item in tree.iter("item")]


def test_feedparser_reads_every_field(show: Podcast, episode: Recording, settings: Settings) -> None:
    found = feedparser.parse(get(show).content)
    assert not found.bozo
    assert (found.feed.title, found.feed.subtitle) == ("Ann <Ö>\u2019s Spaces", "Tea & talk")
    assert (found.feed.author, found.feed.language) == ("Ann <Ö>", "en")
    assert found.feed.image.href.endswith(".jpg")
    assert found.feed.podcast_guid == str(show.guid)
    assert found.feed.tags[0].term == "Society & Culture"
    [entry] = found.entries
    assert (entry.title, entry.id) == ("<script>Tea</script>", f"space-{episode.space.public_id}")
    assert (entry.itunes_duration, entry.summary) == ("60", "With Ann <Ö>, Bob.")
    [enclosure] = entry.enclosures
    address = f"{settings.PUBLIC_ORIGIN}/i/spaces/{episode.space.public_id}/replay/sound-3.m4a"
    assert dict(enclosure) == {"href": address, "length": "987654", "type": "audio/x-m4a"}
    assert entry.podcast_transcript["url"].endswith("/replay/captions.vtt")
    assert entry.podcast_chapters["url"].endswith("/replay/chapters.json")


def test_podcastparser_reads_every_field(show: Podcast, episode: Recording, settings: Settings) -> None:
    address = f"{settings.PUBLIC_ORIGIN}{show.get_absolute_url()}"
    # podcastparser 0.6 knows the podcast namespace by an older name only.
    text = get(show).content.decode().replace(*OLDER_NAME)
    found: dict[str, Any] = podcastparser.parse(address, BytesIO(text.encode()))
    assert (found["title"], found["description"]) == ("Ann <Ö>\u2019s Spaces", "Tea & talk")
    assert found["cover_url"].endswith(".jpg")
    assert (found["language"], found["explicit"], found["itunes_author"]) == ("en", False, "Ann <Ö>")
    [entry] = found["episodes"]
    assert (entry["title"], entry["guid"]) == ("<script>Tea</script>", f"space-{episode.space.public_id}")
    assert entry["total_time"] == 60
    assert entry["enclosures"][0]["file_size"] == 987_654
    assert entry["enclosures"][0]["mime_type"] == "audio/x-m4a"
    assert entry["chapters_json_url"].endswith("/replay/chapters.json")
    assert entry["transcript_url"].endswith("/replay/captions.vtt")
    people = [(person["name"], person["role"]) for person in entry["persons"]]
    assert people == [("Ann <Ö>", "host"), ("Bob", "guest")]


def test_the_address_and_the_identity_survive_a_new_name(show: Podcast, host: User) -> None:
    User.objects.filter(pk=host.pk).update(username="anna", display_name="Anna")
    again = podcasts.set_podcast(user=host, is_on=True)
    assert (again.token, again.guid) == (show.token, show.guid)
    assert "ann" not in show.get_absolute_url()
    assert "Anna\u2019s Spaces" in get(show).content.decode()


def test_a_replay_is_in_the_feed_only_if_its_host_says_so(show: Podcast, host: User, episode: Recording) -> None:
    assert items(show) == ["<script>Tea</script>"]
    replays.list_recording(public_id=episode.space.public_id, user=host, in_podcast=False)
    assert items(show) == []
    replays.list_recording(public_id=episode.space.public_id, user=host, in_podcast=True)
    assert len(items(show)) == 1


TAKES_BACK: dict[str, Callable[[Recording], object]] = {
    "hidden": lambda one: Recording.objects.update(visible=False),
    "deleted": lambda one: replays.delete_recording(public_id=one.space.public_id, user=one.space.host),
    "locked": lambda one: type(one.space).objects.update(locked=True),
    "not made": lambda one: Export.objects.update(made_version=0, state=ExportState.WAITING),
}


@pytest.mark.parametrize("takes_back", TAKES_BACK.values(), ids=TAKES_BACK)
def test_what_strangers_may_not_hear_is_gone(
    show: Podcast, episode: Recording, takes_back: Callable[[Recording], object]
) -> None:
    takes_back(episode)
    assert items(show) == []


@pytest.mark.parametrize(
    "change",
    [{"suspended_until": FOREVER}, {"is_active": False}, {"protected": True}, None],
    ids=["suspended", "closed", "protected", "off"],
)
def test_the_podcast_of_who_may_not_be_heard_is_gone(show: Podcast, host: User, change: dict[str, Any] | None) -> None:
    picture = reverse("podcast_art", args=[show.token, "0"])
    assert (get(show).status_code, Client().get(picture).status_code) == (200, 200)
    if change is None:
        podcasts.set_podcast(user=host, is_on=False)
    else:
        User.objects.filter(pk=host.pk).update(**change)
    assert (get(show).status_code, Client().get(picture).status_code) == (404, 404)


def test_a_deleted_account_has_no_podcast(show: Podcast, host: User, episode: Recording) -> None:
    host.delete()
    assert get(show).status_code == 404


# --- Caches ---


def test_the_same_feed_has_the_same_strong_tag(show: Podcast, episode: Recording) -> None:
    first, second = get(show), get(show)
    assert first["ETag"] == second["ETag"]
    assert first["ETag"].startswith('"')
    assert first["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "no-cache" in first["Cache-Control"]
    same = get(show, **{"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    head = Client().head(show.get_absolute_url())
    assert (head.status_code, head["ETag"]) == (200, first["ETag"])


def test_dates_say_what_is_new(
    show: Podcast, episode: Recording, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    Podcast.objects.update(changed_at=timezone.now() - timedelta(days=1))
    assert get(show, **{"If-Modified-Since": CALENDAR}).status_code == 200
    assert get(show, **{"If-Modified-Since": "yesterday"}).status_code == 200
    modified = get(show)["Last-Modified"]
    assert get(show, **{"If-Modified-Since": modified}).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        replays.rename_recording(public_id=episode.space.public_id, user=episode.space.host, title="Coffee")
    assert get(show, **{"If-Modified-Since": modified}).status_code == 200


def test_fixed_texts_are_in_the_language_of_the_host(
    show: Podcast, host: User, episode: Recording, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """Whoever fetches the feed, in whatever language: it is one text for all, with one date and one tag."""
    Podcast.objects.update(changed_at=timezone.now() - timedelta(days=1))
    modified = get(show)["Last-Modified"]
    with django_capture_on_commit_callbacks(execute=True):
        choose_language(user=host, language="pt-br")
    assert get(show, **{"If-Modified-Since": modified}).status_code == 200
    for reads in ("en", "de"):
        read = feedparser.parse(get(show, **{"Accept-Language": reads}).content)
        assert (read.feed.title, read.feed.language) == ("Spaces de Ann <Ö>", "pt-BR")
        assert read.entries[0].summary == "Com Ann <Ö>, Bob."


# --- The Space that is on, and the picture ---


def test_the_space_that_is_on_is_a_live_item(show: Podcast, host: User) -> None:
    space = SpaceFactory.create(creator=host, title="On & now")
    tree = ElementTree.fromstring(get(show).content)
    [live] = tree.iter(f"{PODCAST}liveItem")
    assert (live.get("status"), live.findtext("title")) == ("live", "On & now")
    type(space).objects.update(accounts_only=True)
    assert not list(ElementTree.fromstring(get(show).content).iter(f"{PODCAST}liveItem"))


def test_a_live_item_is_no_episode_and_does_not_rename_the_show(
    show: Podcast, host: User, episode: Recording, settings: Settings
) -> None:
    """feedparser 6.0.14 reads the live item's link and id as the show's (findings/feedparser-live-item-is-the-show.sh).
    So the live item has no description and no author: those of the show would be lost, too."""
    SpaceFactory.create(creator=host, title="On & now")
    text = get(show).content
    found = feedparser.parse(text)
    assert "podcast_liveitem" in found.feed
    assert (found.feed.title, found.feed.subtitle) == ("Ann <Ö>\u2019s Spaces", "Tea & talk")
    assert found.feed.author == "Ann <Ö>"
    assert [entry.title for entry in found.entries] == ["<script>Tea</script>"]
    address = f"{settings.PUBLIC_ORIGIN}{show.get_absolute_url()}"
    other: dict[str, Any] = podcastparser.parse(address, BytesIO(text.replace(*(name.encode() for name in OLDER_NAME))))
    assert (other["title"], other["description"]) == ("Ann <Ö>\u2019s Spaces", "Tea & talk")
    assert other["link"] == settings.PUBLIC_ORIGIN + host.get_absolute_url()
    assert [entry["title"] for entry in other["episodes"]] == ["<script>Tea</script>"]


def test_the_next_space_is_a_live_item_too(show: Podcast, host: User) -> None:
    services.schedule_space(user=host, title="Soon", when=timezone.now() + timedelta(hours=1))
    [live] = ElementTree.fromstring(get(show).content).iter(f"{PODCAST}liveItem")
    assert live.get("status") == "pending"


def picture(show: Podcast) -> tuple[str, Image.Image]:
    tree = ElementTree.fromstring(get(show).content)
    [image] = tree.iter("{http://www.itunes.com/dtds/podcast-1.0.dtd}image")
    address = image.get("href") or ""
    answer = Client().get(address[address.index("/podcasts/") :])
    assert answer["Content-Type"] == "image/jpeg"
    return address, Image.open(BytesIO(answer.content))


def test_the_picture_is_what_apple_asks_for_with_and_without_an_avatar(show: Podcast, host: User) -> None:
    address, drawn = picture(show)
    assert (drawn.format, drawn.mode, drawn.size) == ("JPEG", "RGB", (1400, 1400))
    file = BytesIO()
    Image.new("RGB", (500, 400), (10, 200, 10)).save(file, "PNG")
    file.seek(0)
    set_avatar(user=host, image=file)
    later, portrait = picture(show)
    assert later != address
    assert portrait.size == (1400, 1400)
    assert portrait.resize((1, 1)).tobytes()[1] > 150 > portrait.resize((1, 1)).tobytes()[0]


def test_a_host_turns_it_on_and_off_on_the_page(host: User, client: Client) -> None:
    client.force_login(host)
    client.post(reverse("podcast_change"), {"is_on": "on", "is_explicit": "on"})
    show = Podcast.objects.get(user=host)
    assert (show.is_on, show.is_explicit) == (True, True)
    assert show.get_absolute_url() in client.get(reverse("recordings")).content.decode()
    assert "true" in (ElementTree.fromstring(get(show).content).findtext(
        "channel/{http://www.itunes.com/dtds/podcast-1.0.dtd}explicit") or "")  # fmt: skip
    client.post(reverse("podcast_change"), {})
    assert get(show).status_code == 404
