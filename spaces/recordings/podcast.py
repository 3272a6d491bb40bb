"""The podcast feed of one person's public replays, written for Apple's rules and for Podcasting 2.0. Pure.

The rules are at https://podcasters.apple.com/support/823-podcast-requirements and https://podcastindex.org/namespace/1.0.
No library writes the second namespace, so Django's writer of RSS is extended.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.sax.xmlreader import AttributesImpl

from django.utils import feedgenerator
from django.utils.xmlutils import SimplerXMLGenerator

MEDIA_TYPES: Final = {"mp3": "audio/mpeg", "m4a": "audio/x-m4a"}
"""The only kinds of sound that Apple accepts. It decides by the ending of the URL."""
_NAMESPACES: Final = {
    "xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "xmlns:podcast": "https://podcastindex.org/namespace/1.0",
}
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no way to write. A title with one of them would make the whole feed unreadable."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person who speaks: the host of the podcast or a guest."""

    name: str
    url: str
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """A file to be played. Apple takes the size for granted, so `size` is the exact number of bytes."""

    url: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """Captions of an episode in one format."""

    url: str
    content_type: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """One replay. `guid` never changes. Changed sound needs a new URL, because apps keep what they have downloaded."""

    guid: str
    title: str
    description: str
    url: str
    published_at: datetime
    length_ms: int
    sound: Sound
    people: Sequence[Person] = ()
    transcripts: Sequence[Transcript] = ()
    chapters_url: str = ""
    hls_url: str = ""
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """The Space that is on, or about to be."""

    guid: str
    title: str
    url: str
    status: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Show:
    """The podcast itself. `changed_at` is the last change of the show or of an episode, and not the time of writing."""

    guid: str
    title: str
    description: str
    url: str
    feed_url: str
    image_url: str
    language: str
    category: str
    host: Person
    changed_at: datetime
    explicit: bool = False
    live: Live | None = None


def write(show: Show, episodes: Sequence[Episode]) -> str:
    """Return the feed as XML. The same input gives the same text, so that a checksum of it can be an ETag."""
    feed = _Feed(
        title=_text(show.title),
        link=show.url,
        description=_text(show.description),
        language=show.language,
        feed_url=show.feed_url,
        show=show,
    )
    for episode in episodes:
        feed.add_item(
            title=_text(episode.title),
            link=episode.url,
            description=_text(episode.description),
            unique_id=episode.guid,
            unique_id_is_permalink=False,
            pubdate=episode.published_at,
            enclosures=[_enclosure(episode.sound)],
            episode=episode,
        )
    return feed.writeString("utf-8")


class _Feed(feedgenerator.Rss201rev2Feed):
    """RSS with the elements of both namespaces."""

    def latest_post_date(self) -> datetime:
        show: Show = self.feed["show"]
        return show.changed_at

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), **_NAMESPACES}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        show: Show = self.feed["show"]
        _element(handler, "itunes:image", href=show.image_url)
        _element(handler, "itunes:category", text=show.category)
        _element(handler, "itunes:explicit", content=_boolean(show.explicit))
        _element(handler, "itunes:author", content=show.host.name)
        _element(handler, "itunes:type", content="episodic")
        _element(handler, "podcast:guid", content=show.guid)
        _element(handler, "podcast:medium", content="podcast")
        _person(handler, show.host, role="host")
        if show.live:
            _live(handler, show.live, show.host)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        episode: Episode = item["episode"]
        show: Show = self.feed["show"]
        _element(handler, "itunes:duration", content=str(round(episode.length_ms / 1000)))
        _element(handler, "itunes:explicit", content=_boolean(episode.explicit))
        _element(handler, "itunes:episodeType", content="full")
        # The people of an episode replace those of the show: without the host here, players show the guests alone.
        _person(handler, show.host, role="host")
        for guest in episode.people:
            if guest != show.host:
                _person(handler, guest, role="guest")
        _companions(handler, episode)


def _companions(handler: SimplerXMLGenerator, episode: Episode) -> None:
    """Write the other files of an episode: captions, chapters, and the sound in pieces."""
    for transcript in episode.transcripts:
        _element(
            handler,
            "podcast:transcript",
            url=transcript.url,
            type=transcript.content_type,
            language=transcript.language,
        )
    if episode.chapters_url:
        _element(handler, "podcast:chapters", url=episode.chapters_url, type="application/json+chapters")
    if episode.hls_url:
        handler.startElement("podcast:alternateEnclosure", AttributesImpl({"type": "application/x-mpegURL"}))
        _element(handler, "podcast:source", uri=episode.hls_url)
        handler.endElement("podcast:alternateEnclosure")


def _live(handler: SimplerXMLGenerator, live: Live, host: Person) -> None:
    when = {"status": live.status, "start": live.start.isoformat(), "end": live.end.isoformat()}
    handler.startElement("podcast:liveItem", AttributesImpl(when))
    _element(handler, "title", content=live.title)
    _element(handler, "guid", content=live.guid, isPermaLink="false")
    _element(handler, "link", content=live.url)
    _person(handler, host, role="host")
    _element(handler, "podcast:contentLink", content=live.title, href=live.url)
    handler.endElement("podcast:liveItem")


def _person(handler: SimplerXMLGenerator, person: Person, *, role: str) -> None:
    _element(handler, "podcast:person", content=person.name, role=role, href=person.url, img=person.image_url)


def _element(handler: SimplerXMLGenerator, tag: str, *, content: str = "", **attributes: str) -> None:
    """Write an element without its empty attributes: an empty URL is an error to those who read it."""
    handler.addQuickElement(tag, _text(content), {name: _text(value) for name, value in attributes.items() if value})


def _enclosure(sound: Sound) -> feedgenerator.Enclosure:
    return feedgenerator.Enclosure(url=sound.url, length=str(sound.size), mime_type=MEDIA_TYPES[sound.kind])


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _text(text: str) -> str:
    return _UNWRITABLE.sub("", text)
