"""Invariants of every Space at any moment, whatever commands raced and whatever process died. Reads only."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Block
from spaces.models import Participant, Space, SpeakRequest
from spaces.states import MIC_ROLES, MOST_COHOSTS, RequestState, Role, SpaceState


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken invariant. `rule` is one of the names below; `person` is the username concerned, if there is one."""

    space: str
    rule: str
    person: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def violations(public_id: str | None = None) -> list[Violation]:
    """Return the broken invariants of one Space, or of all: none, unless there is a bug. It takes a few queries,
    however many Spaces there are."""
    spaces = Space.objects.all() if public_id is None else Space.objects.filter(public_id=public_id)
    return [violation for check in _CHECKS for violation in check(spaces)]


Check = Callable[[QuerySet[Space]], Iterator[Violation]]
_CHECKS: list[Check] = []


def _check(check: Check) -> Check:
    _CHECKS.append(check)
    return check


@_check
def _one_host(spaces: QuerySet[Space]) -> Iterator[Violation]:
    hosts = Participant.objects.filter(space=OuterRef("pk"), role=Role.HOST, user=OuterRef("host"))
    counted = spaces.annotate(hosts=Count("participants", filter=Q(participants__role=Role.HOST)))
    yield from _broken(counted.filter(~Q(hosts=1) | ~Exists(hosts)), "one_host")


@_check
def _places(spaces: QuerySet[Space]) -> Iterator[Violation]:
    counted = spaces.annotate(
        cohosts=_active(role=Role.COHOST), speakers=_active(role=Role.SPEAKER), mics=_active(role__in=MIC_ROLES)
    )
    seats: int = settings.SPACES_MAX_SPEAKERS
    yield from _broken(counted.filter(cohosts__gt=MOST_COHOSTS), "two_cohosts")
    yield from _broken(counted.filter(speakers__gt=seats), "speaker_seats")
    yield from _broken(counted.filter(mics__gt=seats + MOST_COHOSTS + 1), "microphones")
    yield from _broken(counted.exclude(seats_taken=F("speakers")), "seats_are_counted")


@_check
def _acting_host(spaces: QuerySet[Space]) -> Iterator[Violation]:
    runs = Participant.objects.active().filter(space=OuterRef("pk"), role=Role.COHOST, user=OuterRef("acting_host"))
    acting = spaces.exclude(acting_host=None)
    yield from _broken(acting.filter(Q(host_lost_at=None) | ~Exists(runs)), "acting_host_is_a_cohost")


@_check
def _who_is_in(spaces: QuerySet[Space]) -> Iterator[Violation]:
    active = Participant.objects.active().filter(space__in=spaces)
    blocks = Block.objects.filter(blocker=OuterRef("space__host"), blocked=OuterRef("user"))
    live = active.filter(space__state=SpaceState.LIVE)
    scheduled_host = Q(space__state=SpaceState.SCHEDULED)
    yield from _misplaced(active.exclude(removed_at=None), "removed_is_out")
    yield from _misplaced(live.filter(Exists(blocks)), "blocked_is_out")
    yield from _misplaced(live.filter(user__suspended_until__gt=timezone.now()), "suspended_is_out")
    yield from _misplaced(active.exclude(space__state=SpaceState.LIVE).exclude(scheduled_host), "nobody_after_the_end")


@_check
def _who_waits(spaces: QuerySet[Space]) -> Iterator[Violation]:
    listens = Participant.objects.active().filter(
        space=OuterRef("space"), user=OuterRef("user"), role=Role.LISTENER, space__state=SpaceState.LIVE
    )
    waiting = SpeakRequest.objects.filter(space__in=spaces, state=RequestState.PENDING).filter(~Exists(listens))
    for public_id, username in waiting.values_list("space__public_id", "user__username"):
        yield Violation(public_id, "only_listeners_wait", username)


def _active(**fields: object) -> Count:
    conditions = {f"participants__{name}": value for name, value in fields.items()}
    return Count("participants", filter=Q(participants__left_at=None, **conditions))


def _broken(spaces: QuerySet[Space], rule: str) -> Iterator[Violation]:
    for public_id in spaces.values_list("public_id", flat=True):
        yield Violation(public_id, rule)


def _misplaced(participants: QuerySet[Participant], rule: str) -> Iterator[Violation]:
    for public_id, username in participants.values_list("space__public_id", "user__username"):
        yield Violation(public_id, rule, username)
