#!/usr/bin/env bash
# feedparser keeps one of an episode's podcast:person elements, and of that one the role, not the name.
#
# Versions:  feedparser 6.0.14.
# Behaviour: An episode of the podcast namespace (podcastindex.org) names its host and a guest in two podcast:person
#            elements and has its transcript as WebVTT and as SubRip. feedparser gives one dictionary for both people, made
#            of the attributes of the last: the names, which are the text of the elements, are nowhere in the result. Of
#            the two transcripts it gives the last. `bozo` is 0. A test of one's own feed that asks feedparser for its
#            people can only find that there is one.
# Guess:     A list of people, or at least the text of the last element under `podcast_person`.
# Seen:      podcast_person {'role': 'guest'}, podcast_transcript the one of SubRip, "Ada Lovelace" and "Alan Turing" not
#            in the result, bozo 0.
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet feedparser==6.0.14

cat >feed.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">
  <channel>
    <title>Evenings</title>
    <link>https://example.org/</link>
    <description>Talks</description>
    <item>
      <title>The first evening</title>
      <guid isPermaLink="false">evening-1</guid>
      <podcast:person role="host">Ada Lovelace</podcast:person>
      <podcast:person role="guest">Alan Turing</podcast:person>
      <podcast:transcript url="https://example.org/1.vtt" type="text/vtt"/>
      <podcast:transcript url="https://example.org/1.srt" type="application/x-subrip"/>
    </item>
  </channel>
</rss>
XML

venv/bin/python - <<'PYTHON'
import sys
from pathlib import Path

import feedparser

feed = feedparser.parse(Path("feed.xml").read_bytes())
[episode] = feed.entries
names = [name for name in ("Ada Lovelace", "Alan Turing") if name in str(feed)]
print("podcast_person:", episode.podcast_person)
print("podcast_transcript:", episode.podcast_transcript)
print("names that are in the result:", names, "bozo:", int(feed.bozo))
if names or episode.podcast_person != {"role": "guest"} or episode.podcast_transcript["type"] != "application/x-subrip":
    sys.exit("changed: feedparser knows the people of an episode")
PYTHON
