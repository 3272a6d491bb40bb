"""The product's settings with one language more, that of `tests/support/pseudo.py`. Its files are in `var/pseudo`."""

from spaces_project.settings import *  # noqa: F403
from spaces_project.settings import LANGUAGES, LOCALE_PATHS, STATICFILES_DIRS, VAR_DIR
from tests.support.pseudo import CODE

LANGUAGES = [*LANGUAGES, (CODE, "[Þšëüðö]")]
LOCALE_PATHS = [VAR_DIR / "pseudo/locale", *LOCALE_PATHS]
STATICFILES_DIRS = [*STATICFILES_DIRS, ("", VAR_DIR / "pseudo/static")]
STATIC_ROOT = VAR_DIR / "pseudo/collected"
