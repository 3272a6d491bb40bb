"""Muting a user or a word: what the muting user does not want to read. No other user notices."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import MUTED_PHRASE_LENGTH, MUTED_WORD_LENGTH, Mute, MutedWord, User
from accounts.muting import phrase_of
from spaces_project.common.errors import BadInput, Conflict
from spaces_project.common.limits import spend
from spaces_project.common.text import clean_line

MOST, WINDOW = 200, timedelta(minutes=5)
MOST_WORDS = 100
"""Words of one user. Each post of a page is compared with all of them."""


def mute_user(*, muter: User, muted: User) -> None:
    """Mute a user. Idempotent. Raises `BadInput` `self_mute`, `TooMany` `too_many`."""
    spend(what="mute", user_id=muter.pk, limit=MOST, window=WINDOW)
    if muter.pk == muted.pk:
        raise BadInput("self_mute", _("You cannot mute yourself."))
    Mute.objects.get_or_create(muter=muter, muted=muted)


def unmute_user(*, muter: User, muted: User) -> None:
    """End a mute. Idempotent. Raises `TooMany` `too_many`."""
    spend(what="mute", user_id=muter.pk, limit=MOST, window=WINDOW)
    Mute.objects.filter(muter=muter, muted=muted).delete()


def mute_word(*, user: User, text: str) -> MutedWord:
    """Mute a word or phrase. Raises `BadInput` `bad_word`, `Conflict` `known_word` or `too_many_words`, `TooMany`."""
    spend(what="mute", user_id=user.pk, limit=MOST, window=WINDOW)
    cleaned = clean_line(text, limit=MUTED_WORD_LENGTH)
    words = phrase_of(cleaned)
    if not words or len(cleaned) > MUTED_WORD_LENGTH or len(words) > MUTED_PHRASE_LENGTH:
        raise BadInput(
            "bad_word",
            _("Write a word of at most {limit} characters.").format(limit=MUTED_WORD_LENGTH),
            max=MUTED_WORD_LENGTH,
        )
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once: one after the other
        if MutedWord.objects.filter(user=user).count() >= MOST_WORDS:
            raise Conflict(
                "too_many_words",
                _("You have muted {limit} words. Remove some first.").format(limit=MOST_WORDS),
                limit=MOST_WORDS,
            )
        try:
            with transaction.atomic():
                return MutedWord.objects.create(user=user, text=words)
        except IntegrityError:
            raise Conflict("known_word", _("You have muted this word before.")) from None


def unmute_word(*, user: User, word_id: int) -> None:
    """Delete one of the user's own muted words. Idempotent."""
    MutedWord.objects.filter(user=user, pk=word_id).delete()
