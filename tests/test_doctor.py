"""`manage.py doctor`: each planted fault is found by its own check, and a good site has none."""

import os
import shutil
import tarfile
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from spaces_project.doctor import CHECKS, Facts, examine, facts
from tests.support.ports import free_port
from tests.support.processes import REPOSITORY

GOOD = Facts(
    is_local=False,
    is_private_network=False,
    origin="https://spaces.example",
    trusted_origins=["https://spaces.example"],
    allowed_hosts=["spaces.example"],
    name_addresses=["203.0.113.5"],
    behind_proxy=True,
    debug=False,
    ice_address="10.0.0.4",
    public_address="8.8.8.8",
    own_addresses=["10.0.0.4", "172.17.0.1"],
    gateway_is_elsewhere=False,
    gateway_versions={"main": (1, 1, 2)},
    packages={"libnice10": (0, 1, 21), "coturn": (4, 6, 1)},
    rtp_ports="20000-40000",
    turn_port=3478,
    turn_relay_ports="40001-40400",
    relay_problem="",
    relay_tls_problem="",
    demo_people=0,
    short_secrets=[],
    open_files=[],
    unapplied_migrations=0,
    postgres={
        "fsync": "on",
        "full_page_writes": "on",
        "server_encoding": "UTF8",
        "max_connections": "100",
        "is_superuser": "off",
    },
    redis={"maxmemory-policy": "noeviction"},
    redis_is_socket=True,
    redis_has_password=False,
    redis_clock_difference=0.01,
    var="/srv/spaces/var",
    disk_free=20_000_000_000,
    disk_size=40_000_000_000,
    clock_is_synchronised=True,
    mail_server="mail.example:587",
    mail_problem="",
    mail_from="Spaces <spaces@spaces.example>",
    captions_problem="",
    backup_hours=9.0,
    backup_problem="",
    bucket_problem="",
)
FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("Sound: address of the gateway", {"ice_address": "10.0.0.9"}, "10.0.0.4, 172.17.0.1"),
    ("Sound: address for browsers", {"public_address": ""}, "GATEWAY_PUBLIC_ADDRESS"),
    ("Sound: address for browsers", {"public_address": "192.168.1.7"}, "192.168.1.7"),
    ("Sound: UDP ports", {"rtp_ports": "40000-20000"}, "20000-40000"),
    ("Sound: UDP ports", {"rtp_ports": "all"}, "'all'"),
    ("Sound: UDP ports", {"rtp_ports": "20000-20010"}, "11 ports"),
    ("Sound: ports of the relay", {"turn_relay_ports": "30000-30100"}, "overlap"),
    ("Sound: relay", {"relay_problem": "Connection refused"}, "at TCP port 3478: Connection refused"),
    ("Sound: relay over TLS", {"relay_tls_problem": "its certificate ends in 2 days"}, "ends in 2 days"),
    ("Sound: gateway answers", {"gateway_versions": {"main": ()}}, "its log"),
    ("Sound: gateway answers", {"gateway_versions": {"main": (1, 1, 2), "west": ()}}, "these do not answer: west"),
    ("Sound: version of the gateway", {"gateway_versions": {"main": (1, 0, 4)}}, "Janus 1.0.4"),
    ("Sound: libraries", {"packages": {"libnice10": (0, 1, 14), "coturn": (4, 6, 1)}}, "libnice10 0.1.14"),
    ("Sound: libraries", {"packages": {"coturn": (4, 5, 1, 1)}}, "CVE-2020-26262"),
    ("Web: name", {"name_addresses": []}, "A record"),
    (
        "Web: https",
        {"origin": "http://spaces.example", "trusted_origins": ["http://spaces.example"]},
        "SPACES_ORIGIN=https",
    ),
    ("Web: headers of the proxy", {"behind_proxy": False}, "BEHIND_PROXY=true"),
    ("Web: origins", {"trusted_origins": ["spaces.example"]}, "https://spaces.example"),
    ("Web: host names", {"allowed_hosts": ["*"]}, "ALLOWED_HOSTS"),
    ("Safety: debug", {"debug": True}, "DEBUG"),
    ("Safety: demo accounts", {"demo_people": 6}, "remove_demo"),
    ("Safety: secrets", {"short_secrets": ["SECRET_KEY"]}, "SECRET_KEY"),
    ("Safety: file modes", {"open_files": ["/srv/spaces/var/mail/1"]}, "chmod"),
    ("Data: migrations", {"unapplied_migrations": 2}, "manage.py migrate"),
    ("Data: PostgreSQL", {"postgres": GOOD.postgres | {"fsync": "off"}}, "fsync=off"),
    ("Data: PostgreSQL", {"postgres": GOOD.postgres | {"server_encoding": "SQL_ASCII"}}, "UTF8"),
    ("Data: PostgreSQL", {"postgres": GOOD.postgres | {"max_connections": "20"}}, "max_connections"),
    ("Data: role in PostgreSQL", {"postgres": GOOD.postgres | {"is_superuser": "on"}}, "createuser"),
    ("Data: Redis answers", {"redis": {}}, "REDIS_URL"),
    ("Data: Redis keeps all", {"redis": {"maxmemory-policy": "allkeys-lru"}}, "noeviction"),
    ("Data: Redis is closed", {"redis_is_socket": False}, "requirepass"),
    ("Data: backup is recent", {"backup_hours": None}, "manage.py backup"),
    ("Data: backup is recent", {"backup_hours": 80.0}, "spaces-backup.timer"),
    ("Data: backup is readable", {"backup_problem": "It is damaged."}, "It is damaged."),
    ("Data: bucket", {"bucket_problem": "NoSuchBucket"}, "cannot be used: NoSuchBucket"),
    ("Machine: disk", {"disk_free": 1_000_000_000}, "1.0 GB"),
    ("Machine: disk", {"disk_size": 4_000_000_000_000}, "20.0 GB"),
    ("Machine: clock", {"clock_is_synchronised": False}, "chrony"),
    ("Machine: clock of Redis", {"redis_clock_difference": -3.0}, "-3.0 s"),
    ("Mail: server", {"mail_server": ""}, "EMAIL_URL"),
    ("Mail: server", {"mail_problem": "Connection refused"}, "Connection refused"),
    ("Mail: sender", {"mail_from": "Spaces <spaces@localhost>"}, "Set DEFAULT_FROM_EMAIL"),
    ("Captions: model", {"captions_problem": "Install a model"}, "Install a model"),
]


def found(site: Facts) -> dict[str, str]:
    return {finding.check: finding.mend for finding in examine(site) if finding.mend}


def test_a_good_site_has_no_fault() -> None:
    assert found(GOOD) == {}


@pytest.mark.asvs("13.4.2")
@pytest.mark.parametrize(("check", "fault", "mend"), FAULTS)
def test_a_planted_fault_is_found_by_its_own_check_alone(check: str, fault: dict[str, Any], mend: str) -> None:
    answer = found(msgspec.structs.replace(GOOD, **fault))
    assert list(answer) == [check]
    assert mend in answer[check]


def test_every_check_has_a_planted_fault() -> None:
    assert set(CHECKS) == {check for check, _fault, _mend in FAULTS}


def test_what_only_matters_in_public_is_silent_on_localhost() -> None:
    demo = msgspec.structs.replace(
        GOOD,
        is_local=True,
        origin="http://localhost:8000",
        trusted_origins=["http://localhost:8000"],
        behind_proxy=False,
        debug=True,
        demo_people=6,
        mail_server="",
        public_address="",
        backup_hours=None,
        clock_is_synchronised=False,
    )
    assert found(demo) == {}


def test_a_site_in_a_private_network_offers_a_private_address() -> None:
    assert found(msgspec.structs.replace(GOOD, public_address="192.168.1.7", is_private_network=True)) == {}


@pytest.mark.django_db
@pytest.mark.redis
def test_the_facts_of_a_real_site_are_found(settings: Settings) -> None:
    site = facts.gather()
    assert site.is_local
    assert site.own_addresses
    assert site.unapplied_migrations == 0
    assert site.disk_free > 0
    assert site.short_secrets == []


def test_files_that_others_can_read_are_found(tmp_path: Path) -> None:
    for name, mode in {"closed/mail": 0o644, "open/mail": 0o644, "open/secret": 0o600}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    (tmp_path / "closed").chmod(0o700)
    (tmp_path / "open").chmod(0o755)
    tmp_path.chmod(0o755)
    assert facts.open_files(tmp_path) == [str(tmp_path / "open/mail")]


def test_a_mail_server_that_does_not_answer_is_found(settings: Settings) -> None:
    settings.EMAIL_DIRECT_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    server, problem = facts.mail_server()
    assert server == f"127.0.0.1:{settings.EMAIL_PORT}"
    assert "refused" in problem


@pytest.mark.parametrize("kind", ["cut", "not encrypted", "encrypted", "large", "large and cut"])
def test_backups_that_cannot_be_read_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    path = tmp_path / f"spaces-1.tar.gz{'.age' if 'encrypted' in kind else ''}"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(REPOSITORY / "manage.py", "manage.py")
    if kind == "encrypted":
        path.write_bytes(b"age-encryption.org/v1\n-> X25519")
    if "large" in kind:
        monkeypatch.setattr(facts, "LARGEST_READ", 10)
    if "cut" in kind:
        path.write_bytes(path.read_bytes()[:20])
    assert bool(facts.backup_problem(path)) == (kind not in ("encrypted", "large"))


def test_the_newest_backup_counts(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BACKUPS_DIR = tmp_path
    assert facts._of_backups()["backup_hours"] is None
    monkeypatch.setattr(facts, "backup_problem", lambda path: "")
    for name, hours in {"spaces-20260101T000000Z.tar.gz": 80, "spaces-20260102T000000Z.tar.gz.age": 5}.items():
        (tmp_path / name).touch()
        then = time.time() - hours * 3600
        os.utime(tmp_path / name, (then, then))
    assert facts._of_backups()["backup_hours"] == pytest.approx(5, abs=0.1)


def test_the_command_prints_a_line_for_each_fault_and_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "spaces.management.commands.doctor"
    monkeypatch.setattr(f"{command}.database_answers", lambda: True)
    monkeypatch.setattr(f"{command}.gather", lambda: msgspec.structs.replace(GOOD, demo_people=6, debug=True))
    with pytest.raises(CommandError, match=f"2 of {len(CHECKS)} checks"):
        call_command("doctor")
    assert [line.partition(": ")[0] for line in capsys.readouterr().out.splitlines()] == ["Safety", "Safety"]

    monkeypatch.setattr(f"{command}.gather", lambda: GOOD)
    call_command("doctor", "--all")
    assert len(capsys.readouterr().out.splitlines()) == len(CHECKS) + 1


@pytest.mark.django_db
@pytest.mark.asvs("8.2.1")
def test_the_page_is_for_superusers(admin_client: Client, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaces_project.doctor.page.gather", lambda: msgspec.structs.replace(GOOD, debug=True))
    page = admin_client.get("/admin/doctor/")
    assert f"1 of {len(CHECKS)} checks found a fault" in page.text
    assert "Remove DEBUG" in page.text
    assert client.get("/admin/doctor/").status_code == 302
    from accounts.models import User

    client.force_login(User.objects.create(username="moderator", is_staff=True))
    assert client.get("/admin/doctor/").status_code == 403


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is no Debian")
def test_the_versions_of_libraries_are_those_of_debian() -> None:
    versions = facts.versions_of_packages()
    assert set(versions) <= {"libnice10", "coturn"}
    assert all(version and version < (99,) for version in versions.values())
