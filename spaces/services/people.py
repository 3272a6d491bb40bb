"""Telling live Spaces that a participant's name or picture was changed, by the user or by staff."""

from spaces import events
from spaces.events import wire
from spaces.models import Participant
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import MIC_ROLES, Role, SpaceState
from spaces_project.common.errors import NotFound


def person_changed(*, user_id: int) -> None:
    """Tell every live Space in which the user is. Stage, bubble, queue, audience and captions show copies of a name,
    and nothing else would make them read it again."""
    here = Participant.objects.active().filter(user=user_id, space__state=SpaceState.LIVE)
    for public_id in list(here.values_list("space__public_id", flat=True)):
        _tell(public_id, user_id)


def _tell(public_id: str, user_id: int) -> None:
    try:
        with space_change(public_id) as change:
            participant = change.participant(user_id)
            if participant is not None and participant.is_active and change.space.is_live:
                _tell_of(change, participant)
    except NotFound:
        return  # The Space was deleted meanwhile.


def _tell_of(change: SpaceChange, participant: Participant) -> None:
    change.audience_changed()
    if participant.role in MIC_ROLES:
        change.update(participant)
        change.bubble_changed()
    if participant.role == Role.HOST:
        change.space_changed()
    if participant.spoke or participant.role in MIC_ROLES:
        change.publish_later(events.to_everyone(events.PersonChanged(person=wire.person(participant.user))))
    if change.pending_request(participant.user_id) is not None:
        change.queue_replaced()
