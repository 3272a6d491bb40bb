"""Deletes captions that were kept for long enough. `spaces.moderation.purge` calls this.

A whole Space is deleted much later, with all that is left of it.
"""

from datetime import datetime

from django.db.models import Q

from captions.models import Comment, Utterance, UtteranceAudio
from captions.states import UtteranceState
from spaces.models import Space
from spaces.moderation import retention
from spaces.states import SpaceState

_AT_ONCE = 50


def purge(now: datetime, dry_run: bool) -> int:
    """Delete captions of Spaces that ended `KEPT` ago, or `KEPT_WHILE_HELD` if an open report holds them, with their
    redactions; and sound that nothing holds any more. Return how many utterances went, or would go."""
    if not dry_run:
        _purge_sound()
    due = sorted(_due(now, Q(utterances__isnull=False)))
    batches = (due[start : start + _AT_ONCE] for start in range(0, len(due), _AT_ONCE))
    return sum(_purge_batch(batch, dry_run=dry_run) for batch in batches)


def purge_comments(now: datetime, dry_run: bool) -> int:
    """Delete comments as long after the end of their Space as captions. Return how many went, or would go."""
    rows = Comment.objects.filter(space__in=_due(now, Q(comments__isnull=False)))
    return rows.count() if dry_run else rows.delete()[0]


def _due(now: datetime, has_lines: Q) -> set[int]:
    over = Space.objects.filter(has_lines, state=SpaceState.ENDED)
    old = set(over.filter(ended_at__lt=now - retention.KEPT).values_list("pk", flat=True))
    very_old = set(over.filter(ended_at__lt=now - retention.KEPT_WHILE_HELD).values_list("pk", flat=True))
    return (old - retention.held(old)) | very_old


def _purge_batch(space_ids: list[int], *, dry_run: bool) -> int:
    utterances = Utterance.objects.filter(space__in=space_ids)
    if dry_run:
        return utterances.count()
    _, by_model = utterances.delete()
    return by_model.get(Utterance._meta.label, 0)


def _purge_sound() -> None:
    """Delete the sound of final utterances. A failed one keeps its sound, so that it may be tried again."""
    kept = UtteranceAudio.objects.filter(utterance__state=UtteranceState.FINAL)
    spaces = set(kept.values_list("utterance__space", flat=True))
    kept.filter(utterance__space__in=spaces - retention.held(spaces)).delete()
