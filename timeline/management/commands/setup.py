import os
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError, CommandParser

from accounts import services
from accounts.models import Confirming, Hosting, Inviting, SignUp
from spaces.management.commands._base import ProductCommand
from spaces_project.setup import Plan, set_up
from spaces_project.setup.services import Admin
from timeline.models import SiteTextKind

CHOICES: Final[dict[str, tuple[str, list[str] | None]]] = {
    "name": ("name of the site", None),
    "color": ("#rrggbb, dark enough for white text", None),
    "sign_up": ("who may sign up", SignUp.values),
    "inviting": ("who may invite, if sign-up needs it", Inviting.values),
    "confirming": ("whether email addresses must be confirmed", [value for value in Confirming.values if value]),
    "hosting": ("who may host", Hosting.values),
    "host_min_followers": ("followers needed to host", None),
    "language": ("language of captions in a new Space", None),
    "languages": ("languages that hosts may choose, separated by commas", None),
    "contact": ("how people reach who runs the site", None),
}
"""Fields of the settings: what each means, and its values."""
SECRET: Final = "admin_password"  # noqa: S105 - the name of one


class Command(ProductCommand):
    help = (
        "Sets the site up without a page. Each option may be an environment variable instead: --sign-up is "
        "SETUP_SIGN_UP, and SETUP_SIGN_UP_FILE names a file with it. It may run again; what is not given stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name, (meaning, values) in CHOICES.items():
            parser.add_argument(_option(name), choices=values, help=meaning)
        parser.add_argument("--logo", type=Path, help="file with a square picture")
        for kind in SiteTextKind:
            parser.add_argument(_option(kind.value), type=Path, help=f"file with the text: {kind.label}")
        parser.add_argument("--admin", help="username of the first account of staff")
        parser.add_argument("--admin-email", help="its email address")

    def run(self, **options: Any) -> str:
        set_up(Plan(settings=_settings(options), texts=_texts(options), admin=_admin(options)))
        if logo := options["logo"]:
            with _opened(logo) as file:
                services.set_logo(image=file)
        return "The site is set up."


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name in CHOICES if (value := _given(options, name)) is not None}
    if "host_min_followers" in given and not str(given["host_min_followers"]).isdecimal():
        raise CommandError("bad_host_min_followers: Give a number of followers.")
    return given


def _texts(options: dict[str, Any]) -> dict[str, str]:
    """Return the texts that files hold. In the environment a text itself may be given."""
    texts: dict[str, str] = {}
    for kind in SiteTextKind.values:
        if (path := options[kind]) is not None:
            with _opened(path) as file:
                texts[kind] = file.read().decode(errors="replace")
        elif (text := _environment(kind)) is not None:
            texts[kind] = text
    return texts


def _admin(options: dict[str, Any]) -> Admin | None:
    """Return the account to make. Its password comes from the environment: arguments can be read by all processes."""
    username = _given(options, "admin")
    if username is None:
        return None
    email, password = _given(options, "admin_email") or "", _environment(SECRET) or ""
    return Admin(username=username, email=email, password=password)


def _given(options: dict[str, Any], name: str) -> Any:
    value = options.get(name)
    return value if value is not None else _environment(name)


def _environment(name: str) -> str | None:
    """Return the variable of an option, or the content of the file that `<variable>_FILE` names."""
    variable = f"SETUP_{name.upper()}"
    if (path := os.environ.get(f"{variable}_FILE")) is not None:
        with _opened(Path(path)) as file:
            return str(file.read().decode(errors="replace")).strip()
    return os.environ.get(variable)


def _opened(path: Path) -> Any:
    try:
        return path.open("rb")
    except OSError as error:
        raise CommandError(f"no_file: {path}: {error.strerror}.") from error


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
