"""The files of a Space's captions. Each is made once for all who ask at the same time, and there is a limit per reader.

A file of 20,000 lines takes a second of CPU and megabytes of memory. It is kept for a minute under a version that every
new, changed or redacted line moves, and every masked word. So what a moderator took away is in no file from then on.
Its first line is in the language of the reader, so there is a version for each language.
"""

import hashlib
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Count, Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from captions.files import FORMATS
from captions.models import MaskedWord, Utterance
from captions.selectors import document, readable_space
from spaces.models import Space
from spaces_project.common.errors import TryAgain
from spaces_project.common.limits import spend

if TYPE_CHECKING:
    from accounts.models import User

MOST, WINDOW = 30, timedelta(minutes=1)
KEPT_SECONDS = 60
PATIENCE_SECONDS = 20.0

_making = threading.BoundedSemaphore(1)
"""One file is made at a time in this process. A request that waited finds the file in the cache."""


@dataclass(frozen=True, slots=True)
class CaptionsFile:
    name: str
    """The name of the file, with its ending, without characters that file systems refuse."""
    text: str
    content_type: str


def captions_file(*, public_id: str, user: "User | None", ending: str, asker: str) -> CaptionsFile:
    """Return a file of everything that is final up to now. `asker` is an address: the limit counts it for a reader
    without an account. Errors: of `readable_space`, `too_many`, `try_again`."""
    space = readable_space(public_id=public_id, user=user)
    spend(what="captions-file", user_id=user.pk if user else asker, limit=MOST, window=WINDOW)
    day = f", {space.started_at.date().isoformat()}" if space.started_at else ""
    text = _made(space, user, ending)
    return CaptionsFile(f"{space.display_title}{day}.{ending}", text, FORMATS[ending].content_type)


def _made(space: Space, user: "User | None", ending: str) -> str:
    key = _version(space, ending)
    found: str | None = cache.get(key)
    if found is not None:
        return found
    if not _making.acquire(timeout=PATIENCE_SECONDS):
        raise TryAgain("try_again", _("Many files are being made just now. Try again in a minute."))
    try:
        found = cache.get(key)  # made while this one waited
        return found if found is not None else _make(space, user, ending, key)
    finally:
        _making.release()


def _make(space: Space, user: "User | None", ending: str, key: str) -> str:
    whole = document(public_id=space.public_id, user=user)
    text = FORMATS[ending].write(whole.heading, whole.cues)
    cache.set(key, text, KEPT_SECONDS)
    return text


def _version(space: Space, ending: str) -> str:
    said = Utterance.objects.filter(space=space).aggregate(at=Max("finished_at"), count=Count("pk"))
    masked = MaskedWord.objects.aggregate(last=Max("pk"), count=Count("pk"))
    parts = (space.pk, space.title, said["at"], said["count"], masked["last"], masked["count"], ending, get_language())
    return "captions:" + hashlib.sha256(repr(parts).encode()).hexdigest()
