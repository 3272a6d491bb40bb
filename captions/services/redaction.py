from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from captions.events import publish_line
from captions.models import Redaction, Utterance
from captions.services.utterances import loaded
from captions.states import UtteranceState
from spaces import rules
from spaces.services.space_change import SpaceChange, space_change
from spaces.states import LogKind
from spaces_project.common.errors import Conflict, NotFound

if TYPE_CHECKING:
    from accounts.models import User

TAKEN_BACK = "taken back by the speaker"


def redact(*, utterance_id: int, user: "User", reason: str = "") -> None:
    """Take a final caption out of sight, on all pages at once. The original stays for as long as captions are kept.
    Doing it twice changes nothing. Errors: those of `require_operator`, `not_found`, `unfinished`."""
    rules.require_operator(user)
    found = Utterance.objects.select_related("space").filter(pk=utterance_id).first()
    if found is None:
        raise NotFound("not_found", _("There is no such caption."))
    with space_change(found.space.public_id) as change:
        utterance = Utterance.objects.select_related("speaker").get(pk=utterance_id)
        _redact(change, utterance, by=user, reason=reason)


def _redact(change: SpaceChange, utterance: Utterance, *, by: "User", reason: str) -> None:
    if utterance.state != UtteranceState.FINAL:
        raise Conflict("unfinished", _("Only a final caption can be redacted."))
    if Redaction.objects.filter(utterance=utterance).exists():
        return
    Redaction.objects.create(
        utterance=utterance, by=by, reason=reason, original=utterance.text, original_words=utterance.words
    )
    utterance.text, utterance.words, utterance.translation = "", [], ""
    _store(utterance)
    change.log(LogKind.CAPTION_REDACTED, actor=by, target=utterance.speaker, reason=reason)
    transaction.on_commit(lambda: publish_line(loaded(utterance.pk), final=True))


def take_back(*, public_id: str, user: "User", line_id: int) -> None:
    """Take a line of one's own out of sight, everywhere at once: the engine may have heard something else. A moderator
    can give it back. Doing it twice changes nothing. Errors: `not_found` (also another's), `unfinished`."""
    with space_change(public_id) as change:
        utterance = Utterance.objects.filter(pk=line_id, space=change.space, speaker=user).first()
        if utterance is None:
            raise NotFound("not_found", _("You said no such line."))
        _redact(change, utterance, by=user, reason=TAKEN_BACK)


def restore(*, utterance_id: int) -> None:
    """Show a caption again, on all pages at once. Repeatable."""
    redaction = Redaction.objects.select_related("utterance__space").filter(pk=utterance_id).first()
    if redaction is None:
        return
    with space_change(redaction.utterance.space.public_id):
        utterance = Utterance.objects.get(pk=utterance_id)
        utterance.text, utterance.words = redaction.original, redaction.original_words
        _store(utterance)
        redaction.delete()
        transaction.on_commit(lambda: publish_line(loaded(utterance_id), final=True))


def _store(utterance: Utterance) -> None:
    """Store the new state and its time, so that readers who read on from a marker are told as well."""
    utterance.revision += 1
    utterance.finished_at = timezone.now()
    utterance.save(update_fields=["text", "words", "translation", "revision", "finished_at"])
