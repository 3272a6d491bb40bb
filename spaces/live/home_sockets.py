"""The home pages that this process serves: their bubbles, the dots on them, and notices of news.

It belongs to the hub and is called on its event loop. Frequent events are gathered and sent at the hub's tick.
"""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from django.db import Error as DatabaseError

from spaces import events, selectors
from spaces.events import Envelope, Signal, wire
from spaces.live.home_updates import HomeUpdates
from spaces.live.sockets import Socket, broadcast
from spaces_project.common.threads import in_thread

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class HomeMember:
    """One home page that is connected to this process."""

    socket: Socket
    shown: set[str] = field(default_factory=set)
    """Ids of the Spaces whose bubbles this page shows."""


class HomeSockets:
    """The home pages of one process. `spawn` runs work that must not delay the caller."""

    def __init__(self, spawn: Callable[[Awaitable[None]], None]) -> None:
        self._spawn = spawn
        self._homes: defaultdict[int, set[HomeMember]] = defaultdict(set)
        self._dots: dict[str, bool] = {}
        self._talking: set[str] = set()
        """Ids of Spaces in which a person is talking, as far as this process knows."""
        self._news = HomeUpdates()

    def add(self, home: HomeMember) -> None:
        """Send this page bubbles and news from now on."""
        self._homes[home.socket.user_id].add(home)

    def drop(self, home: HomeMember) -> None:
        """Stop sending to this page."""
        homes = self._homes[home.socket.user_id]
        homes.discard(home)
        if not homes:
            del self._homes[home.socket.user_id]

    async def greet(self, home: HomeMember) -> None:
        """Send the page every bubble of its reader."""
        bubbles = await in_thread(selectors.bubbles_for_id, home.socket.user_id)
        home.shown = {bubble.id for bubble in bubbles}
        home.socket.write(events.frame(events.Bubbles(bubbles=bubbles, now=wire.clock())))
        for public_id in home.shown & self._talking:
            home.socket.write(events.frame(events.BubbleTalking(id=public_id, talking=True)))

    def take(self, envelope: Envelope) -> None:
        """Handle an envelope that was sent to every process."""
        if envelope.signal == Signal.BUBBLE:
            self._spawn(self._show_bubble(envelope.data))
        elif envelope.signal in (Signal.TALKING, Signal.SILENT):
            self._dots[envelope.data] = envelope.signal == Signal.TALKING
        elif envelope.signal == Signal.HOME:
            self._news.take(envelope)

    def start_over(self) -> None:
        """Send every page all of its bubbles again, because events were missed."""
        for home in self._all():
            self._spawn(self._greet_again(home))

    async def tick(self) -> None:
        """Send what was gathered. Called once a second. Raise what the database raises."""
        await self._move_dots()
        await self._tell_news()

    def _all(self) -> list[HomeMember]:
        return [home for homes in self._homes.values() for home in homes]

    async def _greet_again(self, home: HomeMember) -> None:
        try:
            await self.greet(home)
        except DatabaseError as error:
            logger.warning("bubbles not refreshed: %s", error)

    async def _show_bubble(self, public_id: str) -> None:
        try:
            bubbles = await in_thread(selectors.bubble_audience, public_id, set(self._homes))
        except DatabaseError as error:
            return logger.warning("bubble of %s not shown: %s", public_id, error)
        gone = events.frame(events.BubbleGone(id=public_id))
        for home in self._all():
            if bubble := bubbles.get(home.socket.user_id):
                home.shown.add(public_id)
                home.socket.write(events.frame(events.BubbleShown(bubble=bubble)))
            elif public_id in home.shown:
                home.shown.discard(public_id)
                home.socket.write(gone)
        if public_id in self._talking:
            self._dots.setdefault(public_id, True)
        return None

    async def _move_dots(self) -> None:
        """Send which Spaces talk at this tick. Talk starts and stops many times a minute, so that sending each change
        would be too much."""
        dots, self._dots = self._dots, {}
        for public_id, talking in dots.items():
            (self._talking.add if talking else self._talking.discard)(public_id)
            watching = [home.socket for home in self._all() if public_id in home.shown]
            await broadcast(watching, events.frame(events.BubbleTalking(id=public_id, talking=talking)))

    async def _tell_news(self) -> None:
        for user_id, told in (await self._news.hand_out(set(self._homes))).items():
            for home in self._homes.get(user_id, ()):
                for event in told:
                    home.socket.write(events.frame(event))
