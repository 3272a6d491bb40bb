"""Keeps an utterance from its first sound until the engine takes it over."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from captions.events import publish_line
from captions.models import Track, Utterance, UtteranceAudio
from captions.selectors import consents, language_of
from captions.signals import utterance_waits
from captions.states import UNFINISHED, UTTERANCE_MOVES, Source, UtteranceState
from spaces.models import Space
from spaces.moderation.services import flag_caption
from spaces_project.common import metrics
from spaces_project.common.errors import Conflict


def begin_utterance(
    *, space: Space, speaker_id: int, start_ms: int, source: Source = Source.SERVER, epoch: int | None = None
) -> Utterance:
    """Store that a person begins to speak at `start_ms` on the Space's clock. The same beginning twice is the same
    utterance.

    `epoch`: of the ingest that heard it. Errors: `no_consent`, `superseded`.
    """
    if epoch is not None and not Track.objects.filter(space=space, epoch=epoch).exists():
        raise Conflict("superseded", _("Another ingest has taken this Space over."))
    if not consents(space=space, user_id=speaker_id):
        raise Conflict("no_consent", _("This person has not agreed to be captioned here."))
    utterance, _is_new = Utterance.objects.get_or_create(
        space=space,
        speaker_id=speaker_id,
        start_ms=start_ms,
        defaults={"source": source, "language": language_of(space)},
    )
    return utterance


def show_interim(*, utterance_id: int, text: str, revision: int) -> bool:
    """Show what is understood so far. Return False if something newer was shown, or the utterance has ended."""
    open_ = Utterance.objects.filter(pk=utterance_id, state=UtteranceState.OPEN, revision__lt=revision)
    if not open_.update(text=text, revision=revision):
        return False
    publish_line(loaded(utterance_id), final=False)
    return True


def end_utterance(*, utterance_id: int, end_ms: int, pcm: bytes) -> bool:
    """End the utterance; its sound waits for the engine. Return False if it had ended or was dropped already.

    `pcm`: int16, little-endian, mono, 16 kHz.
    """
    with transaction.atomic():
        open_ = Utterance.objects.filter(pk=utterance_id, state=UtteranceState.OPEN)
        if not open_.update(state=UtteranceState.WAITING, end_ms=end_ms, queued_at=timezone.now()):
            return False
        UtteranceAudio.objects.create(utterance_id=utterance_id, pcm=pcm)
        transaction.on_commit(lambda: utterance_waits.send(Utterance, utterance_id=utterance_id))
    return True


def drop_utterances(*, space: Space, speaker_id: int | None = None) -> int:
    """Drop what is not final yet, of one person or of everyone, with sound and interim text. Return how many."""
    unfinished = Utterance.objects.filter(space=space, state__in=UNFINISHED)
    if speaker_id is not None:
        unfinished = unfinished.filter(speaker=speaker_id)
    return drop(list(unfinished.values_list("pk", flat=True)))


def drop(utterance_ids: list[int], *, why: str = "") -> int:
    """Drop these utterances with their text and sound, except those that became final meanwhile. Return how many were
    dropped.

    `why` is stored as the error of each. Pages take the lines away after the commit.
    """
    dropped = 0
    with transaction.atomic():
        for utterance_id in utterance_ids:
            row = Utterance.objects.filter(pk=utterance_id, state__in=UTTERANCE_MOVES.into(UtteranceState.DROPPED))
            found = row.first()
            if found is None or not row.update(
                state=UtteranceState.DROPPED, text="", words=[], error=why, revision=found.revision + 1
            ):
                continue
            dropped += 1
            UtteranceAudio.objects.filter(utterance=utterance_id).delete()
            if found.revision:
                transaction.on_commit(lambda pk=utterance_id: publish_line(loaded(pk), final=True))  # type: ignore[misc]  # a lambda's default has no type
    return dropped


def publish_final(utterance_id: int) -> None:
    """Publish a final text to the room, and let the moderators' word list look at it."""
    utterance = loaded(utterance_id)
    publish_line(utterance, final=True)
    spoken_for = utterance.space.clock(timezone.now()).total_seconds()
    metrics.CAPTION_LAG.observe(max(0.0, spoken_for - (utterance.end_ms or 0) / 1000))
    flag_caption(space_id=utterance.space_id, caption_id=utterance_id, text=utterance.text)


def loaded(utterance_id: int) -> Utterance:
    return Utterance.objects.select_related("space", "speaker", "redaction").get(pk=utterance_id)
