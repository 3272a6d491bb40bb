"""Keep the list of words that put a title, caption or comment into the moderators' queue."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from spaces.models import FlaggedWord, Space
from spaces.moderation import word_filter
from spaces.moderation.services.reports import flag_title
from spaces.rules import powers
from spaces.rules.powers import Power
from spaces.states import SpaceState
from spaces_project.common.errors import BadInput, Conflict

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 60


def add_word(*, user: "User", text: str) -> FlaggedWord:
    """Add a word or phrase of 2 to 60 characters to the list. The titles of live Spaces are compared with it at once.

    Errors: those of `require_power`, `bad_word`, `known_word`, `too_long`.
    """
    powers.require_power(Power.KEEP_WORDS, user=user)
    word = word_filter.normalised(text, limit=LONGEST)
    if not 2 <= len(word) <= LONGEST:
        raise BadInput("bad_word", _("A word or phrase of 2 to {limit} characters.").format(limit=LONGEST), max=LONGEST)
    try:
        with transaction.atomic():
            added = FlaggedWord.objects.create(text=word, added_by=user)
    except IntegrityError:
        raise Conflict("known_word", _("This is on the list.")) from None
    for space_id in Space.objects.filter(state=SpaceState.LIVE).exclude(title="").values_list("pk", flat=True):
        flag_title(space_id=space_id)
    return added


def remove_word(*, user: "User", word: FlaggedWord) -> None:
    """Remove a word from the list. Reports that it has caused stay in the queue. Errors: those of
    `require_power`."""
    powers.require_power(Power.KEEP_WORDS, user=user)
    word.delete()
