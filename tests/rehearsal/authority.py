"""An authority for certificates: certbot of a rehearsed server asks it for one by ACME, as it asks Let's Encrypt.

Pebble, the test server of Let's Encrypt, runs on this machine. It fetches the answer from port 80 of the server, and
its own name server sends every name there. Needs the Debian package pebble.
"""

import json
import subprocess
from pathlib import Path
from typing import Final, Self

from tests.rehearsal.server import CACHE, SUITE, Server
from tests.support.ports import listens
from tests.support.processes import Child

PORT, NAMES_PORT, ORDERS_PORT, MANAGEMENT_PORT = 14000, 14053, 14055, 14001
STARTS_WITHIN: Final = 20.0


class Authority:
    """Pebble and its name server, for one server. A context manager."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        here, directory = Server.HERE, CACHE / f"authority-{SUITE}"
        directory.mkdir(exist_ok=True)
        log = directory / "log"
        log.unlink(missing_ok=True)
        names = ["pebble-challtestsrv", "-defaultIPv4", Server.THERE, "-defaultIPv6", ""]
        names += ["-dns01", f"{here}:{NAMES_PORT}", "-management", f"{here}:{ORDERS_PORT}"]
        names += ["-http01", "", "-https01", "", "-tlsalpn01", ""]
        pebble = ["pebble", "-config", str(_configuration(directory)), "-dnsserver", f"{here}:{NAMES_PORT}"]
        # It may neither wait for seconds before it looks, nor refuse every twentieth request.
        env = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
        self._children = [Child(names, log=log), Child(pebble, log=log, env=env)]
        self._children[1].wait_until(lambda: listens(PORT, host=here), seconds=STARTS_WITHIN)
        self._introduce()
        return self

    def __exit__(self, *error: object) -> None:
        for child in self._children:
            child.stop()

    def _introduce(self) -> None:
        """Let certbot of the server ask here. `/etc/letsencrypt/cli.ini` belongs to Debian's package."""
        path = self._server.root / "root/.config/letsencrypt/cli.ini"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"server = https://{Server.HERE}:{PORT}/dir\nno-verify-ssl = true\n")


def _configuration(directory: Path) -> Path:
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=authority"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, capture_output=True, timeout=30, check=True)
    path = directory / "pebble.json"
    settings = {
        "listenAddress": f"{Server.HERE}:{PORT}",
        "managementListenAddress": f"{Server.HERE}:{MANAGEMENT_PORT}",
        "certificate": str(certificate),
        "privateKey": str(key),
        "httpPort": 80,
        "tlsPort": 443,
    }
    path.write_text(json.dumps({"pebble": settings}))
    return path
