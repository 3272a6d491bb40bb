#!/usr/bin/env bash
# While a show is live, feedparser reads the link, description, author and id of the live item as those of the show.
#
# Versions:  feedparser 6.0.14.
# Behaviour: A feed says with podcast:liveItem (podcastindex.org) that something is live now. Like an episode, the
#            element has a title, link, description, guid and enclosure. feedparser does not know the element and takes
#            what is in it as if it stood in the channel: the link of the live item becomes the link of the show, and
#            so do description, id and author. The enclosure becomes a link of the show. The title of the show stays,
#            so the result looks right, and `bozo` is 0. A program that stores the home page of a show stores the
#            address of tonight's event. If the live item stands before the channel's own elements, link and
#            description are right, id and author are not.
# Guess:     The show is read as without the live item: what is inside an unknown element is left out.
# Seen:      link, description, id and author: not live "https://example.org/", "Talks", none, none; live
#            "https://example.org/live", "We talk live.", "live-1", "live@example.org"; live item first
#            "https://example.org/", "Talks", "live-1", "live@example.org". The title is "Evenings" each time.
# Date:      2026-11-29
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet feedparser==6.0.14

venv/bin/python - <<'PYTHON'
import sys

import feedparser

LIVE = """
    <podcast:liveItem status="live" start="2026-11-29T20:00:00Z" end="2026-11-29T21:00:00Z">
      <title>Live tonight</title>
      <link>https://example.org/live</link>
      <description>We talk live.</description>
      <guid isPermaLink="false">live-1</guid>
      <author>live@example.org</author>
      <enclosure url="https://example.org/live/index.m3u8" type="application/x-mpegURL" length="312"/>
      <podcast:contentLink href="https://example.org/live">Listen</podcast:contentLink>
    </podcast:liveItem>"""


def read(before="", after=""):
    feed = feedparser.parse(f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">
  <channel>{before}
    <title>Evenings</title>
    <link>https://example.org/</link>
    <description>Talks</description>{after}
    <item>
      <title>The first evening</title>
      <guid isPermaLink="false">evening-1</guid>
      <enclosure url="https://example.org/1.m4a" type="audio/x-m4a" length="1000"/>
    </item>
  </channel>
</rss>""".encode())
    assert not feed.bozo
    assert [episode.id for episode in feed.entries] == ["evening-1"]
    return [feed.feed.get(name) for name in ("title", "link", "subtitle", "id", "author")]


own = ["Evenings", "https://example.org/", "Talks"]
wanted = {
    "not live": (read(), [*own, None, None]),
    "live": (read(after=LIVE), [own[0], "https://example.org/live", "We talk live.", "live-1", "live@example.org"]),
    "live item first": (read(before=LIVE), [*own, "live-1", "live@example.org"]),
}
for kind, (seen, _) in wanted.items():
    print(f"{kind}: title, link, description, id and author of the show: {seen}")
if any(seen != before for seen, before in wanted.values()):
    sys.exit("changed: feedparser reads a show that is live otherwise")
PYTHON
