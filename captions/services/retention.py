"""How long captions are kept. `spaces.purge` calls this; a whole Space goes much later, with all that is left of it."""

from datetime import datetime

from captions.models import Utterance, UtteranceAudio
from captions.states import UtteranceState
from spaces import retention
from spaces.models import Space
from spaces.states import SpaceState

_AT_ONCE = 50


def purge(now: datetime, dry_run: bool) -> int:
    """Deletes what was said in Spaces that ended `KEPT` ago, or `KEPT_WHILE_HELD` where something open holds them, with
    its redactions; and sound that nothing holds any more. Gives how many utterances went, or would go."""
    if not dry_run:
        _purge_sound()
    due = sorted(_due(now))
    batches = (due[start : start + _AT_ONCE] for start in range(0, len(due), _AT_ONCE))
    return sum(_purge_batch(batch, dry_run=dry_run) for batch in batches)


def _due(now: datetime) -> set[int]:
    over = Space.objects.filter(state=SpaceState.ENDED, utterances__isnull=False)
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
    """Of final utterances; that of a failed one stays for as long as its row, so that it may be tried again."""
    kept = UtteranceAudio.objects.filter(utterance__state=UtteranceState.FINAL)
    spaces = set(kept.values_list("utterance__space", flat=True))
    kept.filter(utterance__space__in=spaces - retention.held(spaces)).delete()
