"""The feed against a table of what Apple and Podcasting 2.0 ask for, read by a parser that is not ours."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest

from spaces.models.podcast import guid_of
from spaces.recordings import podcast
from spaces.recordings.podcast import Episode, Live, Person, Show, Sound, Transcript

NAMES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
}
HOST = Person("Ann <Ö>", "https://spaces.test/ann", "https://spaces.test/media/ann.jpg")
GUEST = Person("Bob & Co", "https://spaces.test/bob")
FEED_URL = "https://spaces.test/feeds/7f3a"
CHANGED = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
SHOW = Show(
    guid=str(guid_of(FEED_URL)),
    title="Ann's <i>Spaces</i> & more",
    description="Replays ]]> of\x0b Ann's Spaces\ud800",
    url=HOST.url,
    feed_url=FEED_URL,
    image_url="https://spaces.test/feeds/7f3a.jpg",
    language="en",
    category="Society & Culture",
    host=HOST,
    changed_at=CHANGED,
    live=Live("live-9", "On & now", "https://spaces.test/i/spaces/9", "live", CHANGED, CHANGED.replace(hour=22)),
)
EPISODE = Episode(
    guid="space-5",
    title="<script>alert(1)</script>",
    description="Tea & talk",
    url="https://spaces.test/i/spaces/5/replay",
    published_at=datetime(2026, 11, 20, 18, 0, tzinfo=UTC),
    length_ms=1_234_567,
    sound=Sound("https://spaces.test/recordings/5.m4a", "m4a", 987_654),
    people=(HOST, GUEST),
    transcripts=(Transcript("https://spaces.test/5.vtt", "text/vtt", "en"),),
    chapters_url="https://spaces.test/5/chapters.json",
    hls_url="https://spaces.test/5/index.m3u8",
)

Element = ElementTree.Element
Says = Callable[[Element], object]


def root(show: Show = SHOW, *episodes: Episode) -> Element:
    return ElementTree.fromstring(podcast.write(show, episodes or (EPISODE,)))


def text(path: str) -> Says:
    return lambda channel: channel.findtext(path, namespaces=NAMES)


def attributes(path: str) -> Says:
    return lambda channel: [dict(one.attrib) for one in channel.findall(path, NAMES)]


def people(path: str) -> Says:
    return lambda channel: [(one.text, one.get("role"), one.get("href")) for one in channel.findall(path, NAMES)]


RULES: list[tuple[str, Says, object]] = [
    ("Apple: title", text("title"), "Ann's <i>Spaces</i> & more"),
    ("Apple: description", text("description"), "Replays ]]> of Ann's Spaces"),
    ("Apple: link", text("link"), HOST.url),
    ("Apple: language", text("language"), "en"),
    ("Apple: artwork", attributes("itunes:image"), [{"href": SHOW.image_url}]),
    ("Apple: category", attributes("itunes:category"), [{"text": "Society & Culture"}]),
    ("Apple: explicit is true or false", text("itunes:explicit"), "false"),
    ("Apple: author", text("itunes:author"), "Ann <Ö>"),
    ("Apple: the feed's own address", attributes("atom:link"), [{"rel": "self", "href": FEED_URL}]),
    ("Apple: episode title", text("item/title"), "<script>alert(1)</script>"),
    ("Apple: episode guid", text("item/guid"), "space-5"),
    ("Apple: a guid that is no address says so", attributes("item/guid"), [{"isPermaLink": "false"}]),
    ("Apple: episode duration in seconds", text("item/itunes:duration"), "1235"),
    ("Apple: episode explicit", text("item/itunes:explicit"), "false"),
    (
        "Apple: enclosure with size in bytes, type and ending",
        attributes("item/enclosure"),
        [{"url": EPISODE.sound.url, "length": "987654", "type": "audio/x-m4a"}],
    ),
    ("2.0: guid", text("podcast:guid"), str(uuid.UUID(SHOW.guid))),
    ("2.0: medium", text("podcast:medium"), "podcast"),
    ("2.0: host of the show", people("podcast:person"), [("Ann <Ö>", "host", HOST.url)]),
    (
        "2.0: people of an episode repeat the host",
        people("item/podcast:person"),
        [("Ann <Ö>", "host", HOST.url), ("Bob & Co", "guest", GUEST.url)],
    ),
    (
        "2.0: transcript",
        attributes("item/podcast:transcript"),
        [{"url": "https://spaces.test/5.vtt", "type": "text/vtt", "language": "en"}],
    ),
    (
        "2.0: chapters",
        attributes("item/podcast:chapters"),
        [{"url": EPISODE.chapters_url, "type": "application/json+chapters"}],
    ),
    ("2.0: sound in pieces", attributes("item/podcast:alternateEnclosure/podcast:source"), [{"uri": EPISODE.hls_url}]),
    (
        "2.0: the Space that is on",
        attributes("podcast:liveItem"),
        [{"status": "live", "start": "2026-11-28T20:00:00+00:00", "end": "2026-11-28T22:00:00+00:00"}],
    ),
    ("2.0: where it is on", attributes("podcast:liveItem/podcast:contentLink"), [{"href": "https://spaces.test/i/spaces/9"}]),
    ("No address is published", attributes("podcast:locked"), []),
]  # fmt: skip


@pytest.mark.parametrize(("says", "wanted"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_the_feed_keeps_the_rules(says: Says, wanted: object) -> None:
    channel = root().find("channel")
    assert channel is not None
    assert says(channel) == wanted


def test_the_date_of_the_feed_is_its_last_change() -> None:
    feed = root()
    assert parsedate_to_datetime(feed.findtext("channel/lastBuildDate") or "") == CHANGED
    assert parsedate_to_datetime(feed.findtext("channel/item/pubDate") or "") == EPISODE.published_at


def test_the_same_replays_give_the_same_bytes() -> None:
    assert podcast.write(SHOW, [EPISODE]) == podcast.write(SHOW, [EPISODE])


def test_an_empty_feed_can_be_read() -> None:
    channel = ElementTree.fromstring(podcast.write(replace(SHOW, live=None), [])).find("channel")
    assert channel is not None
    assert channel.find("item") is None
    assert channel.find("podcast:liveItem", NAMES) is None


def test_what_an_episode_lacks_is_not_written() -> None:
    bare = replace(EPISODE, people=(), transcripts=(), chapters_url="", hls_url="")
    item = root(SHOW, bare).find("channel/item")
    assert item is not None
    unwanted = ("transcript", "chapters", "alternateEnclosure")
    assert [tag for tag in unwanted if item.find(f"podcast:{tag}", NAMES) is not None] == []


@pytest.mark.parametrize("url", ["https://podnews.net/rss", "http://podnews.net/rss/", "podnews.net/rss//"])
def test_the_identity_of_a_feed_is_the_one_of_the_specification(url: str) -> None:
    assert str(guid_of(url)) == "9b024349-ccf0-5f69-a609-6b82873eab3c"


@pytest.mark.parametrize(("kind", "wanted"), [("mp3", "audio/mpeg"), ("m4a", "audio/x-m4a")])
def test_apples_types_are_used(kind: str, wanted: str) -> None:
    episode = replace(EPISODE, sound=Sound(f"https://spaces.test/5.{kind}", kind, 1))
    enclosure = root(SHOW, episode).find("channel/item/enclosure")
    assert enclosure is not None
    assert enclosure.get("type") == wanted
