"""Pass each report of the gateway to the connection it is about.

This runs on the gateway pool's relay thread, so it may use the database and Redis.
"""

import threading
from typing import Protocol

from spaces.audio import talking
from spaces.audio.follow import follow
from spaces.audio.gateways import pool
from spaces.gateway.audiobridge import talking_changed
from spaces.gateway.messages import Detached, HangUp, MediaState, PluginEvent, WebrtcUp
from spaces.gateway.notices import Notice, NoticesLost, Reconnected
from spaces.models import Space
from spaces.models.tokens import is_listener
from spaces.states import SpaceState
from spaces_project.common.threads import with_database


class Party(Protocol):
    """The owner of audio handles, as the switchboard calls it. The calls come on another thread."""

    public_id: str
    user_id: int

    def went_up(self, opaque_id: str) -> None: ...

    def went_down(self, opaque_id: str) -> None: ...


class Switchboard:
    """The table of this process's audio handles, and the one listener of its gateway pool."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parties: dict[str, Party] = {}
        self._gateways: dict[str, str] = {}
        """The name of the gateway that has each handle."""
        self._cut_off: set[str] = set()
        """The opaque ids of participants who were talking when their packets stopped."""
        self._doubted: set[str] = set()
        """Those of `_cut_off` whose page is gone, while the gateway has not reported yet whether their audio stopped
        too."""
        self._put_out: set[str] = set()
        """The opaque ids that were kicked from the mixer. The process that kicked them has reported them silent, and
        the user may be talking by a newer connection. So packets of these ids must not change the display."""
        self._listens = False

    def start(self) -> None:
        """Connect to the gateways and listen to them from now on."""
        with self._lock:
            if not self._listens:
                pool().subscribe(lambda notice: with_database(self.hear, notice))
                self._listens = True
        pool().start()

    def register(self, opaque_id: str, party: Party, *, gateway: str) -> None:
        """Send reports about this handle, which is on `gateway`, to `party`."""
        with self._lock:
            self._parties[opaque_id] = party
            self._gateways[opaque_id] = gateway

    def forget(self, opaque_id: str) -> None:
        """Drop all that is known of this handle."""
        with self._lock:
            self._parties.pop(opaque_id, None)
            self._gateways.pop(opaque_id, None)
            self._cut_off.discard(opaque_id)
            self._doubted.discard(opaque_id)
            self._put_out.discard(opaque_id)

    def doubt(self, opaque_id: str) -> None:
        """Show a voice as silent because its page is gone, as after a crash. The gateway takes up to three seconds to
        miss the packets. May use Redis."""
        self._media(opaque_id, receiving=False)
        if opaque_id in self._cut_off:
            self._doubted.add(opaque_id)

    def trust_again(self, opaque_id: str) -> None:
        """Show a doubted voice as talking again. The gateway had time to miss it and did not: its page only changed its
        network."""
        if opaque_id in self._doubted:
            self._doubted.discard(opaque_id)
            self._media(opaque_id, receiving=True)

    def hear(self, notice: Notice) -> None:
        """Handle one report of the gateway."""
        match notice.subject:
            case Reconnected(session_kept=kept):
                self._gateway_is_back(notice.gateway, kept=kept)
            case NoticesLost():
                _follow_all(notice.gateway)
            case WebrtcUp():
                self._tell(notice.opaque_id, up=True)
            case HangUp() | Detached():
                self._tell(notice.opaque_id, up=False)
            case PluginEvent(data=data) if _puts_out(notice.opaque_id, data):
                self._put_out.add(notice.opaque_id or "")
                self._tell(notice.opaque_id, up=False)
            case MediaState(kind="audio", receiving=receiving):
                self._media(notice.opaque_id, receiving=receiving)
            case _:
                self._talking(notice)

    def _gateway_is_back(self, gateway: str, *, kept: bool) -> None:
        """Check every live Space of the gateway, because its room may be gone. If the session was lost, its handles are
        gone too, and every connection to it must be made anew."""
        _follow_all(gateway)
        if kept:
            return
        with self._lock:
            lost = [pair for pair in self._parties.items() if self._gateways[pair[0]] == gateway]
        for opaque_id, party in lost:
            party.went_down(opaque_id)

    def _tell(self, opaque_id: str | None, *, up: bool) -> None:
        party = self._party(opaque_id)
        if party is None or opaque_id is None:
            return
        if not up:
            self._media(opaque_id, receiving=False)
        (party.went_up if up else party.went_down)(opaque_id)

    def _media(self, opaque_id: str | None, *, receiving: bool) -> None:
        """Note that the packets of a voice stopped, or came again. The mixer judges talk only when a packet comes. A
        participant who vanishes in mid-word would be shown talking for ever, and the mixer does not report one who is
        back after a moment, because in its eyes the talking never stopped."""
        party = self._party(opaque_id)
        if party is None or opaque_id is None or is_listener(opaque_id) or opaque_id in self._put_out:
            return
        self._doubted.discard(opaque_id)
        if not receiving:
            if talking.heard(party.public_id, party.user_id, talking=False):
                self._cut_off.add(opaque_id)
        elif opaque_id in self._cut_off:
            self._cut_off.discard(opaque_id)
            talking.heard(party.public_id, party.user_id, talking=True)

    def _talking(self, notice: Notice) -> None:
        change = talking_changed(notice)
        party = self._party(change.participant) if change else None
        if change and party:
            self._cut_off.discard(change.participant)
            talking.heard(party.public_id, party.user_id, talking=change.talking)

    def _party(self, opaque_id: str | None) -> Party | None:
        with self._lock:
            return self._parties.get(opaque_id or "")


def _follow_all(gateway: str) -> None:
    for space_id in Space.objects.filter(state=SpaceState.LIVE, gateway=gateway).values_list("pk", flat=True):
        follow(space_id)


def _puts_out(mixer_id: str | None, data: dict[str, object]) -> bool:
    """Return True if the mixer reports that this handle is in no room any more: kicked, or the room destroyed. The
    mixer reports a kick to every participant of the room, so the id must be compared."""
    if "kicked" in data:
        return data["kicked"] == mixer_id
    return data.get("audiobridge") == "destroyed"


switchboard = Switchboard()
