"""The queue of requests as a whole: many decisions in one change, for a number of queries that does not grow with each
request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.selectors import followed_ids_among
from spaces import rules
from spaces.models import Participant, SpeakRequest
from spaces.rules import Action
from spaces.services.space_change import SpaceChange, space_change
from spaces.services.stage import seat
from spaces.states import REQUEST_MOVES, LogKind, RequestState, SpeakPolicy
from spaces_project.common.errors import BadInput

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 500
"""How many rows one statement changes."""


@dataclass(frozen=True, slots=True)
class Decided:
    """How many were decided, and how many still wait."""

    count: int
    waiting: int


def approve_requests(*, public_id: str, user: "User", target_ids: Sequence[int] | None = None) -> Decided:
    """Approve waiting requests in the order in which they were made, until the seats are full. Without
    `target_ids` take all that wait. A user who no longer waits is skipped."""
    with space_change(public_id) as change:
        change.actor(user, Action.APPROVE_MANY)
        free = settings.SPACES_MAX_SPEAKERS - change.space.seats_taken
        chosen = [request for request in _waiting(change, target_ids) if rules.may_be_given_mic(request.user)][:free]
        people = _settle(change, chosen, RequestState.APPROVED, by=user)
        for participant in people:
            seat(change, participant)
            change.log(LogKind.APPROVED, actor=user, target=participant.user)
        change.notify_many(people, "approved", by=user)
        return _decided(change, people)


def decline_requests(*, public_id: str, user: "User", target_ids: Sequence[int] | None = None) -> Decided:
    """Decline waiting requests. Without `target_ids` decline all."""
    with space_change(public_id) as change:
        change.actor(user, Action.DECLINE_MANY)
        people = decline_many(change, _waiting(change, target_ids), by=user)
        return _decided(change, people)


def set_policy(*, public_id: str, user: "User", policy: str) -> None:
    """Set who may ask to speak. It applies to waiting requests at once: those that the new policy would refuse are
    declined. Error: `bad_policy`."""
    if policy not in SpeakPolicy.values:
        raise BadInput("bad_policy", _("Choose everyone, followed or invited."))
    with space_change(public_id) as change:
        change.actor(user, Action.SET_POLICY)
        if change.space.speak_policy == policy:
            return
        change.store(speak_policy=policy)
        change.log(LogKind.POLICY_CHANGED, actor=user, reason=policy)
        decline_many(change, _refused(change, SpeakPolicy(policy)), by=user)
        change.space_changed()


def decline_many(change: SpaceChange, requests: Sequence[SpeakRequest], *, by: "User") -> list[Participant]:
    """Decline the requests, and return the participants who made them. Call it inside a larger change."""
    people = _settle(change, requests, RequestState.DECLINED, by=by)
    change.log_many(LogKind.DECLINED, actor=by, targets=[participant.user for participant in people])
    change.notify_many(people, "declined", by=by)
    return people


def _waiting(change: SpaceChange, target_ids: Sequence[int] | None = None) -> list[SpeakRequest]:
    waiting = change.space.requests.filter(state=RequestState.PENDING)
    if target_ids is not None:
        waiting = waiting.filter(user__in=target_ids)
    return list(waiting.select_related("user").order_by("created_at", "id"))


def _settle(
    change: SpaceChange, requests: Sequence[SpeakRequest], state: RequestState, *, by: "User"
) -> list[Participant]:
    """Move the requests to `state`, and return the participants who made them."""
    people: list[Participant] = []
    for start in range(0, len(requests), CHUNK):
        chunk = requests[start : start + CHUNK]
        rows = SpeakRequest.objects.filter(pk__in=[request.pk for request in chunk])
        rows.filter(state__in=REQUEST_MOVES.into(state)).update(state=state, decided_at=change.now, decided_by=by)
        there = change.space.participants.active().filter(user__in=[request.user_id for request in chunk])
        people.extend(there.select_related("user"))
    if requests:
        change.queue_replaced()
    return people


def _refused(change: SpaceChange, policy: SpeakPolicy) -> list[SpeakRequest]:
    """Return the waiting requests that this policy would refuse."""
    waiting = _waiting(change)
    ids = {request.user_id for request in waiting}
    followed = followed_ids_among(change.space.host_id, ids) if policy == SpeakPolicy.FOLLOWED else set()
    offered = set(change.space.invitations.filter(to_speak=True).values_list("invitee_id", flat=True))
    return [
        request
        for request in waiting
        if rules.asking_obstacle(
            policy, followed_by_host=request.user_id in followed, invited=request.user_id in offered
        )
    ]


def _decided(change: SpaceChange, people: Sequence[Participant]) -> Decided:
    return Decided(count=len(people), waiting=change.space.requests.filter(state=RequestState.PENDING).count())
