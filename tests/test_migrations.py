"""Migrations change the database that they are told to change, and no other."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import PYTHON, REPOSITORY

MIGRATE_ANOTHER = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection, connections
connections.settings["another"] = connections.settings["default"] | {"NAME": sys.argv[1]}
call_command("migrate", database="another", verbosity=0)
print(len(connection.introspection.table_names()), len(connections["another"].introspection.table_names()))
"""


@pytest.mark.slow
def test_every_migration_changes_the_database_that_it_is_told(tmp_path: Path) -> None:
    """The default one is empty, so a migration that reads or writes it fails."""
    environment = {**os.environ, "SPACES_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "spaces_project.settings"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [PYTHON, "-c", MIGRATE_ANOTHER, str(tmp_path / "another.sqlite3")],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    default, another = map(int, done.stdout.split())
    assert default == 0
    assert another > 50
