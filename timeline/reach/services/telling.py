"""Telling people by push and by mail, in steps that are short and may run twice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from accounts.models import Follow, User, takes_part
from accounts.muting import muters_among
from accounts.selectors import blocked_ids_among, blockers_among
from spaces.models import Space
from spaces.states import SpaceState
from spaces_project.common.limits import spend
from timeline.reach import mails, notice, push
from timeline.reach.kinds import Channel, Kind
from timeline.reach.models import PushSubscription, Wish
from timeline.reach.notice import Notice
from timeline.reach.push import Outcome
from timeline.reach.services.settings import PEOPLE_PER_STEP, in_quiet_hours, wanting

MOST_FAILURES: Final = 20
MAILED_ONCE_SECONDS: Final = 86_400
TRIALS, TRIALS_WINDOW = 10, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Step:
    """Some followers of a host, and where the next step begins (None: this is the last)."""

    told: Notice
    host_id: int
    user_ids: list[int]
    following: int | None


def followers_step(*, space_id: int, after: int = 0) -> Step | None:
    """Return at most `PEOPLE_PER_STEP` followers of the host of a live Space, beginning after the follow `after`.

    Return None if the Space is over: the rest of the followers would come too late.
    """
    space = Space.objects.select_related("host", "creator").filter(pk=space_id, state=SpaceState.LIVE).first()
    if space is None:
        return None
    rows = Follow.objects.filter(followee=space.host_id, pk__gt=after).order_by("pk")
    step = list(rows.values_list("pk", "follower_id")[:PEOPLE_PER_STEP])
    following = step[-1][0] if len(step) == PEOPLE_PER_STEP else None
    return Step(notice.live(space), space.host_id, [follower_id for _, follower_id in step], following)


def tell(*, told: Notice, user_ids: Collection[int], actor_id: int | None = None) -> list[int]:
    """Push the notice to the users who want it. Return those who want it by mail. Never tells across a block, nor users
    who have muted the actor."""
    kind = Kind(told.kind)
    reachable = _reachable(user_ids, actor_id)
    push_people(told=told, user_ids=wanting(reachable, kind, Channel.PUSH))
    return sorted(wanting(reachable, kind, Channel.MAIL))


def push_people(*, told: Notice, user_ids: Collection[int], now: datetime | None = None) -> int:
    """Push the notice to all browsers of the users, unless it is a quiet hour. Return how many browsers took it."""
    awake = set(user_ids) - in_quiet_hours(user_ids, now or timezone.now())
    outcomes = push.send(told, PushSubscription.objects.filter(user__in=awake).select_related("user"))
    _note(outcomes)
    return sum(outcome is Outcome.SENT for outcome in outcomes.values())


def send_trial(*, user: User, told: Notice) -> int:
    """Push a test to the user's own browsers, quiet hours or not. Return how many took it. Error: `too_many`."""
    spend(what="push_trial", user_id=user.pk, limit=TRIALS, window=TRIALS_WINDOW)
    outcomes = push.send(told, PushSubscription.objects.filter(user=user).select_related("user"))
    _note(outcomes)
    return sum(outcome is Outcome.SENT for outcome in outcomes.values())


def mail_people(*, told: Notice, user_ids: Collection[int]) -> None:
    """Mail the notice to the users, each once however often the step runs. Raises `OSError`: then none was mailed."""
    keys = {pk: f"reach:mailed:{told.tag}:{told.kind}:{pk}" for pk in user_ids}
    new = [pk for pk, key in keys.items() if cache.add(key, 1, MAILED_ONCE_SECONDS)]
    try:
        mails.send(told, User.objects.filter(pk__in=new, is_active=True))
    except OSError:
        cache.delete_many([keys[pk] for pk in new])
        raise


def stop_mails(*, user_id: int, kind: Kind) -> None:
    """Send no more mails of this kind to the user. Repeatable, also for an account that is gone."""
    if User.objects.filter(pk=user_id).exists():
        Wish.objects.update_or_create(user_id=user_id, kind=kind, channel=Channel.MAIL, defaults={"wanted": False})


def _reachable(user_ids: Collection[int], actor_id: int | None) -> set[int]:
    people = User.objects.filter(takes_part(), pk__in=user_ids)
    found = set(people.values_list("pk", flat=True))
    if actor_id is None:
        return found
    parted = blocked_ids_among(actor_id, found) | blockers_among(actor_id, found)
    return found - parted - muters_among(actor_id, found)


def _note(outcomes: dict[int, Outcome]) -> None:
    """Forget browsers that are gone, and those that fail for long."""
    by: dict[Outcome, list[int]] = {outcome: [] for outcome in Outcome}
    for pk, outcome in outcomes.items():
        by[outcome].append(pk)
    rows = PushSubscription.objects.all()
    rows.filter(pk__in=by[Outcome.GONE]).delete()
    rows.filter(pk__in=by[Outcome.SENT], failures__gt=0).update(failures=0)
    rows.filter(pk__in=by[Outcome.FAILED]).update(failures=F("failures") + 1)
    rows.filter(pk__in=by[Outcome.FAILED], failures__gte=MOST_FAILURES).delete()
