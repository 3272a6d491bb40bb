"""Rules for usernames, passwords, and the operator's settings.

Sign-up asks `username_validators`; the model field asks for the shape only, so that an operator may still create
`admin`.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces_project.common.colors import carries_white_text, parse_color

# fmt: off
RESERVED_USERNAMES = frozenset({
    "2", "about", "abuse", "account", "accounts", "admin", "administrator", "api", "assets", "audience", "captions",
    "chat", "compose", "developers", "download", "explore", "favicon", "feed", "feeds", "fleets", "followers",
    "following", "healthz", "help", "home", "i", "ico", "jobs", "livez", "login", "logout", "me", "media",
    "messages", "metrics", "moderation", "moderator", "notifications", "null", "oauth", "oauth2", "podcasts", "post",
    "posts", "privacy", "profile", "readyz", "register", "replay", "reports", "robots", "root", "rss", "schema",
    "search", "security", "settings", "signup", "sitemap", "space", "spaces", "staff", "static", "status",
    "support", "system", "terms", "timeline", "undefined", "user", "users", "well_known", "ws",
})
# fmt: on
"""In lower case. A profile is at `/<username>`, so these names would hide one of our pages, or
seem to speak for the site."""

DEMO_PASSWORD = "spaces-demo"  # noqa: S105 - printed in the README, hence refused everywhere but on localhost

USERNAME_PATTERN = r"[A-Za-z0-9_]{1,15}"

username_shape = RegexValidator(
    rf"\A{USERNAME_PATTERN}\Z", gettext_lazy("Use 1 to 15 letters, digits or underscores."), code="username_shape"
)


def is_username(text: str) -> bool:
    """Return whether the text has the shape of a username. Whether such a user exists is not checked."""
    return re.fullmatch(USERNAME_PATTERN, text) is not None


def username_not_reserved(username: str) -> None:
    """Raise `ValidationError` `username_reserved` for one of `RESERVED_USERNAMES`, in any case of letters."""
    if username.lower() in RESERVED_USERNAMES:
        raise ValidationError(_("This username is reserved."), code="username_reserved")


def dark_enough(text: str) -> None:
    """Raise `ValidationError` `bad_color` unless the text is a colour `#rrggbb` on which white text can be read."""
    color = parse_color(text)
    if color is None:
        raise ValidationError(_("Write the colour as # and six digits: #6a3de8."), code="bad_color")
    if not carries_white_text(color):
        raise ValidationError(_("White text could not be read on this colour. Choose a darker one."), code="bad_color")


def known_languages(text: str) -> None:
    """Raise `ValidationError` `bad_language` if one of the codes is not among `CAPTIONS_LANGUAGES`."""
    unknown = [code for code in split_codes(text) if code not in settings.CAPTIONS_LANGUAGES]
    if unknown:
        raise ValidationError(
            _("The captions of this site do not know: {unknown}.").format(unknown=", ".join(unknown)),
            code="bad_language",
        )


def split_codes(text: str) -> list[str]:
    """Return the parts of `en, de` without spaces and without empty ones."""
    return [part for part in (part.strip() for part in text.split(",")) if part]


class NotTheDemoPassword:
    """A password validator that refuses the password printed in the README.

    `accounts.E001` stops a public site that has an account with it, so a stranger who chose it at sign-up could keep
    the site from starting.
    """

    def validate(self, password: str, user: object = None) -> None:
        if password == DEMO_PASSWORD:
            raise ValidationError(
                _("This password is printed in the README. Choose another one."), code="password_of_demo"
            )

    def get_help_text(self) -> str:
        return _("Your password can't be the password of the demo.")


username_validators: list[Callable[[str], None]] = [username_shape, username_not_reserved]
