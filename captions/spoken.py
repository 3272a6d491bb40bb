"""In which language Spaces are held, for those who look for one."""

from django.db.models import Count, Q
from django.utils.translation import get_language_info

from captions.languages import AUTOMATIC
from captions.models import Track
from captions.models.track import default_language
from spaces.models import Space
from spaces.selectors.discovery import Language
from spaces.states import SpaceState

MOST = 8
"""Languages that are offered."""


class SpokenLanguages:
    """A `spaces.selectors.discovery.Languages`. A Space whose host chose none is held in the language of the site."""

    def spoken_in(self, code: str) -> Q:
        chosen = Q(caption_track__language=code)
        return chosen | Q(caption_track=None) if code == default_language() else chosen

    def used(self) -> tuple[Language, ...]:
        now = Space.objects.filter(state__in=(SpaceState.LIVE, SpaceState.SCHEDULED))
        counts = dict(Track.objects.filter(space__in=now).values_list("language").annotate(Count("space")))
        site = default_language()
        counts[site] = counts.get(site, 0) + now.filter(caption_track=None).count()
        codes = sorted((code for code, count in counts.items() if count), key=lambda code: (-counts[code], code))
        return tuple(Language(code, _name(code)) for code in codes if code != AUTOMATIC)[:MOST]


def _name(code: str) -> str:
    """Return the name of a language in itself, or its code if the name is not known."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code
