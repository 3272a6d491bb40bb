"""The engine that is the speaker's own browser: its text comes over the socket."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from captions.events import publish_line
from captions.models import Consent, Utterance
from captions.selectors import consents, recognises_in_browser
from captions.services.utterances import begin_utterance, loaded, publish_final
from captions.states import Source, UtteranceState
from spaces import rules
from spaces.models import Space
from spaces.rules import Action
from spaces.services.space_change import space_change
from spaces_project.common.errors import Conflict
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 60, timedelta(seconds=10)
"""Interims come several times a second."""
ENGINE = "browser"
TEXT_LENGTH = 500


def set_source(*, public_id: str, user: "User", browser: bool) -> None:
    """Choose whether this person's own browser recognises from now on. Before that, and after any reconnection, the
    server's engine does. Errors: what the rules say to `Action.RECOGNISE`, `no_consent`, `browser_off`."""
    if browser and not settings.CAPTIONS_BROWSER:
        raise Conflict("browser_off", _("On this site the server recognises speech."))
    with space_change(public_id) as change:
        participant = change.actor(user, Action.RECOGNISE)
        rules.require_consent(consents=consents(space=change.space, user_id=user.pk))
        Consent.objects.filter(space=change.space, user=user).update(
            source=Source.BROWSER if browser else Source.SERVER,
            source_connection=participant.connection if browser else "",
        )
        if browser:
            change.assign_lanes({participant.user_id: None})


def say_in_browser(*, public_id: str, user: "User", text: str, final: bool, spoken_ms: int) -> None:
    """Show a phrase as this person's browser understands it so far; `spoken_ms` is how long ago it began.

    Errors: what the rules say to `Action.CAPTION`, `no_consent`, `muted`, `browser_off`, `too_many`.
    """
    spend(what="caption", user_id=user.pk, limit=MOST, window=WINDOW)
    with transaction.atomic():
        space = _speakable(public_id, user)
        utterance = _open(space, user, spoken_ms)
        _store(utterance, space, clean_line(text, limit=TEXT_LENGTH), final=final)
    if final:
        publish_final(utterance.pk)
    else:
        publish_line(loaded(utterance.pk), final=False)


def _speakable(public_id: str, user: "User") -> Space:
    """Return the Space, if this person's browser may caption there now."""
    space = Space.objects.select_for_update().filter(public_id=public_id).get()
    participant = space.participants.of(user.pk)
    rules.require(Action.CAPTION, space=space, actor=participant)
    if participant is None:
        raise rules.not_in_space()
    consent = Consent.objects.given().filter(space=space, user=user).first()
    rules.require_captionable(participant, consents=consent is not None)
    if consent is None or not recognises_in_browser(consent, participant.connection):
        raise Conflict("browser_off", _("Captions come from the server. Turn on recognition in this browser first."))
    return space


def _open(space: Space, user: "User", spoken_ms: int) -> Utterance:
    """Return the phrase that is being spoken, or a new one."""
    mine = Utterance.objects.filter(space=space, speaker=user, state=UtteranceState.OPEN, source=Source.BROWSER)
    now_ms = space.clock_ms(timezone.now())
    try:
        with transaction.atomic():
            return mine.first() or begin_utterance(
                space=space,
                speaker_id=user.pk,
                start_ms=max(now_ms - spoken_ms, _said_until(space, user) + 1),
                source=Source.BROWSER,
            )
    except IntegrityError:
        return mine.get()


def _said_until(space: Space, user: "User") -> int:
    """End of the person's last phrase, or -1: a phrase begins after the one before it, whatever the browser says."""
    said = Utterance.objects.filter(space=space, speaker=user)
    last: int | None = said.aggregate(last=Max("end_ms"))["last"]
    return -1 if last is None else last


def _store(utterance: Utterance, space: Space, text: str, *, final: bool) -> None:
    changes: dict[str, object] = {"text": text, "revision": F("revision") + 1, "engine": ENGINE}
    if final:
        end_ms = max(space.clock_ms(timezone.now()), utterance.start_ms)
        changes |= {"state": UtteranceState.FINAL, "end_ms": end_ms, "finished_at": timezone.now()}
    Utterance.objects.filter(pk=utterance.pk, state=UtteranceState.OPEN).update(**changes)
