"""What time does to Spaces. Each pass looks for rows that are due: a worker that dies loses nothing, and two passes at
once do no harm."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from spaces import presence
from spaces.models import Participant, Space
from spaces.services.absence import host_found, host_lost, succeed
from spaces.services.attendance import mark_lost
from spaces.services.barring import put_out_all_blocked
from spaces.services.broadcasts import end_lost_broadcasts
from spaces.services.lifecycle import cancel_space, end_space
from spaces.states import EndReason, Role, SpaceState
from spaces_project.common.errors import Conflict


@dataclass(slots=True)
class Expired:
    """How many rows of each kind a pass found due and settled."""

    hosts_lost: int = 0
    people_lost: int = 0
    people_barred: int = 0
    broadcasts_lost: int = 0
    ended: int = 0
    canceled: int = 0
    next_grace_ends: datetime | None = None
    """The moment at which the first grace time of the absent hosts ends. None if no host is absent."""

    def as_dict(self) -> dict[str, int]:
        """Return the numbers alone, without the time of the next grace end."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}

    def grace_ends(self, moment: datetime) -> None:
        """Remember the earliest grace time that ends."""
        self.next_grace_ends = min(self.next_grace_ends or moment, moment)


def expire(*, now: datetime | None = None) -> Expired:
    """Make one pass over every live and scheduled Space. `now` defaults to the present; only tests pass another
    moment."""
    moment = now or timezone.now()
    result = Expired()
    _cancel_never_started(moment, result)
    result.people_barred = put_out_all_blocked()
    _count_joins()
    _empty_ended(moment)
    believable = presence.is_trustworthy()
    for space in Space.objects.filter(state=SpaceState.LIVE).select_related("creator", "host"):
        if believable:
            _sweep(space, moment, result)
            _settle_absence(space, moment, result)
            result.broadcasts_lost += end_lost_broadcasts(space)
        _end_too_long(space, moment, result)
    return result


def _cancel_never_started(now: datetime, result: Expired) -> None:
    latest = now - settings.SPACES_START_GRACE
    never_joined = Q(starts_when_joined=True, created_at__lt=latest)
    due = Space.objects.filter(Q(scheduled_start__lt=latest) | never_joined, state=SpaceState.SCHEDULED)
    for public_id in due.values_list("public_id", flat=True):
        try:
            cancel_space(public_id=public_id, user=None, reason=EndReason.NEVER_STARTED)
        except Conflict:  # The Space was started or canceled a moment ago.
            continue
        result.canceled += 1


def _count_joins() -> None:
    """Store how many people came to each live Space, without its host. Joins do not, because they would wait for each
    other at the Space's row."""
    came = Participant.objects.filter(space__state=SpaceState.LIVE).exclude(role=Role.HOST)
    for space_id, before, number in came.values_list("space", "space__joins").annotate(Count("pk")).order_by():
        if number != before:
            Space.objects.filter(pk=space_id).update(joins=number)


def _empty_ended(now: datetime) -> None:
    """Take out the people whom a Space that ended did not see coming. Only a process that dies right after the commit
    of the end leaves any."""
    Participant.objects.filter(space__state=SpaceState.ENDED).put_out(now)


def _sweep(space: Space, now: datetime, result: Expired) -> None:
    host_silent_since = presence.silent_since(space.public_id, space.host_id)
    presence.drop_ended(space.public_id)
    here = presence.present(space.public_id)
    _welcome_back(space, here)
    lease = settings.SPACES_PRESENCE_LEASE
    for participant in space.participants.active():
        if participant.user_id in here or now - participant.joined_at < lease:
            continue
        if participant.role == Role.HOST:
            result.hosts_lost += _lose_host(space, min(host_silent_since or now, now))
        elif participant.role == Role.LISTENER or _seat_is_due(participant, now):
            result.people_lost += mark_lost(
                public_id=space.public_id, user_id=participant.user_id, connection=participant.connection
            )


def _welcome_back(space: Space, here: set[int]) -> None:
    """Clear the absence of people whose lease came back without a new join. Their socket never closed; only Redis was
    away."""
    missed = space.participants.active().exclude(absent_since=None)
    missed.filter(user_id__in=here).update(absent_since=None)
    if space.host_lost_at is not None and space.host_id in here:
        host_found(public_id=space.public_id)


def _lose_host(space: Space, since: datetime) -> bool:
    return space.host_lost_at is None and host_lost(public_id=space.public_id, since=since)


def _seat_is_due(participant: Participant, now: datetime) -> bool:
    """Tell whether an absent speaker has been away for the whole grace time. Seats get one because they are the only
    thing that a moment's absence would cost."""
    if participant.absent_since is None:
        Participant.objects.filter(pk=participant.pk, absent_since=None).update(absent_since=now)
        return False
    grace: timedelta = settings.SPACES_SPEAKER_GRACE
    return now - participant.absent_since >= grace


def _settle_absence(space: Space, now: datetime, result: Expired) -> None:
    lost_at = Space.objects.values_list("host_lost_at", flat=True).get(pk=space.pk)
    if lost_at is None:
        return
    grace_ends = lost_at + settings.SPACES_HOST_GRACE
    if now < grace_ends:
        result.grace_ends(grace_ends)
    elif succeed(public_id=space.public_id, lost_at=lost_at, present=presence.present(space.public_id)):
        result.ended += 1


def _end_too_long(space: Space, now: datetime, result: Expired) -> None:
    if space.started_at is None or now - space.started_at < settings.SPACES_MAX_DURATION:
        return
    try:
        end_space(public_id=space.public_id, user=None, reason=EndReason.TOO_LONG)
    except Conflict:  # The Space has ended meanwhile.
        return
    result.ended += 1
