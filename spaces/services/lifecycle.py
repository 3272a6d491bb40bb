"""A Space from its creation to its end."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from spaces import events, rules, wire
from spaces.models import TITLE_LENGTH, LogEntry, Participant, Space
from spaces.rules import Action
from spaces.services.options import SpaceOptions, checked_topics
from spaces.services.turn import Turn, turn
from spaces.signals import space_over, space_started
from spaces.states import REQUEST_MOVES, SPACE_MOVES, EndReason, LogKind, RequestState, Role, SpaceState
from spaces_project.common.errors import BadInput, Conflict
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line, fits

if TYPE_CHECKING:
    from accounts.models import User

CREATED, WINDOW = 30, timedelta(hours=1)
"""How many Spaces one user may make in an hour, live or scheduled: followers, lists and webhooks are told of each."""


def create_space(
    *,
    user: "User",
    title: str = "",
    start: bool = True,
    starts_when_joined: bool = False,
    scheduled_start: datetime | None = None,
    options: SpaceOptions | None = None,
) -> Space:
    """Make a Space. With `start` it goes live at once, and the host enters with the microphone off.

    Without `start`, a Space that `starts_when_joined` goes live when its host joins.

    Errors: `too_few_followers`, `protected_account`, `bad_title`, `already_hosting` (details: `id` of the live Space),
    `bad_policy`, `bad_topics`, `too_many`.
    """
    rules.require_hosting(user)
    name = clean_title(title)
    chosen = options or SpaceOptions()
    topics = checked_topics(chosen)
    spend(what="host", user_id=user.pk, limit=CREATED, window=WINDOW)
    with transaction.atomic():
        space = Space.objects.create(
            creator=user,
            title=name,
            scheduled_start=scheduled_start,
            starts_when_joined=starts_when_joined,
            speak_policy=chosen.speak_policy,
            captions_allowed=chosen.captions_allowed,
            accounts_only=chosen.accounts_only,
            recording_wanted=chosen.recording_wanted,
        )
        space.topics.set(topics)
        Participant.objects.create(space=space, user=user, role=Role.HOST)
        LogEntry.objects.create(space=space, kind=LogKind.CREATED, actor=user)
        return start_space(public_id=space.public_id, user=user) if start else space


def clean_title(title: str) -> str:
    """Return the title after normalisation, of at most 70 characters. Raise `bad_title` if it is longer."""
    if not fits(title, limit=TITLE_LENGTH):
        raise _bad_title(len(title))
    name = clean_line(title, limit=TITLE_LENGTH)
    if len(name) > TITLE_LENGTH:
        raise _bad_title(len(name))
    return name


def _bad_title(length: int) -> BadInput:
    message = f"A name has at most {TITLE_LENGTH} characters; this one has {length}."
    return BadInput("bad_title", message, limit=TITLE_LENGTH)


def start_space(*, public_id: str, user: "User") -> Space:
    """Start a scheduled Space. The rules for hosting are asked again: a schedule made with 600 followers gives no right
    to host with none.

    Errors: those of `create_space`.
    """
    with turn(public_id) as current:
        start_in(current, current.actor(user, Action.START))
    return current.space


def start_in(current: Turn, host: Participant) -> None:
    """Go live inside a turn that has asked whether the host may."""
    rules.require_hosting(host.user)  # Use the user read in this turn. A socket's `user` may be as old as the socket.
    _go_live(current)
    # Treat the host as if they had just joined: they have one lease to appear before absence counts.
    current.change(host, joined_at=current.now, left_at=None, muted=True)
    current.log(LogKind.STARTED, actor=host.user)
    current.space_changed()
    transaction.on_commit(partial(space_started.send, Space, space_id=current.space.pk))


def cancel_space(*, public_id: str, user: "User | None", reason: EndReason = EndReason.HOST_CANCELED) -> Space:
    """Cancel a scheduled Space. Without a user the system does it."""
    with turn(public_id) as current:
        if user is not None:
            current.actor(user, Action.CANCEL)
        _move(current, SpaceState.CANCELED, ended_at=current.now, end_reason=reason)
        current.log(LogKind.CANCELED, actor=user, reason=reason)
        current.space_changed()
        space = current.space
        transaction.on_commit(partial(space_over.send, Space, space_id=space.pk))
    return space


def end_space(
    *, public_id: str, user: "User | None", reason: EndReason = EndReason.HOST_ENDED, as_operator: bool = False
) -> Space:
    """End a live Space for everyone. Without a user the system does it; with `as_operator` a member of the staff."""
    with turn(public_id) as current:
        if as_operator and user is not None:
            rules.require_operator(user)
        elif user is not None:
            current.actor(user, Action.END)
        finish(current, user=user, reason=reason)
    return current.space


def finish(current: Turn, *, user: "User | None", reason: EndReason) -> None:
    """End the Space inside a turn that has asked whether it may end."""
    _move(current, SpaceState.ENDED, ended_at=current.now, end_reason=reason, host_lost_at=None, acting_host=None)
    current.log(LogKind.ENDED, actor=user, reason=reason)
    _empty(current)
    current.say(events.to_everyone(_ended_event(current)))
    current.say(events.close_everyone(events.CLOSE_ENDED))
    current.bubble_changed()
    transaction.on_commit(partial(space_over.send, Space, space_id=current.space.pk))


def _go_live(current: Turn) -> None:
    """Go live. Raise `already_hosting` if the host has another live Space. If two Spaces start at once, in whatever
    processes, the unique constraint lets only one of them go live."""
    try:
        with transaction.atomic():
            _move(current, SpaceState.LIVE, started_at=current.now)
    except IntegrityError:
        other = Space.objects.get(host=current.space.host, state=SpaceState.LIVE)
        raise Conflict("already_hosting", "You already host a live Space: end it first.", id=other.public_id) from None


def _move(current: Turn, state: SpaceState, **fields: object) -> None:
    """Move the Space to `state` if the table of moves allows it. Raise the rules' error for its present state
    otherwise."""
    space = current.space
    if not SPACE_MOVES.allows(SpaceState(space.state), state):
        raise rules.wrong_state(space)
    current.store(state=state, **fields)


def _empty(current: Turn) -> None:
    space = current.space
    waiting = space.requests.filter(state__in=REQUEST_MOVES.into(RequestState.CANCELED))
    waiting.update(state=RequestState.CANCELED, decided_at=current.now)
    space.participants.active().update(left_at=current.now, muted=True, connection="", mixer_id="", lane=None)
    Space.objects.filter(pk=space.pk).update(seats_taken=0)


def _ended_event(current: Turn) -> events.SpaceEnded:
    space = current.space
    spoke = Participant.objects.filter(space=space, spoke=True).select_related("user").order_by("id")
    return events.SpaceEnded(
        seq=current.next_seq(),
        space=wire.space_info(space),
        spoke=[wire.person(participant.user) for participant in spoke[:50]],
        duration_seconds=int(space.clock(current.now).total_seconds()),
    )
