"""Write the configuration of coturn, the relay for browsers whose network blocks UDP.

It relays to the gateway and to no other address: an open relay would carry anything into the operator's network. So
every peer is denied first, of IPv6 too, and then the gateway's addresses are allowed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .private_files import write_private

ALLOCATIONS_PER_CONNECTION: Final = 6
"""A browser makes two for each connection, and up to three more while it looks for the best way."""
ALLOCATIONS: Final = 4_000
BYTES_PER_SECOND: Final = 64_000
"""Of one allocation. Sound has 32 kbit/s each way, and as much again for headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSettings:
    """The settings of one coturn process.

    Attributes:
        secret: shared with the code that makes credentials (`spaces/audio/ice.py`).
        realm: the name of the site.
        address: where it listens, and from where it relays.
        public_address: the address that browsers reach, behind one-to-one NAT.
        peers: the addresses of the gateway. No other peer is allowed.
        relay_ports: from which it reaches the gateway.
        tls_port, certificate, key: for `turns:`; 0 listens without TLS only.
    """

    secret: str = field(repr=False)
    realm: str
    address: str
    peers: tuple[str, ...]
    relay_ports: tuple[int, int]
    public_address: str | None = None
    port: int = 3478
    tls_port: int = 0
    certificate: str = ""
    key: str = ""


def write_turn_configuration(directory: Path, settings: TurnSettings) -> Path:
    """Write the file that coturn reads, readable only by this process's user, and return its path."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / "turnserver.conf"
    write_private(path, "".join(f"{line}\n" for line in _lines(directory, settings)))
    return path


def _lines(directory: Path, settings: TurnSettings) -> Iterator[str]:
    yield f"listening-ip={settings.address}"
    yield f"listening-port={settings.port}"
    yield f"relay-ip={settings.address}"
    if settings.public_address:
        yield f"external-ip={settings.public_address}/{settings.address}"
    yield from _tls(settings)
    yield f"min-port={settings.relay_ports[0]}"
    yield f"max-port={settings.relay_ports[1]}"
    yield from ("use-auth-secret", f"static-auth-secret={settings.secret}", f"realm={settings.realm}", "fingerprint")
    yield from ("denied-peer-ip=0.0.0.0-255.255.255.255", f"denied-peer-ip=::-{':'.join(['ffff'] * 8)}")
    yield from (f"allowed-peer-ip={peer}" for peer in settings.peers)
    yield from (
        "no-cli",
        "no-tcp-relay",
        "no-multicast-peers",
        "no-software-attribute",
        "no-rfc5780",
        "stale-nonce=600",
    )
    yield f"user-quota={ALLOCATIONS_PER_CONNECTION}"
    yield f"total-quota={ALLOCATIONS}"
    yield f"max-bps={BYTES_PER_SECOND}"
    yield from (f"pidfile={directory / 'turnserver.pid'}", f"userdb={directory / 'turn.sqlite3'}", "log-file=stdout")


def _tls(settings: TurnSettings) -> Iterator[str]:
    if not settings.tls_port:
        yield from ("no-tls", "no-dtls")
        return
    yield f"tls-listening-port={settings.tls_port}"
    yield f"cert={settings.certificate}"
    yield f"pkey={settings.key}"
    yield from ("no-tlsv1", "no-tlsv1_1", "no-dtls")
