"""In which language captions are, and whether English stands beside it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.site import site
from captions.models import Track
from captions.services.consent import captions_changed
from spaces import rules
from spaces.rules import Action
from spaces.services.space_change import space_change
from spaces.states import LogKind
from spaces_project.common.errors import BadInput

if TYPE_CHECKING:
    from accounts.models import User


def set_language(*, public_id: str, user: "User", language: str) -> None:
    """Set the language of what is said from now on. Errors: `bad_language` (details: `languages`), `captions_off`."""
    if language not in site().languages:
        known = site().languages
        raise BadInput("bad_language", _("The engine of this site does not know this language."), languages=known)
    with space_change(public_id) as change:
        change.actor(user, Action.SET_LANGUAGE)
        rules.require_captions(change.space)
        track, _is_new = Track.objects.get_or_create(space=change.space)
        if track.language == language:
            return
        track.language = language
        track.save(update_fields=["language"])
        change.log(LogKind.LANGUAGE_CHANGED, actor=user, reason=language)
        captions_changed(change)


def set_translation(*, public_id: str, user: "User", on: bool) -> None:
    """Put an English translation beside what is said in other languages, from now on. Error: `captions_off`."""
    with space_change(public_id) as change:
        change.actor(user, Action.SET_LANGUAGE)
        rules.require_captions(change.space)
        track, _is_new = Track.objects.get_or_create(space=change.space)
        if track.is_translated is on:
            return
        track.is_translated = on
        track.save(update_fields=["is_translated"])
        captions_changed(change)
