"""In which language captions are, and whether English stands beside it."""

from typing import TYPE_CHECKING

from django.conf import settings

from captions.models import Track
from captions.services.consent import captions_changed
from spaces import rules
from spaces.rules import Action
from spaces.services.turn import turn
from spaces.states import LogKind
from spaces_project.common.errors import BadInput

if TYPE_CHECKING:
    from accounts.models import User


def set_language(*, public_id: str, user: "User", language: str) -> None:
    """For what is said from now on. Errors: `bad_language` (details: `languages`), `captions_off`."""
    if language not in settings.CAPTIONS_LANGUAGES:
        known = settings.CAPTIONS_LANGUAGES
        raise BadInput("bad_language", "The engine of this site does not know this language.", languages=known)
    with turn(public_id) as current:
        current.actor(user, Action.SET_LANGUAGE)
        rules.require_captions(current.space)
        track, _ = Track.objects.get_or_create(space=current.space)
        if track.language == language:
            return
        track.language = language
        track.save(update_fields=["language"])
        current.log(LogKind.LANGUAGE_CHANGED, actor=user, reason=language)
        captions_changed(current)


def set_translation(*, public_id: str, user: "User", on: bool) -> None:
    """Put an English translation beside what is said in other languages, from now on. Error: `captions_off`."""
    with turn(public_id) as current:
        current.actor(user, Action.SET_LANGUAGE)
        rules.require_captions(current.space)
        track, _ = Track.objects.get_or_create(space=current.space)
        if track.is_translated is on:
            return
        track.is_translated = on
        track.save(update_fields=["is_translated"])
        captions_changed(current)
