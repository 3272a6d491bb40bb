"""The people connected to a Space by this process."""

from dataclasses import dataclass, field

from spaces import events, wire
from spaces.applause import Applause
from spaces.audio import TARGETS, ConnectionAudio
from spaces.fanout import Socket


class Member:
    """A person's connection to a Space: its socket, if it has one now, and its audio. `user_id` is a presence id, which
    is negative for an anonymous listener."""

    def __init__(self, *, public_id: str, connection: str, user_id: int, socket: Socket) -> None:
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
            previous.write(events.bye(events.CLOSE_REPLACED))
            previous.close(events.CLOSE_REPLACED.code)

    @property
    def has_audio(self) -> bool:
        """Return whether the member has a connection to the gateway."""
        return any(self.audio.holds(target) for target in TARGETS)

    def _tell(self, event: events.Event) -> None:
        if self.socket is not None:
            self.socket.write(events.frame(event))


@dataclass(eq=False)
class Room:
    """The members of one Space in this process."""

    public_id: str
    members: dict[str, Member] = field(default_factory=dict)
    audience: wire.Audience | None = None
    count: int = -1
    dirty: bool = False
    applause: Applause = field(default_factory=Applause)

    def sockets(self) -> list[Socket]:
        """Return the open sockets of the members."""
        return [member.socket for member in self.members.values() if member.socket]

    def sockets_of(self, *, nameless: bool) -> list[Socket]:
        """Return the sockets of anonymous listeners, or those of all others."""
        found = (member for member in self.members.values() if (member.user_id < 0) == nameless)
        return [member.socket for member in found if member.socket]
