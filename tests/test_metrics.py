"""`/metrics`: who may see it, and that several processes are one answer."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import redis
from django.test import Client
from pytest_django.fixtures import Settings

from spaces_project.common import metrics
from tests.support.processes import PYTHON, REPOSITORY

COUNTS = """
import django; django.setup()
from spaces_project.common import metrics
metrics.JOINS.labels("entered").inc(3)
metrics.SOCKETS.inc(5)
"""
TELLS = """
import django; django.setup()
from django.test import Client
from spaces_project.common import metrics
metrics.JOINS.labels("entered").inc(4)
metrics.SOCKETS.inc(2)
print(Client().get("/metrics", headers={"host": "localhost"}).content.decode())
"""


def run(program: str, directory: Path) -> str:
    environment = {**os.environ, "METRICS_DIR": str(directory), "DJANGO_SETTINGS_MODULE": "spaces_project.settings"}
    done = subprocess.run(
        [PYTHON, "-c", program],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db
@pytest.mark.redis
def test_it_tells_what_this_process_counted_and_what_the_site_holds(client: Client) -> None:
    metrics.JOINS.labels("entered").inc()
    answer = client.get("/metrics").content.decode()
    assert 'spaces_joins_total{result="entered"}' in answer
    assert "spaces_live 0.0" in answer
    assert 'spaces_queue_depth{queue="speech"} 0.0' in answer


@pytest.mark.django_db
def test_without_redis_it_tells_the_rest(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise redis.ConnectionError

    monkeypatch.setattr("spaces_project.metrics.store", away)
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"spaces_sockets" in answer.content
    assert b"spaces_queue_depth" not in answer.content


@pytest.mark.security("C14")
@pytest.mark.asvs("13.4.5")
@pytest.mark.parametrize("path", ["/metrics", "/%6detrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": ""},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"X-Spaces-Forwarded": "yes"},
    ],
)
def test_what_a_proxy_forwards_is_not_from_this_machine(client: Client, path: str, headers: dict[str, str]) -> None:
    assert client.get(path, headers=headers).status_code == 403


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", ""])
@pytest.mark.asvs("13.4.5")
def test_another_machine_is_refused(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 403


@pytest.mark.django_db
@pytest.mark.security("A12")
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_ask_however_it_is_spelt(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.security("C14")
@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": "192.0.2.1, ::1"}, {}])
def test_behind_a_proxy_only_a_token_lets_in(client: Client, settings: Settings, headers: dict[str, str]) -> None:
    settings.BEHIND_PROXY = True
    assert client.get("/metrics", headers=headers).status_code == 403


@pytest.mark.django_db
@pytest.mark.security("C14")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Forwarded-For": "127.0.0.1"}, 200),
        ({"X-Forwarded-For": "127.0.0.1", "X-Spaces-Forwarded": "yes"}, 403),
        ({"X-Forwarded-For": "192.0.2.1"}, 403),
        ({}, 403),
    ],
)
def test_behind_the_proxy_of_our_own_this_machine_may_ask(
    client: Client, settings: Settings, headers: dict[str, str], status: int
) -> None:
    settings.BEHIND_PROXY = settings.OWN_PROXY = True
    assert client.get("/metrics", headers=headers).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(("token", "status"), [("right", 200), ("wrong", 403), ("", 403)])
def test_a_token_lets_in_from_anywhere_and_nothing_else_does(
    client: Client, settings: Settings, token: str, status: int
) -> None:
    settings.METRICS_TOKEN = "right"
    answer = client.get("/metrics", REMOTE_ADDR="192.0.2.1", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status
    assert client.get("/metrics").status_code == 403


def test_one_process_answers_for_all_and_forgets_what_the_dead_held(tmp_path: Path) -> None:
    run(COUNTS, tmp_path)
    answer = run(TELLS, tmp_path)
    assert 'spaces_joins_total{result="entered"} 7.0' in answer
    assert "spaces_sockets 2.0" in answer


@pytest.mark.django_db
@pytest.mark.redis
@pytest.mark.parametrize("document", ["deploy/grafana.json", "docs/operations.md"])
def test_what_operators_are_given_names_all_there_is(client: Client, document: str) -> None:
    told = re.findall(r"^# TYPE (spaces_\w+) \w+$", client.get("/metrics").content.decode(), re.MULTILINE)
    named = re.findall(r"\bspaces_(?!project)[a-z_]+", (REPOSITORY / document).read_text())
    assert _families(named) == _families(told)


def _families(names: list[str]) -> set[str]:
    return {re.sub(r"_(total|created|bucket|sum|count)$", "", name) for name in names}
