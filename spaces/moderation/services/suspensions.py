"""Suspending a user, and ending at once what the user is doing in live Spaces."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Suspension, SuspensionScope
from accounts.services import suspend_user
from spaces import events
from spaces.models import Participant
from spaces.services.attendance import give_mic_back, go, withdraw_request
from spaces.services.lifecycle import end_space
from spaces.services.repetition import stop_repeating
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import MANAGER_ROLES, EndReason, LogKind, RequestState, Role, SpaceState
from spaces_project.common.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User


def suspend_person(*, user: "User", scope: SuspensionScope, until: datetime | None = None) -> Suspension:
    """Suspend a user, in one transaction. It takes effect in live Spaces within a second. Error: `bad_time`.

    The Spaces that the user hosts end, and none follows those that repeat. A user suspended from hosting stops running
    other people's Spaces. One suspended from speaking loses the microphone, too. One suspended entirely is put out of
    every Space.
    """
    with transaction.atomic():
        suspension = suspend_user(user=user, scope=scope, until=until)
        stop_repeating(user=user)
        _hold_back_everywhere(user, scope)
        if scope == SuspensionScope.ENTIRELY:
            # Joins take no lock: one that did not see the suspension, and was not seen here, is committed by now.
            transaction.on_commit(partial(_hold_back_everywhere, user, scope))
    return suspension


def _hold_back_everywhere(user: "User", scope: SuspensionScope) -> None:
    here = Participant.objects.active().filter(user=user, space__state=SpaceState.LIVE).order_by("space_id")
    for public_id, role in list(here.values_list("space__public_id", "role")):
        if role == Role.HOST:
            _end(public_id)
        else:
            _hold_back(public_id, user, scope)


def _end(public_id: str) -> None:
    try:
        with transaction.atomic():
            end_space(public_id=public_id, user=None, reason=EndReason.OPERATOR)
    except Conflict:  # The Space ended a moment ago.
        return


def _hold_back(public_id: str, user: "User", scope: SuspensionScope) -> None:
    with space_change(public_id) as change:
        participant = change.participant(user.pk)
        if participant is None or not participant.is_active:
            return
        if scope == SuspensionScope.ENTIRELY:
            _put_out(change, participant)
        elif scope == SuspensionScope.SPEAKING or participant.role in MANAGER_ROLES:
            _silence(change, participant)


def _put_out(change: SpaceChange, participant: Participant) -> None:
    go(change, participant)
    change.log(LogKind.LEFT, actor=None, target=participant.user, reason="suspended")
    change.publish_later(events.close_people([participant.user_id], events.CLOSE_SUSPENDED))


def _silence(change: SpaceChange, participant: Participant) -> None:
    had_mic = participant.has_mic
    asked = withdraw_request(change, participant, RequestState.DECLINED, by=None)
    give_mic_back(change, participant)
    change.space.invitations.filter(invitee=participant.user).update(to_speak=False)
    if had_mic:
        change.log(LogKind.MIC_TAKEN, actor=None, target=participant.user, reason="suspended")
        change.notify(participant, "mic_taken")
    elif asked:
        change.notify(participant, "declined")
