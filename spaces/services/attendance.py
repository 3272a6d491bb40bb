"""Joining and leaving a Space."""

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from accounts.selectors import is_blocked
from spaces import events, presence, rules, selectors
from spaces.models import Participant, Space
from spaces.rules import Action
from spaces.services.absence import host_back, resign
from spaces.services.lifecycle import end_space, start_in
from spaces.services.turn import Turn, turn
from spaces.states import MIC_ROLES, REQUEST_MOVES, EndReason, LogKind, RequestState, Role, SpaceState
from spaces_project.common.errors import ProductError
from spaces_project.common.limits import spend
from spaces_project.common.store import AWAY

if TYPE_CHECKING:
    from accounts.models import User

JOINS, WINDOW = 60, timedelta(minutes=1)
"""How often one user may join in a minute, counted over all Spaces."""


def join_space(*, public_id: str, user: "User", connection: str) -> Participant:
    """Let `user` into the Space as a listener, or bring the user back in the earlier role. The audio moves to
    `connection`.

    A Space that waits for its host goes live when the host joins.

    1. The user gets a lease in `presence`. If they joined first, a sweep in between would count a returning user as
       lost.
    2. A participant who is already in keeps role, seat and mute state; only the connection changes.
    3. A different connection takes the audio over: the older tab is told that it was replaced.
    4. If the rules refuse, the lease is taken back, unless the user is inside by another connection.

    Errors: `removed`, `blocked`, `locked`, `ended`, `not_live`, `canceled`, `too_many`; `redis.RedisError`.
    """
    _spend_entrance(public_id, user)
    presence.enter(public_id, user.pk)
    try:
        return _join(public_id, user, connection)
    except ProductError:
        if not selectors.is_inside(public_id=public_id, user=user):
            presence.forget(public_id, user.pk)
        raise


def _join(public_id: str, user: "User", connection: str) -> Participant:
    with turn(public_id) as current:
        actor = current.place_of(user)
        if _is_awaited(current, actor):
            start_in(current, current.actor(user, Action.START))
        rules.require(Action.JOIN, space=current.space, actor=actor)
        participant = actor if actor.pk else None
        _require_welcome(current, participant, user)
        entered = _enter(current, participant, user, connection)
        _take_over(current, entered, connection)
        if entered.role == Role.HOST:
            host_back(current)
    return entered


def _is_awaited(current: Turn, actor: Participant) -> bool:
    space = current.space
    return space.starts_when_joined and space.state == SpaceState.SCHEDULED and actor.role == Role.HOST


def leave_space(*, public_id: str, user: "User") -> None:
    """Let `user` leave. Other participants are not notified. Error: `host_cannot_leave`."""
    with turn(public_id) as current:
        participant = current.actor(user, Action.LEAVE)
        go(current, participant)
        current.log(LogKind.LEFT, actor=user)
        current.say(events.close_people([user.pk], events.CLOSE_LEFT))
        transaction.on_commit(lambda: _forget(public_id, user.pk))


def _forget(public_id: str, user_id: int) -> None:
    """End the lease of a user who left. While Redis is away, the lease ends by itself a little later."""
    with contextlib.suppress(*AWAY):
        presence.forget(public_id, user_id)


def leave_everywhere(*, user: "User") -> None:
    """Take `user` out of every live Space before the account is deleted. The Spaces that the user hosts end. In others
    the user's seat, request and sockets are given up."""
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
    with turn(public_id) as current:
        participant = current.participant(user_id)
        if participant is None or not participant.is_active or participant.connection != connection:
            return False
        if participant.role == Role.HOST or not current.space.is_live:
            return False
        role = participant.role
        go(current, participant)
        reason = role if role in MIC_ROLES else ""
        current.log(LogKind.LOST, actor=None, target=participant.user, reason=reason)
    return True


def go(current: Turn, participant: Participant) -> None:
    """Take a participant out of the Space: give the seat back and withdraw the request. Call it inside a larger
    turn."""
    give_mic_back(current, participant)
    withdraw_request(current, participant, RequestState.CANCELED, by=None)
    participant.left_at = current.now
    participant.connection = ""
    participant.save(update_fields=["left_at", "connection"])
    current.audience_changed()


def give_mic_back(current: Turn, participant: Participant) -> None:
    """Make a speaker or co-host a listener. A listener stays as they are."""
    if participant.role == Role.LISTENER:
        return
    if participant.role == Role.SPEAKER:
        Space.give_seat_back(space_id=current.space.pk)
    resign(current, participant)
    current.change(participant, role=Role.LISTENER, muted=True, mixer_id="", lane=None)
    current.audience_changed()


def withdraw_request(current: Turn, participant: Participant, state: RequestState, *, by: "User | None") -> bool:
    """Close the participant's waiting request, and tell the managers of the Space. Return False if no request waits."""
    waiting = current.space.requests.filter(user=participant.user_id, state__in=REQUEST_MOVES.into(state))
    if not waiting.update(state=state, decided_at=current.now, decided_by=by):
        return False
    current.tell_managers(participant.user, state)
    return True


def _spend_entrance(public_id: str, user: "User") -> None:
    """Spend one entrance of the user's rate limit. A participant who is already in, and comes by another connection as
    all clients do after a crash, spends nothing."""
    if not selectors.is_inside(public_id=public_id, user=user):
        spend(what="join", user_id=user.pk, limit=JOINS, window=WINDOW)


def _require_welcome(current: Turn, participant: Participant | None, user: "User") -> None:
    space = current.space
    rules.require_not_blocked(blocked=is_blocked(blocker_id=space.host_id, blocked_id=user.pk))
    invited = space.locked and space.invitations.filter(invitee=user).exists()
    rules.require_open(locked=space.locked, known=participant is not None, invited=invited)


def _enter(current: Turn, participant: Participant | None, user: "User", connection: str) -> Participant:
    if participant is not None and participant.is_active:
        return participant
    entered = participant or Participant(space=current.space, user=user, connection=connection)
    entered.lost_seat = _has_lost_seat(current, entered)
    entered.joined_at, entered.left_at = current.now, None
    entered.save()
    Space.objects.filter(pk=current.space.pk).update(joins=F("joins") + 1)
    current.log(LogKind.JOINED, actor=user)
    current.audience_changed()
    return entered


def _has_lost_seat(current: Turn, participant: Participant) -> bool:
    """Tell whether a microphone was taken from the participant because they were away for too long. The log has a LOST
    line for that, written at the moment at which they were counted as gone."""
    if participant.left_at is None:
        return False
    clock_ms = int(current.space.clock(participant.left_at).total_seconds() * 1000)
    lost = current.space.log.filter(kind=LogKind.LOST, target=participant.user, clock_ms=clock_ms)
    return lost.filter(reason__in=MIC_ROLES).exists()


def _take_over(current: Turn, participant: Participant, connection: str) -> None:
    previous = participant.connection
    if previous == connection and participant.absent_since is None:
        return
    participant.connection, participant.absent_since = connection, None
    participant.save(update_fields=["connection", "absent_since"])
    if previous and previous != connection:
        current.say(events.close_people([participant.user_id], events.CLOSE_REPLACED, spare=connection))
