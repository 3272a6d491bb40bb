"""The Dockerfile and deploy/compose: what runs in containers, with which rights, and from which secrets."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.processes import REPOSITORY
from tests.test_hosting import parts
from tests.test_settings import LISTED

COMPOSE = REPOSITORY / "deploy/compose"
ACCOUNT = "10001:10001"
OTHERS = {"postgres", "redis", "nginx", "prepare"}
"""Services that are no part of the Procfile, and Redis, which has an image of its own."""


def stages() -> dict[str, list[str]]:
    """Return the instructions of each stage of the Dockerfile, one string each, without line breaks and comments."""
    lines = [line for line in (REPOSITORY / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    instructions = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    found: dict[str, list[str]] = {}
    name = ""
    for line in filter(None, instructions):
        if start := re.fullmatch(r"FROM (\S+) AS (\w+)", line):
            name = start[2]
        found.setdefault(name, []).append(line)
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
    return read


def services(compose: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(compose["services"].items())


# --- The Dockerfile, by the rules of hadolint that matter here --------------------------------------------------------


@pytest.mark.parametrize("stage", ["app", "edge"])
def test_an_image_runs_without_root(stage: str) -> None:
    users = [line for line in stages()[stage] if line.startswith("USER ")]
    assert users[-1] == f"USER {ACCOUNT}"


def test_packages_are_installed_lean_and_lists_are_removed() -> None:
    for line in [line for lines in stages().values() for line in lines if "apt-get install" in line]:
        assert "apt-get update" in line and "--no-install-recommends" in line and "--yes" in line
        assert "rm -rf /var/lib/apt/lists/*" in line
        names = line.split("--no-install-recommends ")[1].split(" &&")[0].split()
        assert names == sorted(names)


def test_everything_has_a_version_and_nothing_comes_from_an_address() -> None:
    text = (REPOSITORY / "Dockerfile").read_text()
    assert re.search(r"^ARG BASE=debian:\d+-slim$", text, re.MULTILINE)
    assert re.search(r"^ARG NODE=node:\d+-bookworm-slim$", text, re.MULTILINE)
    assert not re.search(r"^ADD |curl |wget |:latest", text, re.MULTILINE)
    assert "--requirement requirements.txt" in text  # which pins every package


def test_commands_are_lists_so_that_signals_arrive() -> None:
    for line in [line for lines in stages().values() for line in lines if line.startswith(("CMD", "ENTRYPOINT"))]:
        assert re.fullmatch(r'(CMD|ENTRYPOINT) \["[^]]+"\]', line)


def test_what_is_built_in_the_first_stage_stays_there() -> None:
    assert not any("python3-venv" in line or "pip" in line for name in ("app", "edge") for line in stages()[name])


def test_state_and_secrets_never_get_into_an_image() -> None:
    left_out = set((REPOSITORY / ".dockerignore").read_text().split())
    assert {".git", ".venv", "var", "deploy/compose/secrets", "deploy/compose/data", "deploy/compose/.env"} <= left_out
    ignored = set((REPOSITORY / ".gitignore").read_text().split())
    assert {"/deploy/compose/secrets/", "/deploy/compose/data/", "/deploy/compose/.env"} <= ignored


def test_the_image_runs_a_part_a_command_and_nothing_else() -> None:
    said = subprocess.run(["deploy/container", "sh"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (2, "container: part NAME, prepare, manage …, or ready\n")


# --- Compose ----------------------------------------------------------------------------------------------------------


def test_every_part_runs_once(compose: dict[str, Any]) -> None:
    started = {name: service["command"] for name, service in services(compose) if name not in OTHERS}
    assert set(started) == parts() - {"redis", "proxy"}
    assert all(command == ["part", name] for name, command in started.items())


def test_no_container_has_rights_that_it_does_not_need(compose: dict[str, Any]) -> None:
    for name, service in services(compose):
        assert (service["user"], service["read_only"], service["cap_drop"]) == (ACCOUNT, True, ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "nginx" else []), name
        assert "privileged" not in service and "pid" not in service and "ipc" not in service, name
        assert not [volume for volume in service["volumes"] if "docker.sock" in volume], name


def test_nothing_is_published(compose: dict[str, Any]) -> None:
    for name, service in services(compose):
        assert "ports" not in service, name
        assert service["network_mode"] == ("none" if name in ("postgres", "redis") else "host"), name


def test_every_container_comes_back_and_its_log_ends(compose: dict[str, Any]) -> None:
    for name, service in services(compose):
        assert service["restart"] == ("no" if name == "prepare" else "unless-stopped"), name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        if name not in ("postgres", "redis", "prepare"):
            waited = service["depends_on"]
            assert waited.get("prepare", waited.get("web"))["condition"].startswith("service_"), name


def test_foreign_images_have_a_version(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in services(compose)}
    for name in ("postgres", "redis", "nginx"):
        assert re.fullmatch(rf"{name}:\d+(\.\d+)?-bookworm", images[name])
    assert images["gateway"] == images["turn"] and images["gateway"].startswith("spaces-edge:")


def test_settings_are_documented_and_secrets_are_files(compose: dict[str, Any]) -> None:
    documented = set(LISTED.findall((REPOSITORY / "docs/settings.md").read_text()))
    environment = compose["services"]["web"]["environment"]
    assert {name.removesuffix("_FILE") for name in environment} <= documented
    named = {path.removeprefix("/run/secrets/") for name, path in environment.items() if name.endswith("_FILE")}
    assert named == set(compose["services"]["web"]["secrets"])
    used = {secret for _, service in services(compose) for secret in service.get("secrets", [])}
    assert used == set(compose["secrets"])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of deploy/compose after `setup`."""
    if os.geteuid() != 0:
        pytest.skip("`setup` gives directories to the account of the containers, as root")
    here = tmp_path_factory.mktemp("compose") / "compose"
    shutil.copytree(COMPOSE, here)
    for _ in range(2):  # it may run again
        before = secrets_in(here)
        subprocess.run([here / "setup", "spaces.example", "ops@spaces.example"], check=True, capture_output=True)
        assert before.items() <= secrets_in(here).items()
    return here


def secrets_in(here: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (here / "secrets").glob("*")}


def test_setup_makes_every_secret_for_the_account_alone(compose: dict[str, Any], prepared: Path) -> None:
    made = secrets_in(prepared)
    assert set(made) == set(compose["secrets"])
    assert all(len(made[name]) > 40 for name in made if name not in ("redis_url", "email_url"))
    for path in [*(prepared / "secrets").iterdir(), *(prepared / "data/certificates").iterdir()]:
        assert (path.stat().st_mode & 0o777, path.stat().st_uid) == (0o400, 10001)


def test_setup_makes_every_directory(compose: dict[str, Any], prepared: Path) -> None:
    used = {volume.split(":")[0] for _, service in services(compose) for volume in service["volumes"]}
    assert all((prepared / path).exists() for path in used), used


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["localhost", "a@b.example"], "bad_name"), (["spaces.example", "ops"], "bad_mail"), ([], "setup NAME MAIL")],
)
def test_setup_names_what_is_wrong(tmp_path: Path, arguments: list[str], code: str) -> None:
    shutil.copy(COMPOSE / "setup", tmp_path)
    said = subprocess.run([tmp_path / "setup", *arguments], capture_output=True, text=True, check=False)
    assert said.returncode == 1 and code in said.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["setup"]


def test_nginx_has_the_rules_of_the_server_without_containers() -> None:
    own, there = (COMPOSE / "site.conf.template").read_text(), (REPOSITORY / "deploy/nginx/spaces.conf").read_text()

    def rules(text: str) -> list[str]:
        lines = [" ".join(line.split("#")[0].split()) for line in text.splitlines()]
        return [line for line in lines if line and "8302" not in line and "[::]" not in line]

    assert rules(own) == [
        line.replace("spaces.example", "${SPACES_NAME}")
        .replace("/etc/spaces/tls", "/run/certificates")
        .replace("/var/www/html", "/run/acme")
        for line in rules(there)
    ]


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is missing: deploy/setup test")
def test_nginx_takes_the_configuration(prepared: Path, tmp_path: Path) -> None:
    site = (prepared / "site.conf.template").read_text().replace("${SPACES_NAME}", "spaces.example")
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/site.conf").write_text(
        site.replace("/run/certificates", str(prepared / "data/certificates")).replace(" 443", " 8443")
    )
    main = (prepared / "nginx.conf").read_text().replace("/etc/nginx/conf.d", str(tmp_path / "conf.d"))
    (tmp_path / "nginx.conf").write_text(main.replace("/tmp/", f"{tmp_path}/"))
    command = ["nginx", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-t"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not installed")
def test_hadolint_finds_nothing() -> None:
    # DL3008 wants versions of Debian's packages, which its security updates replace.
    said = subprocess.run(
        ["hadolint", "--ignore", "DL3008", "Dockerfile"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout
