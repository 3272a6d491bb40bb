"""A Space from its creation to its end."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from spaces import events, placement, rules
from spaces.events import wire
from spaces.events.signals import space_over, space_started
from spaces.models import TITLE_LENGTH, LogEntry, Participant, Space
from spaces.rules import Action
from spaces.services import recording
from spaces.services.options import SpaceOptions, checked_topics
from spaces.services.repetition import schedule_next
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import (
    REQUEST_MOVES,
    SPACE_MOVES,
    EndReason,
    LogKind,
    RecordingState,
    RequestState,
    Role,
    SpaceState,
    StopReason,
)
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
    message = _("A name has at most {limit} characters; this one has {length}.").format(
        limit=TITLE_LENGTH, length=length
    )
    return BadInput("bad_title", message, limit=TITLE_LENGTH)


def start_space(*, public_id: str, user: "User") -> Space:
    """Start a scheduled Space. The rules for hosting are asked again: a schedule made with 600 followers gives no right
    to host with none.

    Errors: those of `create_space`.
    """
    with space_change(public_id) as change:
        start_in(change, change.actor(user, Action.START))
    return change.space


def start_in(change: SpaceChange, host: Participant) -> None:
    """Go live inside a change that has asked whether the host may."""
    rules.require_hosting(host.user)  # Use the user read in this change. A socket's `user` may be as old as the socket.
    _go_live(change)
    # Treat the host as if they had just joined: they have one lease to appear before absence counts.
    change.update(host, joined_at=change.now, left_at=None, muted=True)
    if change.space.recording_wanted:
        recording.begin(change, host)
    change.log(LogKind.STARTED, actor=host.user)
    change.space_changed()
    transaction.on_commit(partial(space_started.send, Space, space_id=change.space.pk))


def cancel_space(
    *,
    public_id: str,
    user: "User | None",
    reason: EndReason = EndReason.HOST_CANCELED,
    following: bool = False,
) -> Space:
    """Cancel a scheduled Space. Without a user the system does it. Of a Space that repeats, this one alone is canceled,
    and with `following` all that follow, too."""
    with space_change(public_id) as change:
        if user is not None:
            change.actor(user, Action.CANCEL)
        _move(change, SpaceState.CANCELED, ended_at=change.now, end_reason=reason)
        change.log(LogKind.CANCELED, actor=user, reason=reason)
        if following:
            change.store(repeats_weekly=False)
        schedule_next(change, reason)
        change.space_changed()
        space = change.space
        transaction.on_commit(partial(space_over.send, Space, space_id=space.pk))
    return space


def end_space(
    *, public_id: str, user: "User | None", reason: EndReason = EndReason.HOST_ENDED, as_operator: bool = False
) -> Space:
    """End a live Space for everyone. Without a user the system does it; with `as_operator` a member of the staff."""
    with space_change(public_id) as change:
        if as_operator and user is not None:
            rules.require_operator(user)
        elif user is not None:
            change.actor(user, Action.END)
        finish(change, user=user, reason=reason)
    return change.space


def finish(change: SpaceChange, *, user: "User | None", reason: EndReason) -> None:
    """End the Space inside a change that has asked whether it may end."""
    _move(
        change,
        SpaceState.ENDED,
        ended_at=change.now,
        end_reason=reason,
        host_lost_at=None,
        acting_host=None,
        audience_path="",
    )
    change.log(LogKind.ENDED, actor=user, reason=reason)
    recording.conclude(change, RecordingState.FINISHING, user=user, reason=StopReason.ENDED)
    _empty(change)
    change.publish_later(events.to_everyone(_ended_event(change)))
    change.publish_later(events.close_everyone(events.CLOSE_ENDED))
    change.bubble_changed()
    schedule_next(change, reason)
    transaction.on_commit(partial(space_over.send, Space, space_id=change.space.pk))


def _go_live(change: SpaceChange) -> None:
    """Go live. Raise `already_hosting` if the host has another live Space. If two Spaces start at once, in whatever
    processes, the unique constraint lets only one of them go live."""
    try:
        with transaction.atomic():
            _move(change, SpaceState.LIVE, started_at=change.now, gateway=placement.place())
    except IntegrityError:
        other = Space.objects.get(host=change.space.host, state=SpaceState.LIVE)
        raise Conflict(
            "already_hosting", _("You already host a live Space: end it first."), id=other.public_id
        ) from None


def _move(change: SpaceChange, state: SpaceState, **fields: object) -> None:
    """Move the Space to `state` if the table of moves allows it. Raise the rules' error for its present state
    otherwise."""
    space = change.space
    if not SPACE_MOVES.allows(SpaceState(space.state), state):
        raise rules.wrong_state(space)
    change.store(state=state, **fields)


def _empty(change: SpaceChange) -> None:
    space = change.space
    waiting = space.requests.filter(state__in=REQUEST_MOVES.into(RequestState.CANCELED))
    waiting.update(state=RequestState.CANCELED, decided_at=change.now)
    space.participants.put_out(change.now)
    # Joins take no lock: one that this change did not see is committed by now, or finds the Space ended (`come_in`).
    transaction.on_commit(partial(space.participants.put_out, change.now))
    Space.objects.filter(pk=space.pk).update(seats_taken=0)


def _ended_event(change: SpaceChange) -> events.SpaceEnded:
    space = change.space
    spoke = Participant.objects.filter(space=space, spoke=True).select_related("user").order_by("id")
    return events.SpaceEnded(
        seq=change.next_seq(),
        space=wire.space_info(space),
        spoke=[wire.person(participant.user) for participant in spoke[:50]],
        duration_seconds=int(space.clock(change.now).total_seconds()),
    )
