"""Telling live Spaces that a participant's name or picture was changed, by the user or by staff."""

from spaces import events, wire
from spaces.models import Participant
from spaces.services.turn import Turn, turn
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
        with turn(public_id) as current:
            participant = current.participant(user_id)
            if participant is not None and participant.is_active and current.space.is_live:
                _tell_of(current, participant)
    except NotFound:
        return  # The Space was deleted meanwhile.


def _tell_of(current: Turn, participant: Participant) -> None:
    current.audience_changed()
    if participant.role in MIC_ROLES:
        current.change(participant)
        current.bubble_changed()
    if participant.role == Role.HOST:
        current.space_changed()
    if participant.spoke or participant.role in MIC_ROLES:
        current.say(events.to_everyone(events.PersonChanged(person=wire.person(participant.user))))
    if current.pending_request(participant.user_id) is not None:
        current.queue_replaced()
