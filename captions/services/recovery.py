"""Finishes what processes that died left behind."""

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from captions import interim_audio, lateness
from captions.events import publish_late
from captions.models import Utterance
from captions.services.utterances import drop, end_utterance
from captions.signals import utterance_waits
from captions.states import Source, UtteranceState
from spaces.models import Space
from spaces.states import SpaceState

ABANDONED = timedelta(seconds=30)
"""Longer than any utterance."""
LATE = timedelta(seconds=5)
"""From then on readers are told: in silence they cannot know whether nothing is said or nothing comes."""
OVERDUE = timedelta(seconds=5)
MOST_WAITING = 200
"""Of one Space: a quarter of an hour of speech. What waits beyond that is dropped, the oldest first."""
_AT_ONCE = 200
_BYTES_PER_MS = 32


def recover_abandoned(*, space: Space | None = None) -> int:
    """Queue utterances whose ingest died while they were spoken. What Redis has of their sound is all there will be.
    With a Space all of its open ones, otherwise those that are older than any can be. Return how many."""
    open_ = Utterance.objects.filter(state=UtteranceState.OPEN)
    open_ = open_.filter(space=space, source=Source.SERVER) if space else open_.filter(created_at__lt=_ago(ABANDONED))
    found = list(open_[:_AT_ONCE])
    for utterance in found:
        pcm = interim_audio.read(utterance.pk)
        if pcm:
            end_ms = utterance.start_ms + len(pcm) // _BYTES_PER_MS
            end_utterance(utterance_id=utterance.pk, end_ms=end_ms, pcm=pcm)
        else:
            drop([utterance.pk], why="its sound was lost")
    return len(found)


def queue_again(*, queued: int) -> int:
    """Send again the jobs that the queue lost or a dead worker held. `queued`: how many are left in the queue. Return
    how many were sent."""
    _drop_backlog()
    now = timezone.now()
    waiting = Utterance.objects.filter(state=UtteranceState.WAITING, queued_at__lt=now - OVERDUE)
    dead = Utterance.objects.filter(state=UtteranceState.RUNNING, claimed_until__lt=now)
    lost = list(dead[:_AT_ONCE].values_list("pk", flat=True))
    if waiting.count() > queued:  # else they only wait their turn
        lost += waiting.order_by("queued_at")[:_AT_ONCE].values_list("pk", flat=True)
    for utterance_id in lost:
        Utterance.objects.filter(pk=utterance_id).update(queued_at=now)
        utterance_waits.send(Utterance, utterance_id=utterance_id)
    return len(lost)


def tell_lateness() -> None:
    """Tell readers of each Space whose captions are late how late they are, and the others that it is over. Raises
    redis.RedisError."""
    now = timezone.now()
    oldest: dict[str, float] = {}
    unfinished = Utterance.objects.filter(state__in=(UtteranceState.WAITING, UtteranceState.RUNNING))
    for public_id, at in unfinished.values_list("space__public_id").annotate(Min("queued_at")):
        oldest[public_id] = (now - at).total_seconds() if at else 0.0
    live = Space.objects.filter(state=SpaceState.LIVE, captions_allowed=True).values_list("public_id", flat=True)
    for public_id in live:
        waited = oldest.get(public_id, 0.0)
        seconds = int(waited) if waited >= LATE.total_seconds() else 0
        if lateness.change(public_id, seconds):
            publish_late(public_id, seconds)


def _drop_backlog() -> None:
    waiting = Utterance.objects.filter(state=UtteranceState.WAITING)
    for space_id in set(waiting.order_by().values_list("space", flat=True)):
        newest_first = waiting.filter(space=space_id).order_by("-start_ms")
        drop(list(newest_first[MOST_WAITING:].values_list("pk", flat=True)), why="too many waited")


def _ago(age: timedelta) -> datetime:
    return timezone.now() - age
