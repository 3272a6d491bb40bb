"""`manage.py backup`, `restore` and `copy_database`, with a row of every model, on both databases."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from spaces_project.backup import BackupError, check_backup
from spaces_project.backup.rows import digest_rows, stored_models
from spaces_project.backup.writing import SECRET_NAMES, directories
from tests.support.postgres import running_postgres
from tests.support.processes import PYTHON, REPOSITORY
from tests.support.stack import demo_database, manage

Rows = dict[str, list[list[object]]]

pytestmark = pytest.mark.timeout(300)
slow = pytest.mark.slow

DUMP = """
import json, sys
from spaces_project.backup import BackupError, check_backup
from spaces_project.backup.rows import read_rows, stored_models
json.dump({model._meta.label: list(read_rows(model)) for model in stored_models()}, sys.stdout)
"""
PICTURE, MOMENT = "avatars/one.webp", "2026-03-29 01:59:59.123456"
SOUND = "abc/replay.m4a"
DISPOSABLE = {
    "ACCOUNT_EXPORTS_DIR",  # made again when asked for, and kept for days only
    "AUDIENCE_DIR",  # the last seconds of live Spaces, for listeners over HTTP
    "BACKUPS_DIR",
    "CAPTIONS_MODELS_DIR",  # downloaded again
    "EMAIL_FILE_PATH",  # mails of a site without a mail server
    "GATEWAY_DIR",  # written at each start
    "METRICS_DIR",  # counters of running processes
    "STATIC_ROOT",  # collected at each start
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The demo, with a row of every model, a picture, a recording, and a moment with microseconds."""
    var = tmp_path_factory.mktemp("site") / "var"
    for name, content in {f"media/{PICTURE}": b"picture", f"recordings/{SOUND}": os.urandom(200_000)}.items():
        (var / name).parent.mkdir(parents=True)
        (var / name).write_bytes(content)
    shutil.copy(demo_database(), var / "spaces.sqlite3")
    environment = {"SPACES_VAR": str(var)}
    manage(environment, "shell", "-c", "from tests.support.every_model import fill; fill()")
    with sqlite3.connect(var / "spaces.sqlite3") as database:
        database.execute("UPDATE accounts_user SET date_joined = ?", [MOMENT])
    return environment


@pytest.fixture(scope="module")
def everything(site: dict[str, str]) -> Rows:
    """All rows of the site."""
    return rows(site)


@pytest.fixture(scope="module")
def made(site: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return backup(site, tmp_path_factory.mktemp("backups"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="module")
def moved(site: dict[str, str], postgres: str) -> dict[str, str]:
    """The site after its database was copied to PostgreSQL, by the one command."""
    url = new_database(postgres, "moved")
    assert "copied and compared" in manage(site, "copy_database", url)
    return site | {"DATABASE_URL": url}


def rows(environment: dict[str, str]) -> Rows:
    found: Rows = json.loads(manage(environment, "shell", "--verbosity=0", "-c", DUMP))
    return found


def refused(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    return done.stderr


def backup(site: dict[str, str], directory: Path, *options: str) -> Path:
    return Path(manage(site, "backup", "--to", str(directory), *options).strip())


@slow
def test_every_model_has_a_row_to_try(everything: Rows) -> None:
    assert [label for label, found in everything.items() if not found] == []


@pytest.mark.django_db
def test_every_table_is_in_the_backup() -> None:
    covered = {model._meta.db_table for model in stored_models()}
    assert set(connection.introspection.table_names()) - covered == {"django_migrations"}


def test_every_directory_of_the_site_is_in_the_backup_or_can_be_made_again() -> None:
    var = Path(settings.VAR_DIR)
    values = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    places = {name: Path(value) for name, value in values.items() if isinstance(value, str | Path)}
    known = {*directories(with_recordings=True).values(), var}
    found = {name for name, path in places.items() if path.is_relative_to(var) and path not in known}
    assert found <= DISPOSABLE


def test_every_secret_that_the_settings_read_is_known() -> None:
    source = (REPOSITORY / "spaces_project/settings.py").read_text()
    assert set(SECRET_NAMES) == {line.partition(" = ")[0] for line in source.splitlines() if "= local_secret(" in line}


def test_digests_do_not_depend_on_the_order_of_rows_or_keys() -> None:
    first = digest_rows([[1, {"a": 1, "b": 2}], [2, None]])
    assert first == digest_rows([[2, None], [1, {"b": 2, "a": 1}]])
    assert first != digest_rows([[2, None], [1, {"b": 2, "a": 2}]])
    assert first != digest_rows([[2, None]])


@slow
def test_a_backup_is_restored_on_an_empty_server(
    site: dict[str, str], everything: Rows, made: Path, tmp_path: Path
) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    server = {"SPACES_VAR": str(tmp_path / "new")}

    assert "is restored" in manage(server, "restore", str(made))

    assert rows(server) == everything
    assert (tmp_path / "new/media" / PICTURE).read_bytes() == b"picture"
    assert secrets(server) == secrets(site)
    assert "site_not_empty: This site has accounts" in refused(server, "restore", str(made))


@slow
def test_a_backup_of_sqlite_is_restored_into_postgresql(
    everything: Rows, made: Path, moved: dict[str, str], postgres: str, tmp_path: Path
) -> None:
    url = without_accounts(postgres, "restored")
    server = {"SPACES_VAR": str(tmp_path / "new"), "DATABASE_URL": url}
    manage(server, "restore", str(made))
    assert rows(server) == everything


@slow
def test_sqlite_becomes_postgresql_by_one_command(
    site: dict[str, str], everything: Rows, moved: dict[str, str]
) -> None:
    assert rows(moved) == everything
    assert MOMENT.replace(" ", "T") in str(everything["accounts.User"])
    assert "database_not_empty" in refused(site, "copy_database", moved["DATABASE_URL"])


@slow
def test_a_backup_of_postgresql_is_restored_into_sqlite_with_the_recordings(
    site: dict[str, str], everything: Rows, moved: dict[str, str], tmp_path: Path
) -> None:
    server = {"SPACES_VAR": str(tmp_path / "new")}
    (tmp_path / "new").mkdir()
    shutil.copy(Path(site["SPACES_VAR"]) / "spaces.sqlite3", tmp_path / "new")
    with sqlite3.connect(tmp_path / "new/spaces.sqlite3") as database:
        database.execute("DELETE FROM accounts_user")
    manage(server, "restore", str(backup(moved, tmp_path, "--with-recordings")))
    assert rows(server) == everything
    sound = Path(site["SPACES_VAR"]) / "recordings" / SOUND
    assert (tmp_path / "new/recordings" / SOUND).read_bytes() == sound.read_bytes()


@slow
def test_new_rows_of_the_copy_get_keys_that_are_free(everything: Rows, moved: dict[str, str], postgres: str) -> None:
    url = new_database(postgres, "keys", template="moved")
    new = "from accounts.models import User; print(User.objects.create(username='newcomer').pk)"
    most = max(int(str(row[0])) for row in everything["accounts.User"])
    assert int(manage(moved | {"DATABASE_URL": url}, "shell", "--verbosity=0", "-c", new)) > most


@slow
def test_rows_that_postgresql_would_not_take_are_named_and_nothing_is_copied(
    site: dict[str, str], moved: dict[str, str], postgres: str, tmp_path: Path
) -> None:
    odd = {"SPACES_VAR": str(tmp_path / "var")}
    shutil.copytree(site["SPACES_VAR"], tmp_path / "var")
    with sqlite3.connect(tmp_path / "var/spaces.sqlite3") as database:
        database.execute("UPDATE accounts_user SET bio = 'a' || char(0) WHERE id = (SELECT min(id) FROM accounts_user)")
        database.execute("UPDATE accounts_user SET bio = ? WHERE id = (SELECT max(id) FROM accounts_user)", ["x" * 999])
    url = without_accounts(postgres, "odd")
    said = refused(odd, "copy_database", url)
    assert "rows_refused" in said
    assert "bio has a NUL character" in said
    assert "bio has 999 characters" in said
    none = "from accounts.models import User; print(User.objects.count())"
    assert manage(odd | {"DATABASE_URL": url}, "shell", "--verbosity=0", "-c", none).strip() == "0"
    # Once they are mended, the same command works.
    with sqlite3.connect(tmp_path / "var/spaces.sqlite3") as database:
        database.execute("UPDATE accounts_user SET bio = ''")
    manage(odd, "copy_database", url)


@slow
@pytest.mark.parametrize("damage", ["cut", "changed", "no archive"])
def test_a_damaged_backup_is_known(made: Path, tmp_path: Path, damage: str) -> None:
    damaged = Path(shutil.copy(made, tmp_path))
    if damage == "cut":
        damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    elif damage == "changed":
        change_a_member(damaged)
    else:
        damaged.write_bytes(b"hello")
    with pytest.raises(BackupError) as refusal:
        check_backup(damaged)
    assert refusal.value.code == "backup_damaged"


@slow
def test_a_damaged_backup_is_refused_and_changes_nothing(made: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copy(made, tmp_path))
    change_a_member(damaged)
    assert "backup_damaged" in refused({"SPACES_VAR": str(tmp_path / "new")}, "restore", str(damaged))
    assert not (tmp_path / "new/spaces.sqlite3").exists()
    assert not (tmp_path / "new/media" / PICTURE).exists()


@slow
def test_an_encrypted_backup_needs_the_private_key(site: dict[str, str], tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["age-keygen", "-o", str(key)], check=True, capture_output=True)
    recipient = key.read_text().split("public key: ")[1].split()[0]
    made = backup(site, tmp_path / "backups", "--recipient", recipient)
    assert made.suffix == ".age"
    assert made.read_bytes().startswith(b"age-encryption.org/")
    server = {"SPACES_VAR": str(tmp_path / "new")}
    assert "backup_encrypted" in refused(server, "restore", "--check", str(made))
    assert "is whole" in manage(server, "restore", "--check", "--identity", str(key), str(made))
    assert "age_failed" in refused(site, "backup", "--to", str(tmp_path / "none"), "--recipient", "nonsense")
    assert [*(tmp_path / "none").iterdir()] == []


@slow
def test_a_full_disk_leaves_no_half_of_a_file(site: dict[str, str], tmp_path: Path) -> None:
    command = 'ulimit -f 128; exec "$0" manage.py backup --with-recordings --to "$1"'
    done = subprocess.run(
        ["bash", "-c", command, PYTHON, str(tmp_path / "backups")],
        cwd=REPOSITORY,
        env={**os.environ, **site},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, "disk_failed: The backup could not be written" in done.stderr) == (1, True), done.stderr
    assert [*(tmp_path / "backups").iterdir()] == []


@slow
def test_only_the_newest_are_kept(site: dict[str, str], tmp_path: Path) -> None:
    for day in (1, 2, 3):
        (tmp_path / f"spaces-2026010{day}T000000Z.tar.gz").touch()
    made = backup(site, tmp_path, "--keep", "2")
    assert {path.name for path in tmp_path.glob("spaces-*")} == {"spaces-20260103T000000Z.tar.gz", made.name}


def secrets(environment: dict[str, str]) -> dict[str, str]:
    return {path.name: path.read_text() for path in (Path(environment["SPACES_VAR"]) / "secrets").iterdir()}


def new_database(url: str, name: str, *, template: str = "template0") -> str:
    """Make a database in a cluster, empty or as another one, and return its address."""
    with psycopg.connect(dsn(url, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{url.rpartition('/')[0]}/{name}"


def without_accounts(url: str, name: str) -> str:
    """Make a database with the tables of the one that was copied, which takes less time than to migrate it."""
    address = new_database(url, name, template="moved")
    with psycopg.connect(dsn(url, name), autocommit=True) as connection:
        connection.execute("TRUNCATE accounts_user CASCADE")
    return address


def dsn(url: str, name: str) -> str:
    directory = url.partition("@/")[2].rpartition("/")[0]
    return f"host={directory} user=spaces dbname={name}"


def change_a_member(path: Path) -> None:
    """Change one byte of a picture; the rest stays a sound archive."""
    directory = path.parent / "members"
    with tarfile.open(path) as archive:
        names = archive.getnames()
        archive.extractall(directory, filter="data")
    (directory / "media" / PICTURE).write_bytes(b"Picture")
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.add(directory / name, name)
