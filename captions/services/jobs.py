"""The work of a worker on one utterance. A killed worker loses nothing: its claim expires and another takes over. Each
attempt is counted when it begins, so that one that kills its worker ends as a failure too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from captions.events import publish_line
from captions.models import Utterance, UtteranceAudio
from captions.recognised import Word, joined
from captions.selectors import is_translated, names_in
from captions.services.utterances import drop, loaded, publish_final
from captions.signals import utterance_waits
from captions.states import UTTERANCE_MOVES, UtteranceState
from spaces import rules
from spaces.moderation import retention
from spaces_project.common.errors import Conflict

CLAIM = timedelta(seconds=9)
"""How long a claim lasts without being extended."""
MOST_ATTEMPTS = 3
BACKLOG = 4
"""From so many waiting utterances of a Space on, those of one speaker are understood together."""
WIDEST_GAP_MS = 3_000
LONGEST_MS = 28_000
"""What the engine looks at in one pass, less a little."""
_BYTES_PER_MS = 32


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt.

    `pcm`: int16, little-endian, mono, 16 kHz; `start_ms`: its beginning on the Space's clock; `names`: words that are
    likely to be spoken, so that they are spelled right; `expected`: the language of the speaker's account, or empty.
    """

    utterance_id: int
    attempt: int
    language: str
    start_ms: int
    pcm: bytes
    space_id: int
    speaker_id: int
    expected: str = ""
    names: tuple[str, ...] = ()
    translate: bool = False


def claim(*, utterance_id: int) -> Claim | None:
    """Claim an utterance. Return None if there is nothing to do: it is final, dropped, failed, or with a living
    worker."""
    now = timezone.now()
    free = Q(state=UtteranceState.WAITING) | Q(state=UtteranceState.RUNNING, claimed_until__lt=now)
    with transaction.atomic():
        row = Utterance.objects.filter(free, pk=utterance_id)
        if not row.update(state=UtteranceState.RUNNING, attempts=F("attempts") + 1, claimed_until=now + CLAIM):
            return None
        utterance = Utterance.objects.select_related("space", "speaker").get(pk=utterance_id)
        if utterance.attempts > MOST_ATTEMPTS:
            _give_up(utterance, utterance.error or "the worker ended during every attempt")
            return None
        pcm = _with_followers(utterance, bytes(UtteranceAudio.objects.get(utterance=utterance_id).pcm))
    return Claim(
        utterance_id=utterance_id,
        attempt=utterance.attempts,
        language=utterance.language,
        start_ms=utterance.start_ms,
        pcm=pcm,
        space_id=utterance.space_id,
        speaker_id=utterance.speaker_id,
        expected=utterance.speaker.language,
        names=names_in(utterance.space),
        translate=is_translated(utterance.space),
    )


def _with_followers(utterance: Utterance, pcm: bytes) -> bytes:
    """Take along what the same person said next, where many lines wait: one pass over 30 s costs little more than one
    over three, and lines that are late anyway may be longer."""
    waiting = Utterance.objects.filter(space=utterance.space_id, state=UtteranceState.WAITING)
    if waiting.count() < BACKLOG:
        return pcm
    merged = bytearray(pcm)
    end_ms = utterance.end_ms or utterance.start_ms
    later = waiting.filter(speaker=utterance.speaker_id, start_ms__gte=end_ms).order_by("start_ms")
    for follower in later.select_related("audio")[:BACKLOG]:
        gap_ms, sound = follower.start_ms - end_ms, bytes(follower.audio.pcm)
        if gap_ms > WIDEST_GAP_MS or len(merged) + gap_ms * _BYTES_PER_MS + len(sound) > LONGEST_MS * _BYTES_PER_MS:
            break
        merged += bytes(gap_ms * _BYTES_PER_MS) + sound
        end_ms = follower.start_ms + len(sound) // _BYTES_PER_MS
        drop([follower.pk], why=f"became part of {utterance.pk}")
    if len(merged) > len(pcm):
        Utterance.objects.filter(pk=utterance.pk).update(end_ms=end_ms)
        UtteranceAudio.objects.filter(utterance=utterance.pk).update(pcm=bytes(merged))
    return bytes(merged)


def extend(claim: Claim) -> bool:
    """Extend the claim. Return False if it was lost."""
    return bool(_claimed(claim).update(claimed_until=timezone.now() + CLAIM))


def complete(
    claim: Claim,
    *,
    words: Sequence[Word],
    engine: str,
    engine_ms: int,
    language: str | None = None,
    translation: str = "",
) -> bool:
    """Store the final text, and delete the sound unless a report holds it. Return False, and change nothing, if another
    attempt took over or the utterance was dropped."""
    with transaction.atomic():
        done = _claimed(claim).update(
            state=UtteranceState.FINAL,
            text=joined(words),
            translation=translation,
            words=[word.on_clock(claim.start_ms) for word in words],
            revision=F("revision") + 1,
            language=language or claim.language,
            engine=engine,
            engine_ms=engine_ms,
            error="",
            claimed_until=None,
            finished_at=timezone.now(),
        )
        if not done:
            return False
        _forget_sound(claim.utterance_id)
    publish_final(claim.utterance_id)
    return True


def fail(claim: Claim, *, error: str) -> None:
    """Count a failed attempt. Another follows; after three the utterance stays in the admin as failed, with its
    sound."""
    with transaction.atomic():
        utterance = _claimed(claim).first()
        if utterance is None:
            return
        if claim.attempt >= MOST_ATTEMPTS:
            _give_up(utterance, error)
            return
        _claimed(claim).update(state=UtteranceState.WAITING, error=error[:300], queued_at=timezone.now())
        transaction.on_commit(lambda: utterance_waits.send(Utterance, utterance_id=claim.utterance_id))


def rerun(*, utterance_id: int, user: User) -> None:
    """Let an operator send the utterance through the engine again. Errors: those of `require_operator`, `no_audio`,
    `unfinished`."""
    rules.require_operator(user)
    with transaction.atomic():
        if not UtteranceAudio.objects.filter(utterance=utterance_id).exists():
            raise Conflict("no_audio", _("The sound of this utterance was deleted."))
        again = UTTERANCE_MOVES.into(UtteranceState.WAITING) & {UtteranceState.FINAL, UtteranceState.FAILED}
        row = Utterance.objects.filter(pk=utterance_id, state__in=again)
        if not row.update(state=UtteranceState.WAITING, attempts=0, error="", queued_at=timezone.now()):
            raise Conflict("unfinished", _("The engine is already working on this utterance."))
        transaction.on_commit(lambda: utterance_waits.send(Utterance, utterance_id=utterance_id))


def _claimed(claim: Claim) -> QuerySet[Utterance]:
    return Utterance.objects.filter(pk=claim.utterance_id, state=UtteranceState.RUNNING, attempts=claim.attempt)


def _give_up(utterance: Utterance, error: str) -> None:
    """Take an interim that never became final away from the pages."""
    Utterance.objects.filter(pk=utterance.pk).update(
        state=UtteranceState.FAILED,
        error=error[:300],
        text="",
        attempts=min(utterance.attempts, MOST_ATTEMPTS),
        revision=F("revision") + 1,
        finished_at=timezone.now(),
    )
    if utterance.revision:
        transaction.on_commit(lambda: publish_line(loaded(utterance.pk), final=True))


def _forget_sound(utterance_id: int) -> None:
    space_id = Utterance.objects.values_list("space", flat=True).get(pk=utterance_id)
    if not retention.held([space_id]):
        UtteranceAudio.objects.filter(utterance=utterance_id).delete()
