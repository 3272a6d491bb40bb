"""The product in this process, with its own directory, ports and database. Import this module before any model.

It obeys `DATABASE_URL`, so that `python -m tests.support.postgres COMMAND` measures on a private PostgreSQL.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Final

import django

from tests.support.environment import isolate

os.environ["SPACES_HOST_MIN_FOLLOWERS"] = "0"
VAR: Final[Path] = isolate()
django.setup()

from django.conf import settings  # noqa: E402 - the lines above must run first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from spaces import events  # noqa: E402
from spaces.events.wire import StagePerson  # noqa: E402
from spaces.models import Space  # noqa: E402
from spaces.states import Role, SpaceState  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0)


def people(number: int) -> list[User]:
    """Create people without a usable password."""
    unusable = make_password(None)
    names = (f"bench{n:05}" for n in range(number))
    return User.objects.bulk_create([User(username=name, display_name=name, password=unusable) for name in names])


def session_cookies(users: list[User]) -> list[str]:
    """Return a `Cookie` header for each user, with a session like the one that a log-in makes."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    model = store.get_model_class()
    rows = [store(f"{user.pk:032}").create_model_instance(_session(user)) for user in users]
    model.objects.bulk_create(rows)
    return [f"{settings.SESSION_COOKIE_NAME}={row.session_key}" for row in rows]


def live_space(host: User) -> Space:
    """Create a live Space in the database only. No gateway is asked for its audio."""
    space = Space.objects.create(creator=host, title="Benchmark", state=SpaceState.LIVE, started_at=timezone.now())
    space.participants.create(user=host, role=Role.HOST)
    return space


def stage_changed(stamp: int) -> events.StageChanged:
    """Return an event with two speakers of a Space, about 300 bytes as a frame."""
    names = ("Grace Hopper", "Alan Turing")
    people = [
        StagePerson(id=f"{number:010}", username=name.split()[1].lower(), name=name, role=Role.SPEAKER, muted=False)
        for number, name in enumerate(names)
    ]
    return events.StageChanged(seq=stamp, people=people, left=["1234567890"])


def _session(user: User) -> dict[str, str]:
    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
