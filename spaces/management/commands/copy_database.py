import os
import subprocess
import sys
from typing import Any, Final

from django.core.management.base import CommandParser
from django.db import connections

from accounts.models import User
from spaces_project.backup import BackupError, copy_database
from spaces_project.env import BASE_DIR, env

from ._base import ProductCommand

TARGET: Final = "target"


class Command(ProductCommand):
    help = (
        "Copies this site's database into another, empty one: from SQLite to PostgreSQL, or back. Stop the site first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url", help="as DATABASE_URL: postgres://user:password@host:5432/name; - reads it from standard input"
        )

    def run(self, **options: Any) -> str:
        address = sys.stdin.readline().strip() if options["url"] == "-" else options["url"]
        connections.settings[TARGET] = connections.settings["default"] | {"OPTIONS": {}} | env.db_url_config(address)
        require_empty()
        migrate(address)
        copied = copy_database("default", TARGET)
        return (
            f"{sum(copied.values())} rows of {len(copied)} models copied and compared. "
            "Set DATABASE_URL to the new database and start the site."
        )


def require_empty() -> None:
    """Raise `BackupError` unless the other database has no tables, or those of a site without accounts."""
    tables = connections[TARGET].introspection.table_names()
    if not tables:
        return
    if User._meta.db_table not in tables or User.objects.using(TARGET).exists():
        raise BackupError("database_not_empty", "That database is not empty. Create a new one.")


def migrate(address: str) -> None:
    """Make the tables in a process for which the other database is the only one.

    Some migrations change rows and take the default database for theirs, whatever `--database` says.
    """
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, str(BASE_DIR / "manage.py"), "migrate", "--verbosity=0"],
        check=True,
        env=os.environ | {"DATABASE_URL": address},
    )
