"""A blank server: a root of Debian 12 (13 with `SUITE=trixie`) with systemd as process 1, and a network of its own.

    with Server("spaces-one", directory) as server:
        server.run("sudo", "deploy/install", "--domain", server.DOMAIN, ...)

Packages and Python wheels are fetched once, so that an installation is timed and not a download. Needs root, and the
Debian package mmdebstrap.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final, Self

from tests.support.processes import PYTHON, REPOSITORY, Child

CACHE: Final = REPOSITORY / "var/rehearsal"
INCLUDED: Final = ("systemd", "systemd-sysv", "dbus", "git", "ca-certificates", "sudo", "procps")
"""What a rented server has before anybody logs in."""
SUITE: Final = os.environ.get("SUITE", "bookworm")
PYTHON_OF: Final = {"bookworm": "3.11", "trixie": "3.13"}
NETWORK_OF: Final = {"bookworm": 79, "trixie": 80}
PLATFORMS: Final = ("manylinux2014_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64", "manylinux_2_34_x86_64")
OLDER_PYTHON: Final = ("async-timeout>=4.0.3",)
"""What packages want beside, on the Python 3.11.2 of Debian 12. Later ones, such as the one here may be, have it."""
BOOTS_WITHIN: Final = 60.0
CHECKOUT: Final = "/root/spaces"
FIREWALL: Final = """
table inet narrow
delete table inet narrow
table inet narrow {{
  chain in {{
    type filter hook input priority filter;
    iifname != "eth0" accept
    ct state established,related accept
    {closed_in}
  }}
  chain out {{
    type filter hook output priority filter;
    oifname != "eth0" accept
    ct state established,related accept
    {closed_out}
  }}
}}
"""


class Server:
    """One server. It lives as long as the context; `root` stays until the next one of its name."""

    DOMAIN = "spaces.example"
    HERE, THERE = (f"10.203.{NETWORK_OF[SUITE]}.{host}" for host in (1, 2))

    def __init__(self, name: str, *, revision: str) -> None:
        self.name = name
        self.root = CACHE / name
        self._revision = revision
        self._cable = f"{name}-c"[:15]

    def __enter__(self) -> Self:
        self._make_root()
        self._remove_network()
        for line in (
            f"netns add {self.name}",
            f"link add {self._cable} type veth peer name eth0 netns {self.name}",
            f"addr add {self.HERE}/30 dev {self._cable}",
            f"link set {self._cable} up",
            f"-n {self.name} addr add {self.THERE}/30 dev eth0",
            f"-n {self.name} link set lo up",
            f"-n {self.name} link set eth0 up",
            f"-n {self.name} route add default via {self.HERE}",
        ):
            _do("ip", *line.split())
        self._boot()
        return self

    def __exit__(self, *error: object) -> None:
        self._child.kill()
        self._remove_network()

    def run(
        self, *command: str, seconds: float = 120, env: Mapping[str, str] | None = None, shown: bool = False
    ) -> str:
        """Run a command as root on the server and return what it printed. Raises AssertionError if it fails."""
        entered = ["nsenter", "--target", str(self._pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        entered += [
            "--root",
            "--wd",
            "--",
            "env",
            "-i",
            "HOME=/root",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
        ]
        entered += [f"{name}={value}" for name, value in (env or {}).items()]
        entered += ["sh", "-c", f'cd {CHECKOUT} && exec "$@"', "sh", *command]
        process = subprocess.Popen(
            entered, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert process.stdout is not None
        said, until = [], time.monotonic() + seconds
        for line in process.stdout:
            said.append(line)
            if shown:
                print("    " + line, end="", flush=True)
            assert time.monotonic() < until, f"{command} takes longer than {seconds} s"
        assert process.wait(5) == 0, f"{' '.join(command)}:\n{''.join(said)[-4000:]}"
        return "".join(said)

    def firewall(self, *, closed_udp: bool = False, closed_tcp: Collection[int] = ()) -> None:
        """Drop what would make a new connection, as the network of a visitor does. Those that there are go on.

        Call it once before the first connection: only then does the kernel know which ones there are.
        """
        udp = ["meta l4proto udp drop"] if closed_udp else []
        tcp = [f"tcp dport {port} drop" for port in closed_tcp]
        command = ["ip", "netns", "exec", self.name, "nft", "--file", "-"]
        rules = FIREWALL.format(closed_in="\n    ".join(udp + tcp), closed_out="".join(udp))
        subprocess.run(command, input=rules, text=True, timeout=10, check=True)

    def _make_root(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True, mode=0o755)
        _do("tar", "--extract", "--file", str(base()), "--directory", str(self.root))
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost {self.name}\n{self.THERE} {self.DOMAIN}\n")
        (self.root / "etc/hostname").write_text(f"{self.name}\n")
        (self.root / "etc/resolv.conf").write_text("")
        checkout = self.root / CHECKOUT.lstrip("/")
        _do("git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(checkout))
        _do("git", "-C", str(checkout), "checkout", "--quiet", "--detach", self._revision)
        _do("git", "-C", str(checkout), "remote", "remove", "origin")
        shutil.copytree(wheels(), self.root / "var/cache/wheels")
        (self.root / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /var/cache/wheels\n")
        shutil.copytree(REPOSITORY / "var/models/base", self.root / "srv/spaces/models/base")

    def _boot(self) -> None:
        boot = str(REPOSITORY / "tests/rehearsal/boot")
        command = ["ip", "netns", "exec", self.name, "unshare", "--mount", boot, self.name, str(self.root)]
        self._child = Child(command, log=CACHE / f"{self.name}.log")
        self._child.wait_until(self._is_booted, seconds=BOOTS_WITHIN)

    def _is_booted(self) -> bool:
        try:
            self._pid = int(Path(f"/proc/{self._child.pid}/task/{self._child.pid}/children").read_text())
            if "systemd" not in Path(f"/proc/{self._pid}/cmdline").read_text():
                return False
        except (ValueError, OSError):  # it is on its way
            return False
        try:
            return self.run("systemctl", "is-system-running", "--wait").strip() == "running"
        except AssertionError as error:
            assert "degraded" not in str(error), self.run("systemctl", "--failed", "--no-pager")
            return False

    def _remove_network(self) -> None:
        for line in (f"netns del {self.name}", f"link del {self._cable}"):
            subprocess.run(["ip", *line.split()], capture_output=True, timeout=10, check=False)


def base() -> Path:
    """Return an archive of a blank Debian whose package cache has what an installation needs. Make it if missing."""
    packages = (REPOSITORY / "deploy/server/packages").read_text().split()
    key = hashlib.sha256(" ".join([*packages, *INCLUDED]).encode()).hexdigest()[:12]
    path = CACHE / f"base-{SUITE}-{key}.tar"
    if path.exists():
        return path
    if shutil.which("mmdebstrap") is None:
        sys.exit("mmdebstrap is missing: apt install mmdebstrap")
    CACHE.mkdir(parents=True, exist_ok=True)
    apt = 'chroot "$1" apt-get -qq --option Acquire::Check-Valid-Until=false'  # a mirror may have an old index
    hooks = [f"{apt} update"]
    if SUITE == "trixie":
        source = REPOSITORY / "deploy/server/janus-source"
        hooks += [
            f'cp {source} "$1/tmp/" && chroot "$1" /tmp/janus-source && rm "$1/tmp/janus-source"',
            f"{apt} update",
        ]
    hooks += [f"{apt} install --yes --no-install-recommends --download-only {' '.join(packages)}"]
    options = ["--mode=root", "--variant=minbase", f"--include={','.join(INCLUDED)}", "--skip=cleanup/apt"]
    options += [f"--customize-hook={hook}" for hook in hooks]
    _do("mmdebstrap", *options, SUITE, f"{path}.part.tar", seconds=1800)
    Path(f"{path}.part.tar").rename(path)
    return path


def wheels() -> Path:
    """Return a directory with every Python package of requirements.txt as a wheel. Make it if missing."""
    requirements, version = REPOSITORY / "requirements.txt", PYTHON_OF[SUITE]
    key = hashlib.sha256(requirements.read_bytes() + repr(OLDER_PYTHON).encode()).hexdigest()[:12]
    built = CACHE / f"wheels-{key}"
    own = ("wheel", "--quiet", "--requirement", str(requirements), *OLDER_PYTHON)
    _fill(built, *own, "--wheel-dir")
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        return built
    # Packages that come as source are pure Python: the wheels that were built here serve every version.
    other = CACHE / f"wheels-{key}-{version}"
    platforms = [f"--platform={platform}" for platform in PLATFORMS]
    kinds = ("--only-binary=:all:", f"--python-version={version}", "--implementation=cp", *platforms)
    _fill(other, "download", "--quiet", *kinds, f"--find-links={built}", f"--requirement={requirements}", "--dest")
    return other


def _fill(directory: Path, *command: str) -> None:
    """Run a command of pip whose last word is this directory, unless the directory is there."""
    if directory.exists():
        return
    draft = directory.with_name(f"{directory.name}.part")
    _do(PYTHON, "-m", "pip", *command, str(draft), seconds=1800)
    draft.rename(directory)


def _do(*command: str, seconds: float = 120) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=os.environ, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
    return done.stdout
