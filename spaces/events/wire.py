"""The form of people and Spaces on every socket: the shapes of `docs/protocol.md`, built in one place."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from django.conf import settings

from spaces import rules
from spaces.models import Participant, Recording, Space

if TYPE_CHECKING:
    from accounts.models import User


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person as others see them. `id` is decimal digits; `avatar` a path, absent if there is none."""

    id: str
    username: str
    name: str
    avatar: str | None = None


class StagePerson(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person who holds a microphone."""

    id: str
    username: str
    name: str
    role: str
    muted: bool
    avatar: str | None = None


class SpaceInfo(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The Space itself. Times are ISO 8601 in UTC; `host_lost_at` is present while the host is away."""

    id: str
    title: str
    state: str
    host: Person
    max_speakers: int
    speak_policy: str
    captions: bool
    locked: bool = False
    accounts_only: bool = False
    """The host wants listeners to have an account."""
    guests: bool = False
    """People without an account may listen: both this site and the Space let them."""
    scheduled_start: datetime | None = None
    repeats_weekly: bool = False
    """When it is over, one like it is scheduled a week later."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    end_message: str | None = None
    host_lost_at: datetime | None = None
    host_grace_seconds: int | None = None
    host_seconds_left: int | None = None
    """How many of `host_grace_seconds` were left when this was written. A device whose clock is wrong can count down
    from it."""
    acting_host: Person | None = None
    """The co-host in charge while the host is away."""
    recording: bool = False
    """The sound is being recorded."""
    comments: bool = False
    """Participants may write comments."""
    from_start: bool = False
    """Listeners may hear the recording from its beginning while it goes on."""
    pins: int = 0
    """Grows with every change of the pins; absent if nothing was ever pinned."""


QUEUE_PLACES = 100
"""How many of those who wait are told their place."""


class You(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The reader's own place. `can` names the actions of `spaces/rules/table.py` that the page may offer."""

    id: str
    role: str
    muted: bool
    requested: bool
    queue_place: int | None = None
    """The place of the user's request in the queue, from 1. Absent for a place beyond `QUEUE_PLACES`, which is not
    kept up to date."""
    invited: bool = False
    """The user has been offered a microphone: `accept_mic` takes it."""
    invited_to_cohost: bool = False
    """The user has been offered the place of a co-host: `accept_cohost` takes it."""
    broadcasting: bool = False
    """The user's voice comes from broadcasting software, not from this page."""
    can: list[str]


class Queue(msgspec.Struct, frozen=True):
    """The oldest waiting requests (at most 50) and how many there are."""

    total: int
    people: list[Person]


class Audience(msgspec.Struct, frozen=True):
    """How many are present without a microphone, and at most twelve of them."""

    count: int
    listeners: list[Person]


def person(user: "User") -> Person:
    """Return a user as other people see them."""
    return Person(
        id=str(user.pk), username=user.username, name=user.name, avatar=user.avatar.url if user.avatar else None
    )


def stage_person(participant: Participant) -> StagePerson:
    """Return a participant with a microphone as other people see them."""
    user = participant.user
    return StagePerson(
        id=str(user.pk),
        username=user.username,
        name=user.name,
        avatar=user.avatar.url if user.avatar else None,
        role=participant.role,
        muted=participant.muted,
    )


def clock() -> str:
    """Return the time of this server, in UTC and to the millisecond. A page that counts from a moment of the server's
    clock must not count by the clock of its own device."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_heard_from_start(space: Space) -> bool:
    """Return whether listeners may hear the recording from its beginning while it goes on."""
    return space.is_recorded and Recording.objects.filter(space=space, visible=True).exists()


def space_info(space: Space, *, from_start: bool | None = None) -> SpaceInfo:
    """Return the Space as every page shows it. `from_start` is `is_heard_from_start`, if the caller knows it."""
    return SpaceInfo(
        id=space.public_id,
        title=space.display_title,
        state=space.state,
        host=person(space.host),
        max_speakers=settings.SPACES_MAX_SPEAKERS,
        speak_policy=space.speak_policy,
        captions=space.captions_allowed,
        locked=space.locked,
        accounts_only=space.accounts_only,
        guests=rules.admits_guests(space),
        scheduled_start=space.scheduled_start,
        repeats_weekly=space.is_to_repeat,
        started_at=space.started_at,
        ended_at=space.ended_at,
        end_reason=space.end_reason or None,
        end_message=space.get_end_reason_display() or None,
        host_lost_at=space.host_lost_at,
        host_grace_seconds=int(settings.SPACES_HOST_GRACE.total_seconds()) if space.host_lost_at else None,
        host_seconds_left=_seconds_left(space.host_lost_at) if space.host_lost_at else None,
        acting_host=person(space.acting_host) if space.acting_host else None,
        recording=space.is_recorded,
        comments=space.comments_allowed,
        from_start=is_heard_from_start(space) if from_start is None else from_start,
        pins=space.pins_version,
    )


def _seconds_left(host_lost_at: datetime) -> int:
    """Return the seconds until a Space without its host gets an acting host, or ends."""
    left = host_lost_at + settings.SPACES_HOST_GRACE - datetime.now(UTC)
    return max(0, math.ceil(left.total_seconds()))


def nobody(space: Space) -> You:
    """Return the place of a reader without an account."""
    return You(
        id="0",
        role=rules.Standing.ANONYMOUS.value,
        muted=True,
        requested=False,
        can=[action.value for action in rules.allowed(space=space, actor=rules.ANONYMOUS)],
    )


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers that were made to a user and not accepted yet."""

    to_speak: bool = False
    to_cohost: bool = False


NOTHING = Offers()


def you(
    space: Space,
    participant: Participant | None,
    *,
    user_id: int,
    requested: bool = False,
    queue_place: int | None = None,
    offers: Offers = NOTHING,
) -> You:
    """Return the user's own state in the Space, and the actions that the page may offer."""
    place = rules.standing(participant, space=space)
    is_in = participant is not None and place not in (rules.Standing.OUTSIDER, rules.Standing.REMOVED)
    return You(
        id=str(user_id),
        role=place.value,
        muted=participant.muted if participant and is_in else True,
        requested=requested,
        queue_place=queue_place,
        invited=offers.to_speak and place == rules.Standing.LISTENER,
        invited_to_cohost=offers.to_cohost and place in (rules.Standing.LISTENER, rules.Standing.SPEAKER),
        broadcasting=bool(participant and is_in and participant.broadcast),
        can=[action.value for action in rules.allowed(space=space, actor=participant)],
    )
