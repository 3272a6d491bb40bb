"""News for home pages, gathered for a moment: a burst of posts becomes one frame and one query."""

from collections import Counter, defaultdict
from collections.abc import Set

from spaces import selectors
from spaces.events import Envelope, News
from spaces_project.common.threads import in_thread


class HomeUpdates:
    """The news that came in since `hand_out` was last called. All methods are called on one event loop."""

    def __init__(self) -> None:
        self._addressed: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._followed: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def take(self, envelope: Envelope) -> None:
        """Count the news of an envelope, for the users it names or for the followers of one user."""
        for user_id in envelope.to or ():
            self._addressed[user_id][envelope.data] += 1
        if envelope.followers_of:
            self._followed[envelope.followers_of][envelope.data] += 1

    async def hand_out(self, readers: Set[int]) -> dict[int, list[News]]:
        """Return what is new for each of the connected `readers`. It takes at most one query, and none if nothing
        came."""
        addressed, self._addressed = self._addressed, defaultdict(Counter)
        followed, self._followed = self._followed, defaultdict(Counter)
        for reader, followees in (await self._followers(followed, readers)).items():
            for followee in followees:
                addressed[reader].update(followed[followee])
        return {
            reader: [News(topic=topic, count=count) for topic, count in sorted(topics.items())]
            for reader, topics in addressed.items()
            if reader in readers
        }

    async def _followers(self, followed: dict[int, Counter[str]], readers: Set[int]) -> dict[int, set[int]]:
        if not followed or not readers:
            return {}
        return await in_thread(selectors.followees_by_reader, set(followed), readers)
