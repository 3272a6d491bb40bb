"""Every outgoing event and every channel name. Services emit these; the hub passes them on without opening them.

An event is encoded once, where it is made, and travels through Redis as a ready frame. Events with a `seq` tell of a
change of state and are numbered without gaps per Space; events without one are cosmetic and may be lost.
"""

import logging
import time
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec
from django.conf import settings

from spaces.wire import Audience, Person, Queue, SpaceInfo, StagePerson, You
from spaces_project.common.store import AWAY, store

logger = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode

# With the site's mark: a Redis keeps its databases apart, but not what is published in them.
_CHANNELS: Final = f"{settings.SITE_MARK}:spaces"
EVERY_PROCESS: Final = f"{_CHANNELS}:processes"
"""Channel that every web process listens to: bubbles, revoked sessions."""


def space_channel(public_id: str) -> str:
    return f"{_CHANNELS}:space:{public_id}"


# --- Events of /ws/spaces/<id> ----------------------------------------------------------------------------------------


class Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """One message from the server that answers nothing."""


class SpaceChanged(Event, frozen=True, tag="space.changed"):
    """State, title or the host's absence changed."""

    seq: int
    space: SpaceInfo


class SpaceEnded(Event, frozen=True, tag="space.ended"):
    """The Space is over for everyone. `bye` comes after it, and a close with 4410."""

    seq: int
    space: SpaceInfo
    spoke: list[Person]
    duration_seconds: int


class StageChanged(Event, frozen=True, tag="stage.changed"):
    """People whose microphone, role or mute state changed, and ids of those who left the stage."""

    seq: int
    people: list[StagePerson] = []
    left: list[str] = []


class QueueChanged(Event, frozen=True, tag="queue.changed"):
    """For those who run the Space: somebody asked, or a request was decided or withdrawn."""

    queue_seq: int
    person: Person
    state: str
    total: int


class QueueReplaced(Event, frozen=True, tag="queue.replaced"):
    """For those who run the Space: many requests were decided at once, and this is what waits now."""

    queue_seq: int
    queue: Queue


class YouChanged(Event, frozen=True, omit_defaults=True, tag="you.changed"):
    """For one person: role, mute state, request or rights changed; `reason` says why in one word."""

    you: You
    reason: str
    by: Person | None = None


class BlockedOnStage(Event, frozen=True, tag="stage.blocked"):
    """For one person: somebody whom they have blocked holds a microphone now."""

    user_id: str


class PersonChanged(Event, frozen=True, tag="person.changed"):
    """Somebody who speaks or spoke here has another name or picture now: on lines that are shown already, too."""

    person: Person


class Talking(Event, frozen=True, tag="talking"):
    """Ids of everyone the mixer hears talking now."""

    user_ids: list[str]


class AudienceChanged(Event, frozen=True, tag="audience"):
    """Counted once a second at most, and only when it changed."""

    audience: Audience


class Reaction(msgspec.Struct, frozen=True):
    user_id: str
    emoji: str


class Reactions(Event, frozen=True, tag="reactions"):
    """What people showed since the last of these: how many of each, and the latest of them with their senders. At most
    four a second, however many react."""

    counts: dict[str, int]
    people: list[Reaction]


class Resync(Event, frozen=True, tag="resync"):
    """Events may have been lost: ask for a snapshot after a random wait of up to `within_ms`."""

    within_ms: int


class AudioLost(Event, frozen=True, tag="audio.lost"):
    """The audio connections `targets` ("listen", "speak") are gone at the gateway and must be made anew."""

    targets: list[str]


class AudioReady(Event, frozen=True, tag="audio.ready"):
    """The gateway reports the audio connection `target` as up."""

    target: str


class Bye(Event, frozen=True, omit_defaults=True, tag="bye"):
    """The last message before the server closes the socket: why, in a word for programs and a sentence for people.
    `retry_after` in seconds, where an earlier try is in vain."""

    code: str
    message: str
    retry_after: int = 0


# --- Events of /ws/home -----------------------------------------------------------------------------------------------


class Bubble(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One live Space at the top of the timeline. `people` hold a microphone; the reader follows `followed` of them."""

    id: str
    title: str
    host: Person
    people: list[Person]
    followed: int = 0


class Bubbles(Event, frozen=True, tag="bubbles"):
    """Every bubble of the reader, sent on connecting; `now` is the server's clock."""

    bubbles: list[Bubble]
    now: str


class BubbleShown(Event, frozen=True, tag="bubble.shown"):
    """A bubble appeared or changed."""

    bubble: Bubble


class BubbleGone(Event, frozen=True, tag="bubble.gone"):
    """The Space ended, or nobody the reader follows is on its stage any more."""

    id: str


class BubbleTalking(Event, frozen=True, tag="bubble.talking"):
    """Somebody in the Space began to talk, or everybody ceased: the dots dance or rest. At most once a second."""

    id: str
    talking: bool


class News(Event, frozen=True, tag="news"):
    """Something new that this page does not show yet, told by an app above this one: `count` more of `topic`. At most
    once a second per topic."""

    topic: str
    count: int


SPACE_EVENTS: tuple[type[Event], ...] = (
    SpaceChanged,
    SpaceEnded,
    StageChanged,
    QueueChanged,
    QueueReplaced,
    YouChanged,
    BlockedOnStage,
    PersonChanged,
    Talking,
    AudienceChanged,
    Reactions,
    Resync,
    AudioLost,
    AudioReady,
    Bye,
)
HOME_EVENTS: tuple[type[Event], ...] = (Bubbles, BubbleShown, BubbleGone, BubbleTalking, News, Bye)


# --- Transport --------------------------------------------------------------------------------------------------------


class Signal(StrEnum):
    """What the hub itself must do, beside passing a frame on."""

    AUDIENCE = "audience"
    CLOSE = "close"
    STAGE = "stage"
    BUBBLE = "bubble"
    TALKING = "talking"
    SILENT = "silent"
    REVOKE = "revoke"
    REACTION = "reaction"
    HOME = "home"
    LANES = "lanes"
    CARRIED = "carried"
    ROLL = "roll"


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """What travels through Redis: a frame for everyone or for the people `to`, perhaps with a signal for the hub.

    `code` is the close code of `Signal.CLOSE`, `spare` a connection that it leaves alone, `data` what a signal needs.
    `followers_of` names a person instead of `to`: each process finds their followers among whom it has connected.
    `at` is when it was published, in seconds since the epoch; 0 from a version that did not say.
    """

    frame: str | None = None
    to: tuple[int, ...] | None = None
    signal: Signal | None = None
    code: int = 0
    spare: str = ""
    data: str = ""
    followers_of: int = 0
    at: float = 0.0


unpack = msgspec.msgpack.Decoder(Envelope).decode


class Close(msgspec.Struct, frozen=True):
    """Why the server closes a socket. Codes are in the private range of RFC 6455 §7.4.2."""

    code: int
    name: str
    message: str
    retry_after: int = 0


CLOSE_BAD_FRAMES = Close(4400, "bad_frames", "Too many invalid messages.")
CLOSE_UNAUTHENTICATED = Close(4401, "unauthenticated", "Log in first.")
CLOSE_REMOVED = Close(4403, "removed", "You were removed from this Space.")
CLOSE_NOT_FOUND = Close(4404, "not_found", "There is no such Space.")
CLOSE_BLOCKED = Close(4405, "blocked", "You cannot be in this Space: its host has blocked you.")
CLOSE_LOCKED = Close(4406, "locked", "The Space is locked: only people who are invited can be in it.")
CLOSE_SILENT = Close(4408, "silent", "The connection timed out.")
CLOSE_REPLACED = Close(4409, "replaced", "The audio moved to another tab or device.")
CLOSE_ENDED = Close(4410, "ended", "The Space has ended.")
CLOSE_LEFT = Close(4411, "left", "You left the Space.")
CLOSE_SUSPENDED = Close(4423, "suspended", "Your account is suspended.")
CLOSE_FLOOD = Close(4429, "too_many_messages", "Too many messages.")
CLOSE_CROWDED = Close(
    4430,
    "too_many_connections",
    "Too many people listen from your network without an account. Log in, or try again later.",
    retry_after=60,
)
CLOSE_TOO_MANY_TABS = Close(
    4432,
    "too_many_tabs",
    "You have this open in too many tabs, devices or programs. Close some of them.",
    retry_after=60,
)
CLOSE_SLOW = Close(4431, "slow", "Your connection was too slow. Reconnecting.")
CLOSE_RESTART = Close(4503, "server_restart", "The server is restarting. Reconnecting.")

CLOSES: tuple[Close, ...] = (
    CLOSE_BAD_FRAMES,
    CLOSE_UNAUTHENTICATED,
    CLOSE_REMOVED,
    CLOSE_NOT_FOUND,
    CLOSE_BLOCKED,
    CLOSE_LOCKED,
    CLOSE_SILENT,
    CLOSE_REPLACED,
    CLOSE_ENDED,
    CLOSE_LEFT,
    CLOSE_SUSPENDED,
    CLOSE_FLOOD,
    CLOSE_CROWDED,
    CLOSE_TOO_MANY_TABS,
    CLOSE_SLOW,
    CLOSE_RESTART,
)


def frame(event: Event) -> str:
    return _encode(event).decode()


def bye(close: Close) -> str:
    return frame(Bye(code=close.name, message=close.message, retry_after=close.retry_after))


def to_everyone(event: Event) -> Envelope:
    return Envelope(frame=frame(event))


def to_people(user_ids: Iterable[int], event: Event) -> Envelope:
    return Envelope(frame=frame(event), to=tuple(user_ids))


def close_people(user_ids: Iterable[int], close: Close, *, spare: str = "") -> Envelope:
    """Ends the sockets and the audio of these people, but for the connection `spare`."""
    return Envelope(frame=bye(close), to=tuple(user_ids), signal=Signal.CLOSE, code=close.code, spare=spare)


def close_everyone(close: Close) -> Envelope:
    """Ends all sockets and audio of a Space."""
    return Envelope(frame=bye(close), signal=Signal.CLOSE, code=close.code)


_PREFIX = "token:"


def token_session(token_id: int) -> str:
    """What stands for the session key where a socket was opened with a token."""
    return f"{_PREFIX}{token_id}"


def token_of_session(session_key: str) -> int | None:
    """Return the token that such a key stands for; None for a session."""
    return int(session_key.removeprefix(_PREFIX)) if session_key.startswith(_PREFIX) else None


def revoke(user_id: int, close: Close, *, session_key: str = "") -> Envelope:
    """Ends the sockets and the audio of one session of this person, or of all of them."""
    return Envelope(frame=bye(close), to=(user_id,), signal=Signal.REVOKE, code=close.code, data=session_key)


def reaction(user_id: int, emoji: str) -> Envelope:
    """For the hubs, which gather them."""
    return Envelope(signal=Signal.REACTION, to=(user_id,), data=emoji)


def lanes_changed() -> Envelope:
    """Every process brings the voices it holds to their lanes and says `carried` of each."""
    return Envelope(signal=Signal.LANES)


def call_the_roll() -> Envelope:
    """Every process asks the database who of its people may still be in this Space."""
    return Envelope(signal=Signal.ROLL)


def carried(mixer_id: str, lane: int | None) -> Envelope:
    """This microphone is in this lane now, or in none. For whoever assigns lanes."""
    return Envelope(signal=Signal.CARRIED, data=f"{mixer_id} {'' if lane is None else lane}")


def home_news(topic: str, *, to: Iterable[int] = (), followers_of: int = 0) -> Envelope:
    """One more of `topic` for the home pages of these people, or of everybody who follows `followers_of`. For
    `publish(EVERY_PROCESS, …)`; what comes within a second is told as one `News`."""
    return Envelope(to=tuple(to), signal=Signal.HOME, data=topic, followers_of=followers_of)


def publish(channel: str, *envelopes: Envelope) -> None:
    """Sends what is already true in the database. With Redis away nothing is lost but time: the hub makes everyone
    resync when it hears Redis again, so the failure is logged and the caller goes on."""
    try:
        pipeline = store().pipeline(transaction=False)
        for envelope in envelopes:
            pipeline.publish(channel, _pack(msgspec.structs.replace(envelope, at=time.time())))
        pipeline.execute()
    except AWAY as error:
        logger.warning("events for %s not published: %s", channel, error)
