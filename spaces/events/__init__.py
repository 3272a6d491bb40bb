"""Every outgoing event and every channel name. Services publish events; the hub passes them on without decoding them.

An event is encoded once, where it is made, and travels through Redis as a ready frame. Events with a `seq` tell of a
change of state and are numbered without gaps in each Space. Events without one are cosmetic and may be lost.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec
from django.conf import settings

from spaces.events.wire import Audience, Person, Queue, SpaceInfo, StagePerson, You
from spaces_project.common.store import REDIS_AWAY, store

logger = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode

# The names have the site's mark. Redis separates databases, but not what is published in them.
_CHANNELS: Final = f"{settings.SITE_MARK}:spaces"
EVERY_PROCESS: Final = f"{_CHANNELS}:processes"
"""The channel that every web process listens to: bubbles, revoked sessions."""


def space_channel(public_id: str) -> str:
    """Return the name of the channel on which the events of one Space are published."""
    return f"{_CHANNELS}:space:{public_id}"


# --- Events of /ws/spaces/<id> ----------------------------------------------------------------------------------------


class Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    """One message from the server that is not the answer to a command."""


class SpaceChanged(Event, frozen=True, tag="space.changed"):
    """A change of the Space itself: its state, its title or the host's absence."""

    seq: int
    space: SpaceInfo


class SpaceEnded(Event, frozen=True, tag="space.ended"):
    """The end of the Space for everyone. `bye` comes after it, and a close with code 4410."""

    seq: int
    space: SpaceInfo
    spoke: list[Person]
    duration_seconds: int


class StageChanged(Event, frozen=True, tag="stage.changed"):
    """The people whose microphone, role or mute state changed, and the ids of people who left the stage."""

    seq: int
    people: list[StagePerson] = []
    left: list[str] = []


class QueueChanged(Event, frozen=True, tag="queue.changed"):
    """One change of the queue, for managers: a listener asked to speak, or a request was decided or withdrawn."""

    queue_seq: int
    person: Person
    state: str
    total: int


class QueueReplaced(Event, frozen=True, tag="queue.replaced"):
    """The whole queue, for managers, after many requests were decided at once."""

    queue_seq: int
    queue: Queue


class QueuePlace(Event, frozen=True, tag="queue.place"):
    """The new place in the queue of one person who waits, because a request before theirs was decided or
    withdrawn."""

    queue_seq: int
    place: int


class YouChanged(Event, frozen=True, omit_defaults=True, tag="you.changed"):
    """A change for one person: of role, mute state, request or rights. `reason` says why in one word."""

    you: You
    reason: str
    by: Person | None = None


class BlockedOnStage(Event, frozen=True, tag="stage.blocked"):
    """A warning for one person: a person that they have blocked holds a microphone now."""

    user_id: str


class PersonChanged(Event, frozen=True, tag="person.changed"):
    """The new name or picture of a person who speaks or spoke here. It applies to lines that are already shown, too."""

    person: Person


class Talking(Event, frozen=True, tag="talking"):
    """The ids of all people that the mixer hears talking now."""

    user_ids: list[str]


_talking = msgspec.json.Decoder(Talking)


class AudienceChanged(Event, frozen=True, tag="audience"):
    """The audience, counted at most once a second, and sent only if it changed."""

    audience: Audience


class Reaction(msgspec.Struct, frozen=True):
    user_id: str
    emoji: str


class Reactions(Event, frozen=True, tag="reactions"):
    """The reactions since the last event of this kind: how many of each, and the latest of them with their senders. At
    most four of these events a second, however many people react."""

    counts: dict[str, int]
    people: list[Reaction]


class Resync(Event, frozen=True, tag="resync"):
    """A notice that events may have been lost. The page asks for a snapshot after a random wait of up to
    `within_ms`."""

    within_ms: int


class AudioLost(Event, frozen=True, tag="audio.lost"):
    """A notice that the audio connections `targets` ("listen", "speak") are gone at the gateway and must be made
    anew."""

    targets: list[str]


class AudioReady(Event, frozen=True, tag="audio.ready"):
    """A notice that the gateway reports the audio connection `target` as up."""

    target: str


class Bye(Event, frozen=True, omit_defaults=True, tag="bye"):
    """The last message before the server closes the socket: the reason as a word for programs and a sentence for
    people. `retry_after` is in seconds, if trying again earlier is in vain."""

    code: str
    message: str
    retry_after: int = 0


# --- Events of /ws/home -----------------------------------------------------------------------------------------------


class Bubble(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One live Space at the top of the timeline. `people` are those who hold a microphone; the reader follows
    `followed` of them."""

    id: str
    title: str
    host: Person
    people: list[Person]
    followed: int = 0


class Bubbles(Event, frozen=True, tag="bubbles"):
    """Every bubble of the reader, sent when the page connects. `now` is the server's clock."""

    bubbles: list[Bubble]
    now: str


class BubbleShown(Event, frozen=True, tag="bubble.shown"):
    """A bubble that appeared or changed."""

    bubble: Bubble


class BubbleGone(Event, frozen=True, tag="bubble.gone"):
    """A bubble that went: the Space ended, or no person that the reader follows is on its stage any more."""

    id: str


class BubbleTalking(Event, frozen=True, tag="bubble.talking"):
    """Whether people talk in a Space: the dots of its bubble move or rest. At most one event a second."""

    id: str
    talking: bool


class News(Event, frozen=True, tag="news"):
    """News that this page does not show yet: `count` more of `topic`. An app above this one defines the topic. At most
    one event a second for each topic."""

    topic: str
    count: int


SPACE_EVENTS: tuple[type[Event], ...] = (
    SpaceChanged,
    SpaceEnded,
    StageChanged,
    QueueChanged,
    QueueReplaced,
    QueuePlace,
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
    """What the hub itself must do, besides passing a frame on."""

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
    PLACES = "places"
    MOVED = "moved"
    CANDIDATES = "candidates"


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """A message that travels through Redis: a frame for everyone or for the people `to`, perhaps with a signal for the
    hub.

    `code` is the close code of `Signal.CLOSE`, `spare` a connection that it does not close, or the one that
    `Signal.CANDIDATES` is for, `data` what a signal needs.
    `followers_of` names a person instead of `to`: each process finds that person's followers among the people it has
    connected. `but` are users who do not get the frame, although everyone else does. `at` is the time of publishing, in
    seconds since the epoch; 0 from an older version, which did not send it.
    """

    frame: str | None = None
    to: tuple[int, ...] | None = None
    signal: Signal | None = None
    code: int = 0
    spare: str = ""
    data: str = ""
    followers_of: int = 0
    at: float = 0.0
    but: tuple[int, ...] = ()


unpack = msgspec.msgpack.Decoder(Envelope).decode


class Close(msgspec.Struct, frozen=True):
    """A reason for which the server closes a socket. Codes are in the private range of RFC 6455 §7.4.2."""

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
    """Encode an event as the text of a WebSocket message."""
    return _encode(event).decode()


def talkers_in(text: str) -> list[str] | None:
    """Return the `user_ids` of a frame of `Talking`, or None for any other frame, which is not decoded."""
    return _talking.decode(text).user_ids if text.startswith('{"type":"talking"') else None


def bye(close: Close) -> str:
    """Return the frame of the `bye` event that comes before this close."""
    return frame(Bye(code=close.name, message=close.message, retry_after=close.retry_after))


def to_everyone(event: Event) -> Envelope:
    """Return an envelope with the event for everyone in the Space."""
    return Envelope(frame=frame(event))


def to_all_but(user_ids: Iterable[int], event: Event) -> Envelope:
    """Return an envelope with the event for everyone in the Space except these users."""
    return Envelope(frame=frame(event), but=tuple(user_ids))


def to_people(user_ids: Iterable[int], event: Event) -> Envelope:
    """Return an envelope with the event for these users only."""
    return Envelope(frame=frame(event), to=tuple(user_ids))


def close_people(user_ids: Iterable[int], close: Close, *, spare: str = "") -> Envelope:
    """Return an envelope that closes the sockets and the audio of these people, except on the connection `spare`."""
    return Envelope(frame=bye(close), to=tuple(user_ids), signal=Signal.CLOSE, code=close.code, spare=spare)


def close_everyone(close: Close) -> Envelope:
    """Return an envelope that closes all sockets and audio of a Space."""
    return Envelope(frame=bye(close), signal=Signal.CLOSE, code=close.code)


_PREFIX = "token:"


def token_session(token_id: int) -> str:
    """Return the text that takes the place of the session key for a socket that was opened with a token."""
    return f"{_PREFIX}{token_id}"


def token_of_session(session_key: str) -> int | None:
    """Return the id of the token that such a key stands for, or None for the key of a session."""
    return int(session_key.removeprefix(_PREFIX)) if session_key.startswith(_PREFIX) else None


def revoke(user_id: int, close: Close, *, session_key: str = "") -> Envelope:
    """Return an envelope that closes the sockets and the audio of one session of this user, or of all sessions."""
    return Envelope(frame=bye(close), to=(user_id,), signal=Signal.REVOKE, code=close.code, data=session_key)


def reaction(user_id: int, emoji: str) -> Envelope:
    """Return an envelope for the hubs, which gather reactions."""
    return Envelope(signal=Signal.REACTION, to=(user_id,), data=emoji)


def lanes_changed() -> Envelope:
    """Return an envelope on which every process moves the voices that it holds to their lanes, and reports each with
    `carried`."""
    return Envelope(signal=Signal.LANES)


def moved(gateway: str) -> Envelope:
    """Return an envelope on which every process gives up its connections of the Space to other gateways than this
    one."""
    return Envelope(signal=Signal.MOVED, data=gateway)


def candidates(broadcast: str, found: Sequence[str]) -> Envelope:
    """Return an envelope with ICE candidates for the process that holds this stream of broadcasting software."""
    return Envelope(signal=Signal.CANDIDATES, spare=broadcast, data="\n".join(found))


def queue_places(user_ids: Iterable[int], *, queue_seq: int) -> Envelope:
    """Return an envelope with the order of the people who wait. Each is told their own place and nothing about the
    others. It is one message, however many wait."""
    return Envelope(signal=Signal.PLACES, to=tuple(user_ids), code=queue_seq)


def audience_changed() -> Envelope:
    """Return an envelope on which every process counts the audience again."""
    return Envelope(signal=Signal.AUDIENCE)


def call_the_roll() -> Envelope:
    """Return an envelope on which every process asks the database which of its people may still be in this Space."""
    return Envelope(signal=Signal.ROLL)


def carried(mixer_id: str, lane: int | None) -> Envelope:
    """Return an envelope which says that this microphone is in this lane now, or in none. The assigner of lanes reads
    it."""
    return Envelope(signal=Signal.CARRIED, data=f"{mixer_id} {'' if lane is None else lane}")


def home_news(topic: str, *, to: Iterable[int] = (), followers_of: int = 0) -> Envelope:
    """Return an envelope with one more of `topic`, for the home pages of these people or of all followers of
    `followers_of`. Publish it on `EVERY_PROCESS`. All that come within a second are sent to a page as one `News`."""
    return Envelope(to=tuple(to), signal=Signal.HOME, data=topic, followers_of=followers_of)


def publish(channel: str, *envelopes: Envelope) -> None:
    """Publish changes that are already committed. While Redis is away only time is lost: the hub makes every page
    resync when it reaches Redis again. So the failure is logged, and the caller goes on."""
    try:
        pipeline = store().pipeline(transaction=False)
        for envelope in envelopes:
            pipeline.publish(channel, _pack(msgspec.structs.replace(envelope, at=time.time())))
        pipeline.execute()
    except REDIS_AWAY as error:
        logger.warning("events for %s not published: %s", channel, error)
