"""The one place to read what the operator chose for the whole site.

Choices are in the row of `SiteSettings`. What is empty there comes from the environment. Every process keeps the row
for `KEPT_SECONDS`, so a change in the admin reaches all of them within that time. The process that saves it knows at
once.
"""

import logging
import math
import threading
import time
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import Confirming, Hosting, Inviting, SignUp, SiteSettings, User
from accounts.validators import split_codes

logger = logging.getLogger(__name__)

KEPT_SECONDS: Final = 5.0
PURPLE: Final = "#6a3de8"


class Site:
    """The choices that hold now: those of the row, or else those of the environment."""

    def __init__(self, row: SiteSettings) -> None:
        self._row = row

    @property
    def name(self) -> str:
        return self._row.name or str(settings.SITE_NAME)

    @property
    def color(self) -> str:
        """Return the colour as `#rrggbb`, or "" for the colours of the style sheets."""
        return self._row.color

    @property
    def theme_color(self) -> str:
        return self._row.color or PURPLE

    @property
    def logo(self) -> str:
        """Return the address of the logo, or "" if there is none."""
        return self._row.logo.url if self._row.logo else ""

    @property
    def sign_up(self) -> SignUp:
        return SignUp(self._row.sign_up)

    @property
    def inviting(self) -> Inviting:
        return Inviting(self._row.inviting)

    @property
    def hosting(self) -> Hosting:
        return Hosting(self._row.hosting)

    @property
    def host_min_followers(self) -> int:
        own = self._row.host_min_followers
        return int(settings.SPACES_HOST_MIN_FOLLOWERS) if own is None else own

    @property
    def confirms_addresses(self) -> bool:
        if self._row.confirming == Confirming.DEFAULT:
            return bool(settings.CONFIRM_ADDRESSES)
        return self._row.confirming == Confirming.YES

    @property
    def languages(self) -> list[str]:
        """Return the languages that hosts may choose for captions, without codes that the engine does not know."""
        known: list[str] = settings.CAPTIONS_LANGUAGES
        return [code for code in split_codes(self._row.languages) if code in known] or known

    @property
    def language(self) -> str:
        """Return the language of captions in a new Space, one of `languages`."""
        wanted = self._row.language or settings.CAPTIONS_LANGUAGE
        return wanted if wanted in self.languages else self.languages[0]

    @property
    def contact(self) -> str:
        return self._row.contact


class _Kept:
    """What this process knows of the row, and whether the site has an account."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.site = Site(SiteSettings())
        self.until = 0.0
        self.is_set_up = False


_kept = _Kept()


def site() -> Site:
    """Return the choices of the operator, at most `KEPT_SECONDS` old. While the database is down, the last known."""
    if time.monotonic() >= _kept.until:
        with _kept.lock:
            if time.monotonic() >= _kept.until:
                _read()
    return _kept.site


def is_set_up() -> bool:
    """Return whether the site has an account. Once it had one, the database is not asked again."""
    if not _kept.is_set_up:
        _kept.is_set_up = User.objects.exists()
    return _kept.is_set_up


def forget_site() -> None:
    """Make this process read the row anew."""
    _kept.until = 0.0


def suppose(*, is_set_up: bool) -> None:
    """Let this process take the site for one in which nothing is chosen, until a choice is stored. For tests, which
    count queries and start without an account."""
    _kept.site, _kept.until, _kept.is_set_up = Site(SiteSettings()), math.inf, is_set_up


def confirming_of_allauth() -> str:
    """Return what allauth calls the way in which addresses are confirmed."""
    return "mandatory" if site().confirms_addresses else "optional"


def _read() -> None:
    try:
        row = SiteSettings.objects.filter(pk=SiteSettings.ONLY).first() if _has_database() else None
        _kept.site = Site(row or SiteSettings())
    except Error as error:  # down, or not migrated yet
        logger.warning("the settings of the site were not read: %s", error)
    _kept.until = time.monotonic() + KEPT_SECONDS


def _has_database() -> bool:
    """Tell whether there is a database to ask. SQLite would make an empty file for the question, and every command
    asks, because allauth checks its settings at each start."""
    name = str(connection.settings_dict["NAME"])
    return connection.vendor != "sqlite" or "memory" in name or Path(name).exists()


@receiver(post_save, sender=SiteSettings, dispatch_uid="accounts.site")
def _changed(**_: object) -> None:
    forget_site()
    transaction.on_commit(forget_site)
