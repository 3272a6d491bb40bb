"""Rehearse on blank servers what the pages of `docs/hosting/` promise, and print how long it took.

1. `deploy/install` of the version before this one (`FROM` names another), on a blank Debian 12 (`SUITE=trixie`: 13),
   until /healthz is well. nginx and the relay have a certificate that certbot got from an ACME server.
2. A recorded Space by https and wss with Chromium. One person reaches the gateway by the relay alone. Both hear each
   other, and a third one is read in captions. A fourth one hears them where UDP is blocked, and where TLS alone gets
   through; a renewal of the certificate in between is not heard.
3. `deploy/upgrade` to this version while they talk: both keep their place, and no silence is longer than two seconds.
4. The Space ends. Its backup is restored on another blank server: the same people, Space, replay and captions.

`python -m tests.rehearsal install` stops after the first step, `space` after the second, and so on.
"""

import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from playwright.sync_api import Page, expect

from tests.rehearsal.authority import Authority
from tests.rehearsal.server import SUITE, Server
from tests.support import people
from tests.support.browser import HEARD_ABOVE, Browsers, log_in, negotiations, wait_until_heard
from tests.support.processes import REPOSITORY
from tests.support.voice import spoken

STAGES: Final = ("install", "space", "upgrade", "restore")
INSTALLED_WITHIN: Final = 360.0
LONGEST_SILENCE: Final = 2.0
ADA_HZ, GRACE_HZ = 440, 880
HEARD_WITHIN: Final = 30.0
HEARD_BY_RELAY_WITHIN: Final = 5.0
TURN_PORT, TURN_TLS_PORT = 3478, 5349
WORDS: Final = "the weather is very good today and we will go to the park with the children"
READ_WITHIN: Final = 90.0
READY_WITHIN: Final = 60.0
FAULTS_HERE: Final = {"Machine", "Mail", "CommandError"}
"""What the doctor finds on a server whose network has neither a clock server nor a mail server."""
TITLE: Final = "Rehearsal"
PASSWORD: Final = "a long password of no demo"
NAMES: Final = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "joan": "Joan Clarke", "hedy": "Hedy Lamarr"}
MAKE_PEOPLE: Final = f"""
from allauth.account.models import EmailAddress
from accounts.models import User
from accounts.services import follow_user
for username, name in {NAMES!r}.items():
    address = username + "@spaces.example"
    user = User.objects.create_user(username, address, {PASSWORD!r}, display_name=name)
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
for username in ("grace", "joan", "hedy"):
    follow_user(follower=User.objects.get(username=username), followee=User.objects.get(username="ada"))
"""
COUNT: Final = """
import json
from django.apps import apps
from captions.models import Utterance
from spaces.models import Recording, Space
from accounts.models import User
print(json.dumps({
    "people": sorted(User.objects.values_list("username", "display_name", "password")),
    "spaces": sorted(Space.objects.values_list("public_id", "title", "state")),
    "captions": sorted(Utterance.objects.values_list("speaker__username", "text", "words")),
    "recordings": sorted(Recording.objects.values_list("directory", "state", "duration_ms")),
}))
"""
PLACES: Final = """
from spaces.models import Participant
for row in Participant.objects.order_by("pk").values_list("user__username", "role", "joined_at", "left_at"):
    print(*row)
"""
CONNECTIONS: Final = """
const Direct = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Direct {
  constructor(configuration, ...others) {
    super({ ...configuration, ...FORCED }, ...others);
    (window.connections ??= []).push(this);
  }

  setConfiguration(configuration) {
    super.setConfiguration({ ...configuration, ...FORCED });
  }
};
"""
FREE: Final = CONNECTIONS.replace("FORCED", "{}")
RELAY_ONLY: Final = CONNECTIONS.replace("FORCED", "{ iceTransportPolicy: 'relay' }")
WATCH: Final = """
window.Watch = class {
  #longest = 0;
  #heardAt = performance.now();

  constructor(tone, level) {
    setInterval(() => {
      const now = performance.now();
      this.#longest = Math.max(this.#longest, now - this.#heardAt);
      if ((ear.levels([tone])[0] ?? -Infinity) > level) this.#heardAt = now;
    }, 20);
  }

  longest() {
    return this.#longest / 1000;
  }
};
"""
WAYS: Final = """
async () => {
  const found = [];
  for (const connection of window.connections ?? []) {
    if (connection.connectionState !== "connected") continue;
    const reports = await connection.getStats();
    for (const pair of reports.values())
      if (pair.type === "candidate-pair" && pair.nominated) {
        const local = reports.get(pair.localCandidateId);
        found.push(`${local.candidateType} over ${local.relayProtocol ?? local.protocol}`);
      }
  }
  return found;
}
"""
OFFERED: Final = """
async () => {
  const found = new Set();
  for (const connection of window.connections ?? [])
    for (const report of (await connection.getStats()).values())
      if (report.type === "local-candidate") found.add(`${report.candidateType} ${report.relayProtocol ?? ""}`);
  return [...found].sort();
}
"""


def main() -> None:
    last = sys.argv[1] if len(sys.argv) > 1 else STAGES[-1]
    if last not in STAGES:
        sys.exit(f"the stages are {', '.join(STAGES)}")
    stages = STAGES[: STAGES.index(last) + 1]
    new, old = revision("HEAD"), revision(os.environ.get("FROM", "HEAD~1"))
    with Server(f"{SUITE}-one", revision=old if "upgrade" in stages else new) as server, Authority(server):
        install(server)
        if "space" in stages:
            kept = hold_a_space(server, new if "upgrade" in stages else "")
        if "restore" in stages:
            file = back_up(server)
    if "restore" in stages:
        with Server(f"{SUITE}-two", revision=new) as server:
            restore(server, file, kept)


def revision(name: str) -> str:
    command = ["git", "-C", str(REPOSITORY), "rev-parse", name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def install(server: Server) -> None:
    """Every account may host, so that two people are enough; the rest is as the installer has it."""
    settings = server.root / "etc/spaces/spaces.env"
    settings.parent.mkdir()
    settings.write_text("SPACES_HOST_MIN_FOLLOWERS='0'\n")
    began = time.monotonic()
    with timed("installation"):
        install_on(server)
    require_certificates(server)
    assert time.monotonic() - began <= INSTALLED_WITHIN, f"more than {INSTALLED_WITHIN:g} s"
    assert set(health(server).values()) == {"ok"}, health(server)
    with timed("the same again, which changes nothing"):
        before = server.run("systemctl", "show", "--property=MainPID", "spaces@*").split()
        install_on(server)
        assert server.run("systemctl", "show", "--property=MainPID", "spaces@*").split() == before
    found = server.run("sh", "-c", "spaces doctor || true")
    print(found)
    assert {line.partition(": ")[0] for line in found.splitlines() if ": " in line} <= FAULTS_HERE, found


def install_on(server: Server, *options: str) -> None:
    command = ["deploy/install", "--domain", server.DOMAIN, "--email", "ops@example.org", *options]
    server.run("sudo", *command, seconds=1200, shown=True)


def require_certificates(server: Server) -> str:
    """The authority has signed a certificate for nginx, and the relay has the same. Return its fingerprint."""
    web, relay = (certificate_at(server, port) for port in (443, TURN_TLS_PORT))
    assert web.issuer != web.subject, web.subject
    assert web == relay, (web.serial_number, relay.serial_number)
    return web.fingerprint(hashes.SHA256()).hex()


def certificate_at(server: Server, port: int) -> x509.Certificate:
    context = ssl._create_unverified_context()
    with (
        socket.create_connection((server.THERE, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=server.DOMAIN) as connection,
    ):
        return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")


def hold_a_space(server: Server, upgrade_to: str) -> str:
    """Return what the site holds when the Space is over, as `COUNT` tells it."""
    set_up(server)
    server.run("spaces", "shell", "-c", MAKE_PEOPLE)
    with tempfile.TemporaryDirectory() as name, Browsers(Path(name)) as browsers:
        program = chromium_that_finds(server, browsers.program, Path(name))
        server.firewall()
        with timed("two people, one by the relay alone, hear each other"):
            ada = visitor(browsers, server, "ada", program, tone=ADA_HZ)
            grace = visitor(browsers, server, "grace", program, tone=GRACE_HZ, init=RELAY_ONLY)
            public_id = start_recorded(ada)
            enter_and_speak(ada, grace, "Grace Hopper")
            people.unmute(ada)
            print(f"  heard after {wait_until_heard(grace, ADA_HZ, seconds=HEARD_WITHIN):.1f} s by grace")
            print(f"  heard after {wait_until_heard(ada, GRACE_HZ, seconds=HEARD_WITHIN):.1f} s by ada")
        require_ways(grace, {"relay over udp", "relay over tcp", "relay over tls"})
        listen_in_narrow_networks(browsers, server, program)
        if upgrade_to:
            upgrade(server, upgrade_to, {ada: GRACE_HZ, grace: ADA_HZ})
        with timed("a third one is read"):
            spoken(Path(name) / "words.wav", WORDS)
            joan = visitor(browsers, server, "joan", program, voice=Path(name) / "words.wav", loops=True)
            enter_and_speak(ada, joan, "Joan Clarke")
            people.press(joan, "Allow captions")
            until(lambda: "weather" in server.run("spaces", "shell", "-c", COUNT).lower(), seconds=READ_WITHIN)
        people.end_space(ada)
        with timed("the replay is ready"):
            until(lambda: '"ready"' in server.run("spaces", "shell", "-c", COUNT), seconds=READY_WITHIN)
        plays(grace, public_id)
    return held_by(server)


def set_up(server: Server) -> None:
    """Make the first account without the page, as `docs/hosting/install.md` has it: the files are of root alone."""
    for name, content in {"password": PASSWORD, "rules.txt": "Be kind."}.items():
        path = server.root / "root" / name
        path.write_text(content)
        path.chmod(0o600)
    files = {"SETUP_ADMIN_PASSWORD_FILE": "/root/password", "SETUP_RULES_FILE": "../rules.txt"}
    given = [f"{name}={path}" for name, path in files.items()]
    account = ("--name", "Night Owls", "--admin", "margaret", "--admin-email", "margaret@spaces.example")
    print("  " + server.run("sudo", *given, "spaces", "setup", *account).strip())


def listen_in_narrow_networks(browsers: Browsers, server: Server, program: str) -> None:
    """Enter where UDP is blocked, then where TLS alone gets through. The others keep the connections that they have."""
    hedy = visitor(browsers, server, "hedy", program, init=FREE)
    for network, closed, ways in (
        ("UDP blocked", (), {"relay over tcp", "relay over tls"}),
        ("all blocked but TLS", (TURN_PORT,), {"relay over tls"}),
    ):
        server.firewall(closed_udp=True, closed_tcp=closed)
        hedy.goto("/")
        began = time.monotonic()
        people.bubble(hedy, TITLE).click()
        wait_until_heard(hedy, ADA_HZ, seconds=HEARD_WITHIN)
        took = time.monotonic() - began
        print(f"  {network}: heard {took:.1f} s after the tap")
        require_ways(hedy, ways)
        assert took <= HEARD_BY_RELAY_WITHIN, took
        if ways == {"relay over tls"}:
            renew_certificate(server, hedy)
        people.leave(hedy)
    server.firewall()


def renew_certificate(server: Server, listener: Page) -> None:
    """nginx and the relay show the new one, and the connection that the relay carries goes on."""
    before = require_certificates(server)
    watch(listener, ADA_HZ)
    server.run("certbot", "renew", "--force-renewal", "--quiet", "--no-random-sleep-on-renew")
    until(lambda: require_certificates(server) != before, seconds=10)
    listener.wait_for_timeout(2000)
    print("  the certificate was renewed", end=", ")
    longest_silence(listener)


def require_ways(page: Page, ways: set[str]) -> None:
    found = page.evaluate(WAYS)
    print(f"  {found} of {page.evaluate(OFFERED)}", flush=True)
    assert found, "there is no connection"
    assert set(found) <= ways, found


def upgrade(server: Server, revision: str, listeners: dict[Page, int]) -> None:
    """Every page measures the longest silence of the other voice while the server is upgraded."""
    for page, tone in listeners.items():
        watch(page, tone)
    places = server.run("spaces", "shell", "-c", PLACES)
    agreed = {page: negotiations(page) for page in listeners}
    with timed("upgrade with a Space live"):
        command = ("sudo", "deploy/upgrade", revision)
        with ThreadPoolExecutor(1) as thread:
            upgraded = thread.submit(server.run, *command, seconds=1800, shown=True)
            while not upgraded.done():
                for page in listeners:  # a page of Playwright tells its events only while it is waited for
                    page.wait_for_timeout(500)
            upgraded.result()
    for page in listeners:
        print(f"  audio was agreed anew {negotiations(page) - agreed[page]} times", end=", ")
        longest_silence(page)
        expect(people.button(page, "Mute")).to_be_visible()
    assert server.run("spaces", "shell", "-c", PLACES) == places, "a person lost their place"
    print("  nobody was put out")
    assert set(health(server).values()) == {"ok"}, health(server)


def watch(page: Page, tone: int) -> None:
    """Measure from now on how long the page goes without this tone (Hz)."""
    page.evaluate("([tone, level]) => { window.watched = new Watch(tone, level); }", [tone, HEARD_ABOVE])


def longest_silence(page: Page) -> None:
    """Print the longest time (s) since `watch` that the tone was away. Raise AssertionError if that is too long."""
    silence = float(page.evaluate("watched.longest()"))
    print(f"longest silence {silence:.2f} s", flush=True)
    assert silence <= LONGEST_SILENCE


def back_up(server: Server) -> Path:
    with timed("backup, with the sound of recordings"):
        path = server.run("spaces", "backup", "--to", "/srv/spaces/backups", "--with-recordings").split()[-1]
    return server.root / path.lstrip("/")


def restore(server: Server, file: Path, kept: str) -> None:
    """As `docs/hosting/backup.md` has it: install without starting, restore, start."""
    with timed("installation of another server"):
        install_on(server, "--self-signed", "--no-start")
    (server.root / "root" / file.name).write_bytes(file.read_bytes())
    server.run("install", "-o", "spaces", "-m", "0600", f"/root/{file.name}", "/srv/spaces/backups/")
    with timed("restore"):
        print("  " + server.run("spaces", "restore", f"/srv/spaces/backups/{file.name}", seconds=300).strip())
        install_on(server, "--self-signed")
    assert set(health(server).values()) == {"ok"}, health(server)
    there = held_by(server)
    assert there == kept, (kept, there)
    with tempfile.TemporaryDirectory() as name, Browsers(Path(name)) as browsers:
        program = chromium_that_finds(server, browsers.program, Path(name))
        plays(visitor(browsers, server, "grace", program), json.loads(kept)["spaces"][0][0])
    print(f"rehearsal: the same {kept[:300]} …")


def held_by(server: Server) -> str:
    return server.run("spaces", "shell", "-c", COUNT).strip().splitlines()[-1]


def chromium_that_finds(server: Server, program: str, directory: Path) -> str:
    """Write a program that is this Chromium, for which the site's name leads to the server.

    Its own `--host-resolver-rules` does not do: the names of TURN servers over UDP are looked up without it.
    """
    wrapper, names = directory / "chromium", directory / "hosts"
    names.write_text(f"127.0.0.1 localhost\n{server.THERE} {server.DOMAIN}\n")
    mounted = f"mount --bind {names} /etc/hosts && exec {program} --ignore-certificate-errors"
    wrapper.write_text(f'#!/bin/sh\nexec unshare --mount sh -c \'{mounted} "$@"\' sh "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


def visitor(browsers: Browsers, server: Server, username: str, program: str, *, init: str = "", **options: Any) -> Page:
    page = browsers.open(f"https://{server.DOMAIN}", program=program, **options)
    page.context.add_init_script(WATCH + init)
    log_in(page, username, PASSWORD)
    return page


def start_recorded(page: Page) -> str:
    page.goto("/i/spaces/new")
    page.get_by_role("textbox", name="Name your Space").fill(TITLE)
    page.get_by_role("switch", name="Record Space").check()
    with page.expect_response(lambda answer: answer.request.method == "POST") as started:
        people.press(page, "Start your Space")
    expect(people.button(page, "Unmute")).to_be_visible(timeout=people.OPENS_WITHIN_MS)
    return str(started.value.json()["id"])


def enter_and_speak(host: Page, guest: Page, name: str) -> None:
    guest.goto("/")
    people.enter(guest, TITLE)
    people.press(guest, "Request")
    guest.get_by_role("dialog", name="Agree to be recorded?").get_by_role("button", name="Agree").click()
    expect(people.button(guest, "Cancel request")).to_be_visible(timeout=people.OPENS_WITHIN_MS)
    people.approve(host, name)
    expect(people.button(guest, "Unmute")).to_be_visible(timeout=people.OPENS_WITHIN_MS)
    people.unmute(guest)


def plays(page: Page, public_id: str) -> None:
    """The replay can be played, and nginx sends its sound."""
    page.goto(f"/i/spaces/{public_id}")
    people.press(page, "Play")
    expect(people.button(page, "Pause")).to_be_visible()
    command = f"fetch('/i/spaces/{public_id}/replay/sound', {{ headers: {{ Range: 'bytes=0-99' }} }})"
    status, size = page.evaluate(
        f"async () => {{ const a = await {command}; return [a.status, (await a.blob()).size] }}"
    )
    assert (status, size) == (206, 100), (status, size)


def until(is_so: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not in {seconds} s"
        time.sleep(1)


def health(server: Server) -> dict[str, str]:
    """Ask from this machine, as a visitor."""
    resolve = f"{server.DOMAIN}:443:{server.THERE}"
    command = ["curl", "--silent", "--insecure", "--resolve", resolve, f"https://{server.DOMAIN}/healthz"]
    found: dict[str, str] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"rehearsal: {what} …", flush=True)
    yield
    print(f"rehearsal: {what}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
