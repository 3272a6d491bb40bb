"""The checks, in one table. Each looks at the facts and returns one sentence with the mend, or None.

Faults that only matter on a site that is open to others are not reported on localhost.
"""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final, NamedTuple

from spaces_project.common.origins import host_of, is_local_host

from .facts import SHORTEST_SECRET, Facts

Judge = Callable[[Facts], str | None]

LEAST_DISK_BYTES: Final = 2_000_000_000
LEAST_DISK_SHARE: Final = 0.05
LEAST_UDP_PORTS: Final = 200
OLDEST_BACKUP_HOURS: Final = 48.0
LONGEST_CLOCK_DIFFERENCE: Final = 1.0
LEAST_CONNECTIONS: Final = 50
OLD_GATEWAYS: Final = [
    ((1, 1, 0), "has no list of media in its Streaming plugin, so listeners hear nothing"),
]
"""Versions of Janus below which something is broken, and what."""
OLD_LIBRARIES: Final = {
    # Its own makers send everybody with 0.1.14 or older on: meetecho/janus-gateway issues 1455 and 1600.
    "libnice10": ((0, 1, 16), "lets the gateway crash when connections close, and is slow with many of them"),
    # https://github.com/coturn/coturn/security/advisories/GHSA-6g6j-r9rf-cm7p
    "coturn": ((4, 5, 2), "relays to services on loopback if it is asked for 0.0.0.0 (CVE-2020-26262)"),
}
"""Debian packages by name: the version below which something is broken, and what."""


class Finding(NamedTuple):
    """The answer of one check. `mend` is empty if all is well."""

    check: str
    mend: str


def listen_address(facts: Facts) -> str | None:
    if facts.ice_address and facts.ice_address not in facts.own_addresses:
        return (
            f"GATEWAY_ICE_ADDRESS is {facts.ice_address}, which no interface of this machine has. Set it to one of "
            f"{', '.join(facts.own_addresses)}; the address outside a NAT belongs into GATEWAY_PUBLIC_ADDRESS."
        )
    return None


def public_address(facts: Facts) -> str | None:
    if facts.is_local or facts.gateway_is_elsewhere:
        return None
    offered = facts.public_address or facts.ice_address or next(iter(facts.own_addresses), "")
    if not offered:
        return "This machine has no IPv4 address. Set GATEWAY_ICE_ADDRESS and GATEWAY_PUBLIC_ADDRESS."
    if not _is_public(offered) and not facts.is_private_network:
        return (
            f"Browsers are told to send sound to {offered}, which the internet does not reach. Set "
            "GATEWAY_PUBLIC_ADDRESS to the address that your provider shows for this machine."
        )
    return None


def name_leads_here(facts: Facts) -> str | None:
    if facts.is_local:
        return None
    if not facts.name_addresses:
        return f"The name {host_of(facts.origin)} has no address. Add an A record for it, or correct SPACES_ORIGIN."
    return None


def udp_ports(facts: Facts) -> str | None:
    ports = _range(facts.rtp_ports)
    if ports is None:
        return f"GATEWAY_RTP_PORTS is {facts.rtp_ports!r}. Write it as 20000-40000, within 1024 to 65535."
    if len(ports) < LEAST_UDP_PORTS:
        return (
            f"GATEWAY_RTP_PORTS has {len(ports)} ports, and every person needs one. Give it at least "
            f"{LEAST_UDP_PORTS}, and open them in the firewall (UDP)."
        )
    return None


def ports_apart(facts: Facts) -> str | None:
    ports, relay = _range(facts.rtp_ports), _range(facts.turn_relay_ports)
    if not facts.turn_port or ports is None or relay is None:
        return None
    if ports.start < relay.stop and relay.start < ports.stop:
        return (
            f"TURN_RELAY_PORTS {facts.turn_relay_ports} and GATEWAY_RTP_PORTS {facts.rtp_ports} overlap. Move one of "
            "them."
        )
    return None


def relay(facts: Facts) -> str | None:
    if facts.relay_problem:
        return (
            f"The relay does not answer at TCP port {facts.turn_port}: {facts.relay_problem}. Where UDP is blocked "
            "people hear nothing. Start it (spaces@turn), or leave TURN_PORT out."
        )
    return None


def relay_tls(facts: Facts) -> str | None:
    if facts.relay_tls_problem:
        return (
            f"Browsers cannot reach the relay over TLS: {facts.relay_tls_problem}. Where only TLS gets out people "
            "hear nothing."
        )
    return None


def https(facts: Facts) -> str | None:
    if facts.is_local or facts.origin.startswith("https://"):
        return None
    return (
        f"SPACES_ORIGIN is {facts.origin}. Browsers give a microphone to https pages only: put TLS in front (nginx, "
        "Caddy) and set SPACES_ORIGIN=https://…"
    )


def proxy_headers(facts: Facts) -> str | None:
    if facts.is_local or facts.behind_proxy:
        return None
    return (
        "BEHIND_PROXY is not set, so every visitor has the address of your proxy and shares one rate limit. Set "
        "BEHIND_PROXY=true and let the proxy overwrite X-Forwarded-For and X-Forwarded-Proto."
    )


def origins(facts: Facts) -> str | None:
    odd = sorted(origin for origin in facts.trusted_origins if not origin.startswith(("http://", "https://")))
    if odd or facts.origin not in facts.trusted_origins:
        return (
            f"SPACES_TRUSTED_ORIGINS must hold {facts.origin} and full origins only (https://name), or forms and "
            "sockets are refused. Leave it out unless the site has several names."
        )
    return None


def hosts(facts: Facts) -> str | None:
    if not facts.is_local and any("*" in host for host in facts.allowed_hosts):
        return "ALLOWED_HOSTS has a wildcard: a stranger's Host header gets into mails. Name the hosts."
    return None


def debug(facts: Facts) -> str | None:
    if facts.debug and not facts.is_local:
        return "DEBUG is on and shows settings and code to strangers. Remove DEBUG from the environment."
    return None


def demo(facts: Facts) -> str | None:
    if not facts.is_local and facts.demo_people:
        return f"{facts.demo_people} accounts of the demo are left. Run manage.py remove_demo."
    return None


def secrets(facts: Facts) -> str | None:
    if facts.short_secrets:
        return (
            f"{', '.join(facts.short_secrets)} can be guessed: shorter than {SHORTEST_SECRET} characters. Leave them "
            "out, and the site makes its own."
        )
    return None


def modes(facts: Facts) -> str | None:
    if facts.open_files:
        return (
            f"Other accounts of this machine can read {facts.open_files[0]} and {len(facts.open_files) - 1} more. Run "
            f"chmod -R go-rwx {facts.var}"
        )
    return None


def migrations(facts: Facts) -> str | None:
    if facts.unapplied_migrations:
        return f"{facts.unapplied_migrations} migrations are not applied. Run manage.py migrate and restart the site."
    return None


def database(facts: Facts) -> str | None:
    """Return a sentence about a setting of PostgreSQL that loses data or allows too few connections, or None."""
    settings = facts.postgres
    if not settings:
        return None
    for name in ("fsync", "full_page_writes"):
        if settings.get(name) == "off":
            return f"PostgreSQL runs with {name}=off: a power cut destroys the database. Turn it on and reload."
    if settings.get("server_encoding") != "UTF8":
        return "The database is not UTF8. Create one with --encoding UTF8 and use manage.py copy_database."
    if int(settings.get("max_connections", 0)) < LEAST_CONNECTIONS:
        return f"PostgreSQL allows {settings['max_connections']} connections. Set max_connections to 100 or more."
    return None


def database_role(facts: Facts) -> str | None:
    if facts.postgres.get("is_superuser") == "on":
        return (
            "The site uses PostgreSQL as superuser: one fault of ours could read files of the server. Create a role "
            "of its own (createuser spaces) that owns the database."
        )
    return None


def redis_reached(facts: Facts) -> str | None:
    return None if facts.redis else "Redis does not answer. Start it, or correct REDIS_URL."


def redis_policy(facts: Facts) -> str | None:
    policy = facts.redis.get("maxmemory-policy", "")
    if policy not in ("", "noeviction"):
        return (
            f"Redis may throw away what it holds (maxmemory-policy {policy}): people drop out of Spaces and tasks are "
            "lost. Set maxmemory-policy noeviction."
        )
    return None


def redis_password(facts: Facts) -> str | None:
    if facts.redis and not facts.redis_is_socket and not facts.redis_has_password:
        return (
            "Redis listens on a port without a password, so every account of the machine can act as the site. Use its "
            "socket (REDIS_URL=unix:///…), or set requirepass."
        )
    return None


def disk(facts: Facts) -> str | None:
    if facts.disk_free < LEAST_DISK_BYTES or facts.disk_free < facts.disk_size * LEAST_DISK_SHARE:
        return f"The disk of {facts.var} has {facts.disk_free / 1e9:.1f} GB left. Free some, or move the recordings."
    return None


def clock(facts: Facts) -> str | None:
    if facts.clock_is_synchronised is False and not facts.is_local:
        return (
            "The clock is not synchronised, so log-in codes, signed links and captions are off. Install chrony, or "
            "run timedatectl set-ntp true."
        )
    return None


def clock_of_redis(facts: Facts) -> str | None:
    if abs(facts.redis_clock_difference) > LONGEST_CLOCK_DIFFERENCE:
        return (
            f"The clocks of this machine and of Redis differ by {facts.redis_clock_difference:.1f} s. Install chrony "
            "on both."
        )
    return None


def mail(facts: Facts) -> str | None:
    if facts.is_local:
        return None
    if not facts.mail_server:
        return "No mail leaves: accounts cannot be confirmed. Set EMAIL_URL=smtp+tls://user:password@server:587."
    if facts.mail_problem:
        return f"The mail server {facts.mail_server} does not answer: {facts.mail_problem}. Correct EMAIL_URL."
    return None


def mail_sender(facts: Facts) -> str | None:
    domain = facts.mail_from.rpartition("@")[2].strip(" >")
    if facts.mail_server and is_local_host(domain):
        return f"Other servers refuse mail from {facts.mail_from}. Set DEFAULT_FROM_EMAIL to an address of your domain."
    return None


def captions(facts: Facts) -> str | None:
    return facts.captions_problem or None


def gateway(facts: Facts) -> str | None:
    away = [name for name, version in facts.gateway_versions.items() if not version]
    if not away:
        return None
    if len(facts.gateway_versions) == 1:
        return "The gateway does not answer. Look at its log: no sound without it."
    return f"Of {len(facts.gateway_versions)} gateways these do not answer: {', '.join(away)}. Look at their logs."


def gateway_version(facts: Facts) -> str | None:
    answered = [version for version in facts.gateway_versions.values() if version]
    if not answered:
        return None
    oldest = min(answered)
    for below, fault in OLD_GATEWAYS:
        if oldest < below:
            return f"Janus {_dotted(oldest)} {fault}. Install {_dotted(below)} or later."
    return None


def libraries(facts: Facts) -> str | None:
    """Return a sentence about a library of the gateway or the relay that has a known fault, or None. A package that is
    not installed is left out."""
    for name, (below, fault) in OLD_LIBRARIES.items():
        version = facts.packages.get(name, ())
        if version and version < below:
            return f"{name} {_dotted(version)} {fault}. Install {_dotted(below)} or later."
    return None


def backup_age(facts: Facts) -> str | None:
    if facts.is_local:
        return None
    if facts.backup_hours is None:
        return "There is no backup. Run manage.py backup and enable spaces-backup.timer, or set SPACES_BACKUPS."
    if facts.backup_hours > OLDEST_BACKUP_HOURS:
        days = facts.backup_hours / 24
        return f"The newest backup is {days:.0f} days old. Look why: systemctl status spaces-backup.timer"
    return None


def backup_readable(facts: Facts) -> str | None:
    if facts.backup_problem:
        return f"The newest backup cannot be restored: {facts.backup_problem} Run manage.py backup."
    return None


def bucket(facts: Facts) -> str | None:
    if facts.bucket_problem:
        return (
            f"The bucket of S3_BUCKET cannot be used: {facts.bucket_problem}. Pictures and sound fill the local disk "
            "meanwhile. Correct S3_ENDPOINT, S3_BUCKET and the keys."
        )
    return None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _range(text: str) -> range | None:
    """Return the ports of `20000-40000`, or None if that is not what the text says."""
    first, dash, last = text.partition("-")
    if not dash or not first.isdecimal() or not last.isdecimal():
        return None
    ports = range(int(first), int(last) + 1)
    return ports if 1024 <= ports.start < ports.stop <= 65_536 else None


CHECKS: Final[dict[str, Judge]] = {
    "Sound: address of the gateway": listen_address,
    "Sound: address for browsers": public_address,
    "Sound: UDP ports": udp_ports,
    "Sound: ports of the relay": ports_apart,
    "Sound: relay": relay,
    "Sound: relay over TLS": relay_tls,
    "Sound: gateway answers": gateway,
    "Sound: version of the gateway": gateway_version,
    "Sound: libraries": libraries,
    "Web: name": name_leads_here,
    "Web: https": https,
    "Web: headers of the proxy": proxy_headers,
    "Web: origins": origins,
    "Web: host names": hosts,
    "Safety: debug": debug,
    "Safety: demo accounts": demo,
    "Safety: secrets": secrets,
    "Safety: file modes": modes,
    "Data: migrations": migrations,
    "Data: PostgreSQL": database,
    "Data: role in PostgreSQL": database_role,
    "Data: Redis answers": redis_reached,
    "Data: Redis keeps all": redis_policy,
    "Data: Redis is closed": redis_password,
    "Data: backup is recent": backup_age,
    "Data: backup is readable": backup_readable,
    "Data: bucket": bucket,
    "Machine: disk": disk,
    "Machine: clock": clock,
    "Machine: clock of Redis": clock_of_redis,
    "Mail: server": mail,
    "Mail: sender": mail_sender,
    "Captions: model": captions,
}


def examine(facts: Facts) -> list[Finding]:
    """Return the answer of every check, in the order of the table."""
    return [Finding(name, judge(facts) or "") for name, judge in CHECKS.items()]
