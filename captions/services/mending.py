"""What is left behind by processes that died."""

from datetime import datetime, timedelta

from django.utils import timezone

from captions import drafts
from captions.models import Utterance
from captions.services.utterances import drop, end_utterance
from captions.signals import utterance_waits
from captions.states import Source, UtteranceState
from spaces.models import Space

ABANDONED = timedelta(seconds=30)
"""Longer than any utterance."""
OVERDUE = timedelta(seconds=5)
MOST_WAITING = 200
"""Of one Space: a quarter of an hour of speech. What waits beyond that is dropped, the oldest first."""
_AT_ONCE = 200
_BYTES_PER_MS = 32


def recover_abandoned(*, space: Space | None = None) -> int:
    """Utterances whose ingest died while they were spoken: what Redis has of their sound is all there will be. With a
    Space all of its open ones, else those that are older than any can be. How many."""
    open_ = Utterance.objects.filter(state=UtteranceState.OPEN)
    open_ = open_.filter(space=space, source=Source.SERVER) if space else open_.filter(created_at__lt=_ago(ABANDONED))
    found = list(open_[:_AT_ONCE])
    for utterance in found:
        pcm = drafts.read(utterance.pk)
        if pcm:
            end_ms = utterance.start_ms + len(pcm) // _BYTES_PER_MS
            end_utterance(utterance_id=utterance.pk, end_ms=end_ms, pcm=pcm)
        else:
            drop([utterance.pk], why="its sound was lost")
    return len(found)


def queue_again(*, queued: int) -> int:
    """Jobs that the queue lost, or a worker took along that died; `queued`: how many are left. How many were sent."""
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


def _drop_backlog() -> None:
    waiting = Utterance.objects.filter(state=UtteranceState.WAITING)
    for space_id in set(waiting.order_by().values_list("space", flat=True)):
        newest_first = waiting.filter(space=space_id).order_by("-start_ms")
        drop(list(newest_first[MOST_WAITING:].values_list("pk", flat=True)), why="too many waited")


def _ago(age: timedelta) -> datetime:
    return timezone.now() - age
