"""The list of words that captions do not show, and lines that show them all the same."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from captions.events import publish_line
from captions.models import MaskedWord, Utterance
from captions.services.utterances import loaded
from spaces import rules
from spaces.moderation.word_filter import normalised
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces_project.common.errors import BadInput, Conflict, NotFound

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 60


def mask_word(*, user: "User", text: str) -> MaskedWord:
    """Add a word or phrase of at most 60 characters to the list. Errors: those of `require_power`, `bad_word`,
    `known_word`, `too_long`."""
    powers.require_power(Power.KEEP_WORDS, user=user)
    word = normalised(text, limit=LONGEST)
    if not word or len(word) > LONGEST:
        raise BadInput("bad_word", _("Give a word or a phrase of up to 60 characters."))
    try:
        with transaction.atomic():
            return MaskedWord.objects.create(text=word, added_by=user)
    except IntegrityError:
        raise Conflict("known_word", _("This word is in the list.")) from None


def unmask_word(*, user: "User", word: MaskedWord) -> None:
    """Show the word again in every line, those that were said before too. Errors: those of `require_power`."""
    powers.require_power(Power.KEEP_WORDS, user=user)
    word.delete()


def set_masked(*, utterance_id: int, user: "User", masked: bool) -> None:
    """Decide whether one line hides words of the list, on all pages at once. Errors: those of `require_operator`,
    `not_found`."""
    rules.require_operator(user)
    with transaction.atomic():
        utterance = Utterance.objects.filter(pk=utterance_id).first()
        if utterance is None:
            raise NotFound("not_found", _("There is no such caption."))
        if utterance.is_unmasked is not masked:
            return
        utterance.is_unmasked = not masked
        utterance.revision += 1
        utterance.finished_at = timezone.now()
        utterance.save(update_fields=["is_unmasked", "revision", "finished_at"])
        transaction.on_commit(lambda: publish_line(loaded(utterance_id), final=True))
