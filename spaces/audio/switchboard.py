"""Passes what the gateway says to the connection it is about.

Runs on the gateway pool's relay thread, so it may use the database and Redis.
"""

import threading
from typing import Protocol

from spaces.audio import talking
from spaces.audio.follow import follow
from spaces.audio.gateways import pool
from spaces.gateway.audiobridge import talking_changed
from spaces.gateway.messages import Detached, HangUp, MediaState, PluginEvent, WebrtcUp
from spaces.gateway.notices import Notice, NoticesLost, Reconnected
from spaces.ids import is_listener
from spaces.models import Space
from spaces.states import SpaceState
from spaces_project.common.threads import with_database


class Party(Protocol):
    """Whoever owns audio handles. The calls come on another thread."""

    public_id: str
    user_id: int

    def went_up(self, opaque_id: str) -> None: ...

    def went_down(self, opaque_id: str) -> None: ...


class Switchboard:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parties: dict[str, Party] = {}
        self._cut_off: set[str] = set()
        """Who talked when their packets ceased, by opaque id."""
        self._doubted: set[str] = set()
        """Of those the ones whose page is gone, while the gateway has not said yet whether their voice is, too."""
        self._put_out: set[str] = set()
        """Whom the mixer has put out. Whoever did so has told of it, and the person may talk by a newer connection."""
        self._listens = False

    def start(self) -> None:
        """Connect to the gateway and hear it from now on."""
        with self._lock:
            if not self._listens:
                pool().subscribe(lambda notice: with_database(self.hear, notice))
                self._listens = True
        pool().start()

    def register(self, opaque_id: str, party: Party) -> None:
        with self._lock:
            self._parties[opaque_id] = party

    def forget(self, opaque_id: str) -> None:
        with self._lock:
            self._parties.pop(opaque_id, None)
            self._cut_off.discard(opaque_id)
            self._doubted.discard(opaque_id)
            self._put_out.discard(opaque_id)

    def doubt(self, opaque_id: str) -> None:
        """The page of this voice is gone, as after a crash: silent, until it is known. The gateway takes up to three
        seconds to miss the packets. May use Redis."""
        self._media(opaque_id, receiving=False)
        if opaque_id in self._cut_off:
            self._doubted.add(opaque_id)

    def trust_again(self, opaque_id: str) -> None:
        """The gateway has had its time: a voice that it does not miss only changed its network."""
        if opaque_id in self._doubted:
            self._doubted.discard(opaque_id)
            self._media(opaque_id, receiving=True)

    def hear(self, notice: Notice) -> None:
        match notice.subject:
            case Reconnected(session_kept=kept):
                self._gateway_is_back(kept=kept)
            case NoticesLost():
                self._follow_all()
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

    def _gateway_is_back(self, *, kept: bool) -> None:
        """With the session its handles are gone too, and everybody must connect anew; rooms may be gone either way."""
        self._follow_all()
        if kept:
            return
        with self._lock:
            lost = list(self._parties.items())
        for opaque_id, party in lost:
            party.went_down(opaque_id)

    def _follow_all(self) -> None:
        for space_id in Space.objects.filter(state=SpaceState.LIVE).values_list("pk", flat=True):
            follow(space_id)

    def _tell(self, opaque_id: str | None, *, up: bool) -> None:
        party = self._party(opaque_id)
        if party is None or opaque_id is None:
            return
        if not up:
            self._media(opaque_id, receiving=False)
        (party.went_up if up else party.went_down)(opaque_id)

    def _media(self, opaque_id: str | None, *, receiving: bool) -> None:
        """Packets of a voice ceased, or came again. The mixer judges talk only when a packet comes: whoever vanishes in
        mid-word would be talking for ever, and whoever is back after a moment is in its eyes talking still."""
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


def _puts_out(mixer_id: str | None, data: dict[str, object]) -> bool:
    """The mixer's way of saying that this handle is in no room any more: kicked, or the room destroyed. It tells
    everybody in the room who was kicked."""
    if "kicked" in data:
        return data["kicked"] == mixer_id
    return data.get("audiobridge") == "destroyed"


switchboard = Switchboard()
