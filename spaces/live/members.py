"""The people connected to a Space by this process."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from spaces import events
from spaces.audio import TARGETS, ConnectionAudio
from spaces.events import wire
from spaces.live.reaction_batch import ReactionBatch
from spaces.live.sockets import Socket


class Member:
    """A person's connection to a Space: its socket, if it has one now, and its audio. `user_id` is a presence id, which
    is negative for an anonymous listener."""

    session_key = ""
    """The name of the token by which a member without a socket came."""

    def __init__(self, *, public_id: str, connection: str, user_id: int, socket: Socket | None) -> None:
        self.public_id = public_id
        self.connection = connection
        self.user_id = user_id
        self.socket: Socket | None = socket
        self.parked_at = 0.0
        self.audio = ConnectionAudio(public_id, user_id, connection, on_event=self._tell)

    def attach(self, socket: Socket) -> None:
        """Use this socket from now on. An older socket that is still open is told that it was replaced, and closed."""
        previous, self.socket = self.socket, socket
        if previous is not None and previous is not socket:
            previous.end_for(events.CLOSE_REPLACED)

    @property
    def has_audio(self) -> bool:
        """Return whether the member has a connection to the gateway."""
        return any(self.audio.holds(target) for target in TARGETS)

    def _tell(self, event: events.Event) -> None:
        if self.socket is not None:
            self.socket.write(events.frame(event))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a Space for many people at once: when, after how many changes, and the answer."""

    at: float
    heard: int
    found: "asyncio.Future[Any]"


CONNECTED_WITHIN_SECONDS = 20.0
"""How long broadcasting software may take from its offer to the first packet."""


class Broadcast(Member):
    """The stream of broadcasting software: audio without a socket. `session_key` is empty for a key of its own.
    `on_lost` is called once, when the gateway has lost the stream or taken it out."""

    def __init__(
        self, *, public_id: str, connection: str, user_id: int, session_key: str, on_lost: "Callable[[Broadcast], None]"
    ) -> None:
        super().__init__(public_id=public_id, connection=connection, user_id=user_id, socket=None)
        self.session_key = session_key
        self.is_up = False
        self._on_lost = on_lost
        self._asked_at = time.monotonic()

    def is_overdue(self, now: float) -> bool:
        """Return whether the stream should be up by now, and is not."""
        return not self.is_up and now - self._asked_at > CONNECTED_WITHIN_SECONDS

    def _tell(self, event: events.Event) -> None:
        if isinstance(event, events.AudioReady):
            self.is_up = True
        elif isinstance(event, events.AudioLost):
            self._on_lost(self)


@dataclass(eq=False)
class LocalSpace:
    """The members of one Space in this process."""

    public_id: str
    members: dict[str, Member] = field(default_factory=dict)
    audience: wire.Audience | None = None
    count: int = -1
    dirty: bool = False
    gateway: str = ""
    """The gateway that the Space was last seen on."""
    applause: ReactionBatch = field(default_factory=ReactionBatch)
    heard: int = 0
    """How many changes this process has heard of. Reactions and counts are none."""
    reading: "Reading | None" = None

    def broadcasts(self) -> "list[Broadcast]":
        """Return the streams of broadcasting software."""
        return [member for member in self.members.values() if isinstance(member, Broadcast)]

    def sockets(self) -> list[Socket]:
        """Return the open sockets of the members."""
        return [member.socket for member in self.members.values() if member.socket]

    def sockets_of(self, *, nameless: bool) -> list[Socket]:
        """Return the sockets of anonymous listeners, or those of all others."""
        found = (member for member in self.members.values() if (member.user_id < 0) == nameless)
        return [member.socket for member in found if member.socket]
