"""The files by which a site runs without `make run`: units, `deploy/part`, nginx."""

import http.client
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.ports import free_port, listens
from tests.support.processes import REPOSITORY, Child

UNITS = REPOSITORY / "deploy/systemd"
APP = "/srv/spaces/app"
NOT_ON_A_SERVER = {"proxy", "turn"}
"""nginx stands in the place of the proxy; coturn is only needed where networks block UDP."""


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent. `X-Lead` has nginx send a file in the place of the answer."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if lead := self.headers.get("X-Lead"):
            self.send_header("X-Accel-Redirect", lead)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def parts() -> set[str]:
    return set(re.findall(r"^(\w+): deploy/respawn ", (REPOSITORY / "Procfile").read_text(), re.MULTILINE))


def test_the_target_starts_every_part() -> None:
    started = re.findall(r"spaces@(\w+)(?:\.\d)?\.service", (UNITS / "spaces.target").read_text())
    assert set(started) == parts() - NOT_ON_A_SERVER


def test_a_part_is_the_command_of_the_procfile_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copy(REPOSITORY / "deploy/part", tmp_path / "deploy")
    (tmp_path / "Procfile").write_text('web: deploy/respawn echo "$HONCHO_PROCESS_NAME in $(pwd)"\n')
    part = str(tmp_path / "deploy/part")
    for name, known in {"web": "web.1", "web.2": "web.2"}.items():
        assert subprocess.check_output([part, name], text=True) == f"{known} in {tmp_path}\n"
    refused = subprocess.run([part, "we"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr) == (2, "part: the Procfile has no we\n")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS.glob("spaces*.*"):
        # The site is installed elsewhere, and systemd asks whether the programs are there.
        (tmp_path / unit.name).write_text(unit.read_text().replace(APP, str(REPOSITORY)))
    names = ["spaces.target", "spaces@web.1.service", "spaces-prepare.service", "spaces-backup.timer"]
    said = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not [line for line in said.stderr.splitlines() if "spaces" in line and "man:" not in line], said.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
@pytest.mark.asvs("13.2.2")
@pytest.mark.parametrize("unit", ["spaces@.service", "spaces-prepare.service", "spaces-backup.service"])
def test_the_units_may_do_little(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(UNITS / unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout[-300:]


def test_every_setting_of_the_installer_is_documented() -> None:
    documented = (REPOSITORY / "docs/settings.md").read_text()
    names = re.findall(r"(?:add|set)_setting ([A-Z_]+?)(?:_\d)? ", (REPOSITORY / "deploy/install").read_text())
    assert names
    assert [name for name in names if f"`{name}" not in documented and name != "WEB_PORT"] == []


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[int]:
    """nginx with the site's file and a certificate of its own, before a program that answers with its headers."""
    backend, http_port, https_port = ThreadingHTTPServer(("127.0.0.1", 0), Echo), free_port(), free_port()
    Thread(target=backend.serve_forever, daemon=True).start()
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=spaces.example"),
            *("-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")),
        ],
        check=True,
        capture_output=True,
    )
    site = (REPOSITORY / "deploy/nginx/spaces.conf").read_text()
    site = site.replace("/etc/spaces/tls", str(tmp_path))
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = site.replace("/srv/spaces/recordings", str(tmp_path / "recordings"))
    site = site.replace("listen 80;", f"listen 127.0.0.1:{http_port};")
    site = site.replace("listen 443 ", f"listen 127.0.0.1:{https_port} ")
    # One process runs, the other one is away.
    site = site.replace("127.0.0.1:8301", f"127.0.0.1:{backend.server_port}")
    site = site.replace("127.0.0.1:8302", f"127.0.0.1:{free_port()}")
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; master_process off;\npid {tmp_path}/nginx.pid;\nerror_log stderr warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}\n}}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    child = Child([program, "-p", str(tmp_path), "-c", "nginx.conf"], log=tmp_path / "nginx.log")
    child.wait_until(lambda: listens(https_port), seconds=15)
    yield https_port
    child.stop()
    backend.shutdown()


def ask(
    port: int, method: str = "GET", path: str = "/", *, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, str]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    connection.request(method, path, body, {"Host": "spaces.example", **(headers or {})})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.asvs("4.1.3")
def test_nginx_tells_the_true_address_and_no_other(nginx: int) -> None:
    forged = {"X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "http"}
    for _ in range(4):  # one of the two processes is away, and nobody notices
        status, text = ask(nginx, headers=forged)
        assert status == 200
        seen = json.loads(text)
        assert (seen["x-forwarded-for"], seen["x-forwarded-proto"]) == ("127.0.0.1", "https")
        assert seen["host"] == "spaces.example"


def test_nginx_passes_sockets_and_pictures(nginx: int) -> None:
    status, text = ask(nginx, headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert (status, json.loads(text)["upgrade"], json.loads(text)["connection"]) == (200, "websocket", "upgrade")
    assert ask(nginx, "POST", body=b"x" * 10_500_000)[0] == 200
    assert ask(nginx, "POST", body=b"x" * 12_000_000)[0] == 413


def test_nginx_sends_the_sound_of_replays_only_if_the_site_says_so(nginx: int, tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings/replay.m4a").write_text("sound")
    assert ask(nginx, path="/recordings/replay.m4a")[0] == 404
    assert ask(nginx, headers={"X-Lead": "/recordings/replay.m4a"}) == (200, "sound")
    assert ask(nginx, headers={"X-Lead": "/recordings/replay.m4a", "Range": "bytes=1-2"}) == (206, "ou")


@pytest.mark.parametrize("script", ["install", "upgrade", "uninstall"])
def test_the_scripts_of_a_server_are_whole(script: str) -> None:
    path = REPOSITORY / "deploy" / script
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    said = subprocess.run([str(path), "--nonsense"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert said.stderr.startswith(f"{script}: ")


def test_an_upgrade_restarts_every_part_but_those_that_carry_sound() -> None:
    named = re.search(r"^readonly PARTS=\((.*)\)$", (REPOSITORY / "deploy/server/site.sh").read_text(), re.MULTILINE)
    assert named
    assert {part.partition(".")[0] for part in named[1].split()} == parts() - {"proxy", "turn", "redis", "gateway"}
