"""Joining and leaving a Space."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.selectors import is_blocked
from spaces import events, presence, rules, selectors
from spaces.models import Participant, Space
from spaces.rules import Action
from spaces.services.absence import host_back, resign
from spaces.services.lifecycle import end_space, start_in
from spaces.services.log import append_log
from spaces.services.repetition import stop_repeating
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import MIC_ROLES, REQUEST_MOVES, EndReason, LogKind, RequestState, Role, SpaceState
from spaces_project.common.errors import ProductError
from spaces_project.common.limits import spend
from spaces_project.common.store import REDIS_AWAY

if TYPE_CHECKING:
    from accounts.models import User

JOINS, WINDOW = 60, timedelta(minutes=1)
"""How often one user may join in a minute, counted over all Spaces."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """A participant who came in. `arrival` is there for a listener who was never in the Space before: then nothing else
    in the Space is theirs."""

    participant: Participant
    arrival: selectors.Arrival | None = None


def join_space(*, public_id: str, user: "User", connection: str) -> Participant:
    """Let `user` into the Space as `come_in` does, and return the participant."""
    return come_in(public_id=public_id, user=user, connection=connection).participant


def come_in(*, public_id: str, user: "User", connection: str, scene: selectors.Scene | None = None) -> Entrance:
    """Let `user` into the Space as a listener, or bring the user back in the earlier role. The audio moves to
    `connection`. `scene` is what the caller read of the Space a moment ago; it may be out of date.

    A Space that waits for its host goes live when the host joins.

    1. The user gets a lease in `presence`. If they joined first, a sweep in between would count a returning user as
       lost.
    2. A listener comes in without the lock of the Space (`_slip_in`), so that joins of one Space do not wait for each
       other. Everyone else, and a listener whom a rule may refuse, waits for the lock (`_join`).
    3. A participant who is already in keeps role, seat and mute state; only the connection changes.
    4. A different connection takes the audio over: the older tab is told that it was replaced.
    5. If the rules refuse, the lease is taken back, unless the user is inside by another connection.

    Errors: `removed`, `blocked`, `locked`, `ended`, `not_live`, `canceled`, `too_many`; `redis.RedisError`.
    """
    space = scene.space if scene else selectors.get_space(public_id)
    arrival = selectors.arrival(space=space, user=user, stage=scene.stage_ids if scene else ())
    if not arrival.is_in:
        spend(what="join", user_id=user.pk, limit=JOINS, window=WINDOW)
    presence.enter(public_id, user.pk)
    newcomer = None
    try:
        newcomer = _slip_in(space, user, connection, arrival)
        if newcomer is not None and _still_holds(newcomer, user, space):
            events.publish(events.space_channel(public_id), events.audience_changed())
            return Entrance(newcomer, arrival)
        entered = _join(public_id, user, connection, is_newcomer=newcomer is not None)
        _require_not_suspended_since(entered)
        return Entrance(entered)
    except ProductError:
        if newcomer is not None:
            _take_back(newcomer)
        if not selectors.is_inside(public_id=public_id, user=user):
            presence.forget(public_id, user.pk)
        raise


def _slip_in(space: Space, user: "User", connection: str, arrival: selectors.Arrival) -> Participant | None:
    """Write the row of a listener who was never in the Space, without its lock. Return None, and write nothing, if a
    rule may refuse or the user was in before."""
    now = timezone.now()
    outsider = Participant(space=space, user=user, left_at=now)
    doubt = rules.obstacle(Action.JOIN, space=space, actor=outsider)
    if doubt or arrival.own or arrival.blocked or not arrival.is_up_to_date or (space.locked and not arrival.invited):
        return None
    entered = Participant(space=space, user=user, connection=connection, joined_at=now)
    try:
        with transaction.atomic():
            entered.save(force_insert=True)
            append_log(space, LogKind.JOINED, actor=user, at=now)
    except IntegrityError:  # Another tab of the user was first, or the account was deleted.
        return None
    return entered


def _still_holds(newcomer: Participant, user: "User", space: Space) -> bool:
    """Return whether all that the rules looked at held when the newcomer's row was committed. Every change of the Space
    writes its `updated_at` first.

    A change that is not committed yet is not seen here, and may not have seen the newcomer. The verbs that put people
    out therefore look for such people after their own commit: `finish`, `put_out_blocked_here`, and `remove_blocked`
    after the commit of the block.
    """
    seen = selectors.look_again(newcomer)
    if seen is None or seen.blocked or not seen.is_in:
        return False
    return seen.suspended_until == user.suspended_until and seen.version == space.updated_at


def _take_back(newcomer: Participant) -> None:
    """Undo the coming of a newcomer whom the rules refuse after all. The row goes, too: a locked Space is open to users
    who have one. A user who was removed meanwhile keeps it.

    It waits for the lock: a change that has read the row must find it when it writes.
    """
    with space_change(newcomer.space.public_id) as change:
        here = Participant.objects.active().filter(pk=newcomer.pk, connection=newcomer.connection)
        if here.delete()[0]:
            change.log(LogKind.LEFT, actor=newcomer.user)


def _join(public_id: str, user: "User", connection: str, *, is_newcomer: bool = False) -> Participant:
    """Let the user in under the lock of the Space. `is_newcomer`: their row was written a moment ago, and gives no
    right yet."""
    with space_change(public_id) as change:
        actor = change.participant_or_outsider(user)
        if _is_awaited(change, actor):
            start_in(change, change.actor(user, Action.START))
        rules.require(Action.JOIN, space=change.space, actor=actor)
        participant = actor if actor.pk else None
        _require_welcome(change, None if is_newcomer else participant, user)
        entered = _enter(change, participant, user, connection)
        _take_over(change, entered, connection)
        if entered.role == Role.HOST:
            host_back(change)
    return entered


def _require_not_suspended_since(entered: Participant) -> None:
    """Put the participant out again if their account was suspended while they waited for the lock. A suspension looks
    for people inside and has not seen this one."""
    seen = selectors.look_again(entered)
    if seen is None or seen.suspended_until == entered.user.suspended_until or entered.role == Role.HOST:
        return
    with space_change(entered.space.public_id) as change:
        own = change.participant(entered.user_id)
        refusal = rules.obstacle(Action.JOIN, space=change.space, actor=own)
        if refusal and own is not None and own.is_active:
            go(change, own)
            change.log(LogKind.LEFT, actor=None, target=own.user, reason="suspended")
    if refusal:
        raise refusal


def _is_awaited(change: SpaceChange, actor: Participant) -> bool:
    space = change.space
    return space.starts_when_joined and space.state == SpaceState.SCHEDULED and actor.role == Role.HOST


def leave_space(*, public_id: str, user: "User") -> None:
    """Let `user` leave. Other participants are not notified. Error: `host_cannot_leave`."""
    with space_change(public_id) as change:
        participant = change.actor(user, Action.LEAVE)
        go(change, participant)
        change.log(LogKind.LEFT, actor=user)
        change.publish_later(events.close_people([user.pk], events.CLOSE_LEFT))
        transaction.on_commit(lambda: _forget(public_id, user.pk))


def _forget(public_id: str, user_id: int) -> None:
    """End the lease of a user who left. While Redis is away, the lease ends by itself a little later."""
    with contextlib.suppress(*REDIS_AWAY):
        presence.forget(public_id, user_id)


def leave_everywhere(*, user: "User") -> None:
    """Take `user` out of every live Space before the account is deleted. The Spaces that the user hosts end. In others
    the user's seat, request and sockets are given up. Nothing follows Spaces that repeat."""
    stop_repeating(user=user)
    here = Participant.objects.active().filter(user=user, space__state=SpaceState.LIVE)
    for public_id, role in list(here.values_list("space__public_id", "role")):
        if role == Role.HOST:
            end_space(public_id=public_id, user=user)
        else:
            leave_space(public_id=public_id, user=user)
    # A Space that the user handed over ends, too: its row is deleted with the account of its creator.
    for space in Space.objects.filter(creator=user, state=SpaceState.LIVE):
        end_space(public_id=space.public_id, user=None, reason=EndReason.HOST_ENDED)


def mark_lost(*, public_id: str, user_id: int, connection: str) -> bool:
    """Take out a participant whose lease ran out. Return False if the participant came back on another connection
    meanwhile, had left already, is the host, or if the Space is not live."""
    with space_change(public_id) as change:
        participant = change.participant(user_id)
        if participant is None or not participant.is_active or participant.connection != connection:
            return False
        if participant.role == Role.HOST or not change.space.is_live:
            return False
        # Only the row can tell whether the participant came back by now, and keep them from it until the commit.
        here = Participant.objects.active().filter(pk=participant.pk, connection=connection)
        if not here.update(left_at=change.now):
            return False
        role = participant.role
        go(change, participant)
        reason = role if role in MIC_ROLES else ""
        change.log(LogKind.LOST, actor=None, target=participant.user, reason=reason)
    return True


def go(change: SpaceChange, participant: Participant) -> None:
    """Take a participant out of the Space: give the seat back and withdraw the request. Call it inside a larger
    change."""
    give_mic_back(change, participant)
    withdraw_request(change, participant, RequestState.CANCELED, by=None)
    participant.left_at = change.now
    participant.connection = ""
    participant.save(update_fields=["left_at", "connection"])
    change.audience_changed()


def give_mic_back(change: SpaceChange, participant: Participant) -> None:
    """Make a speaker or co-host a listener. A listener stays as they are."""
    if participant.role == Role.LISTENER:
        return
    if participant.role == Role.SPEAKER:
        Space.give_seat_back(space_id=change.space.pk)
    resign(change, participant)
    change.update(participant, role=Role.LISTENER, muted=True, mixer_id="", broadcast="", lane=None)
    change.audience_changed()


def withdraw_request(change: SpaceChange, participant: Participant, state: RequestState, *, by: "User | None") -> bool:
    """Close the participant's waiting request, and tell the managers of the Space. Return False if no request waits."""
    waiting = change.space.requests.filter(user=participant.user_id, state__in=REQUEST_MOVES.into(state))
    if not waiting.update(state=state, decided_at=change.now, decided_by=by):
        return False
    change.notify_managers(participant.user, state)
    return True


def _require_welcome(change: SpaceChange, participant: Participant | None, user: "User") -> None:
    space = change.space
    rules.require_not_blocked(blocked=is_blocked(blocker_id=space.host_id, blocked_id=user.pk))
    invited = space.locked and space.invitations.filter(invitee=user).exists()
    rules.require_open(locked=space.locked, known=participant is not None, invited=invited)


def _enter(change: SpaceChange, participant: Participant | None, user: "User", connection: str) -> Participant:
    if participant is not None and participant.is_active:
        return participant
    entered = participant or Participant(space=change.space, user=user, connection=connection)
    entered.lost_seat = _has_lost_seat(change, entered)
    entered.joined_at, entered.left_at = change.now, None
    entered.save()
    change.log(LogKind.JOINED, actor=user)
    change.audience_changed()
    return entered


def _has_lost_seat(change: SpaceChange, participant: Participant) -> bool:
    """Tell whether a microphone was taken from the participant because they were away for too long. The log has a LOST
    line for that, written at the moment at which they were counted as gone."""
    if participant.left_at is None:
        return False
    clock_ms = change.space.clock_ms(participant.left_at)
    lost = change.space.log.filter(kind=LogKind.LOST, target=participant.user, clock_ms=clock_ms)
    return lost.filter(reason__in=MIC_ROLES).exists()


def _take_over(change: SpaceChange, participant: Participant, connection: str) -> None:
    previous = participant.connection
    if previous == connection and participant.absent_since is None:
        return
    participant.connection, participant.absent_since = connection, None
    participant.save(update_fields=["connection", "absent_since"])
    if previous and previous != connection:
        change.publish_later(events.close_people([participant.user_id], events.CLOSE_REPLACED, spare=connection))
