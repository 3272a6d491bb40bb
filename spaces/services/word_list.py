"""Keeping the word list."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from spaces import duties, words
from spaces.duties import Duty
from spaces.models import FlaggedWord, Space
from spaces.services.reports import flag_title
from spaces.states import SpaceState
from spaces_project.common.errors import BadInput, Conflict

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 60


def add_word(*, user: "User", text: str) -> FlaggedWord:
    """Add a word to the list. It counts from now on, and for the titles that are live now.

    Errors: `forbidden`, `bad_word`, `known_word`, `too_long`.
    """
    duties.require_duty(Duty.KEEP_WORDS, user=user)
    word = words.normalised(text, limit=LONGEST)
    if not 2 <= len(word) <= LONGEST:
        raise BadInput("bad_word", f"A word or phrase of 2 to {LONGEST} characters.", max=LONGEST)
    try:
        with transaction.atomic():
            added = FlaggedWord.objects.create(text=word, added_by=user)
    except IntegrityError:
        raise Conflict("known_word", "This is on the list.") from None
    for space_id in Space.objects.filter(state=SpaceState.LIVE).exclude(title="").values_list("pk", flat=True):
        flag_title(space_id=space_id)
    return added


def remove_word(*, user: "User", word: FlaggedWord) -> None:
    """Remove a word from the list. Reports that it has caused stay in the queue. Error: `forbidden`."""
    duties.require_duty(Duty.KEEP_WORDS, user=user)
    word.delete()
