"""Make the gateway clients of this process from settings, on first use."""

from functools import cache

from django.conf import settings

from spaces.gateway.addresses import own_address
from spaces.gateway.config import GatewaySettings
from spaces.gateway.coturn import TurnSettings
from spaces.gateway.credentials import Credentials, Secured, credentials_of
from spaces.gateway.endpoint import Endpoint
from spaces.gateway.pool import GatewayPool
from spaces_project.common import metrics
from spaces_project.common.origins import host_of


@cache
def pool() -> GatewayPool:
    """Return the gateway pool of this process: every gateway of the site, each by its name."""
    return GatewayPool(map(endpoint, settings.GATEWAYS), on_answer=_measure)


def leave_gateways() -> None:
    """Leave the gateways at the end of this process, but keep the sessions. Users go on hearing until another process
    serves them, or until the gateway ends the sessions of this one, which it does not hear from any more."""
    pool().close(keep_sessions=True)


def _measure(verb: str, seconds: float | None) -> None:
    if seconds is None:
        metrics.GATEWAY_FAILURES.labels(verb).inc()
    else:
        metrics.GATEWAY_SECONDS.labels(verb).observe(seconds)


def endpoint(name: str) -> Endpoint:
    """Return the address and the secrets of one of the site's gateways."""
    return Endpoint(
        name=name,
        url=settings.GATEWAYS[name],
        api_secret=settings.GATEWAY_API_SECRET,
        admin_key=settings.GATEWAY_ROOM_KEY,
        request_timeout=settings.GATEWAY_TIMEOUT_SECONDS,
    )


def room_credentials(room: str) -> Credentials:
    """Return the secret and pin of a mixer room. They are derived, not stored, so a process with the site's key can
    also close rooms that no Space remembers."""
    return credentials_of(Secured.ROOM, room, admin_key=settings.GATEWAY_ROOM_KEY)


def mountpoint_credentials(mountpoint: str) -> Credentials:
    """Return the secret and pin of a mountpoint, derived as those of a room."""
    return credentials_of(Secured.MOUNTPOINT, mountpoint, admin_key=settings.GATEWAY_ROOM_KEY)


def gateway_settings() -> GatewaySettings:
    """Return the settings with which `run_gateway` configures the gateway of this machine."""
    media, mountpoints = _port_ranges(settings.GATEWAY_RTP_PORTS)
    return GatewaySettings(
        server_name=settings.SITE_MARK,
        api_secret=settings.GATEWAY_API_SECRET,
        admin_secret=settings.GATEWAY_ADMIN_SECRET,
        admin_key=settings.GATEWAY_ROOM_KEY,
        api_host=settings.GATEWAY_API_ADDRESS,
        api_port=settings.GATEWAY_PORT,
        admin_port=settings.GATEWAY_ADMIN_PORT,
        media_address=settings.GATEWAY_ICE_ADDRESS or None,
        public_address=settings.GATEWAY_PUBLIC_ADDRESS or None,
        ipv6_address=settings.GATEWAY_IPV6_ADDRESS or None,
        is_relayed_to=bool(settings.TURN_URLS),
        media_ports=media,
        mountpoint_ports=mountpoints,
        event_loops=settings.GATEWAY_EVENT_LOOPS,
    )


def turn_settings() -> TurnSettings:
    """Return the settings with which `run_turn` configures the TURN server of this machine."""
    gateway = settings.GATEWAY_ICE_ADDRESS or own_address()
    addresses = (gateway, settings.GATEWAY_PUBLIC_ADDRESS, settings.GATEWAY_IPV6_ADDRESS)
    first, last = (int(port) for port in settings.TURN_RELAY_PORTS.split("-"))
    return TurnSettings(
        secret=settings.TURN_SECRET,
        realm=host_of(settings.PUBLIC_ORIGIN),
        address=settings.TURN_ADDRESS or gateway,
        public_address=settings.GATEWAY_PUBLIC_ADDRESS or None,
        peers=tuple(filter(None, (*addresses, *settings.TURN_PEERS))),
        relay_ports=(first, last),
        port=settings.TURN_PORT,
        tls_port=settings.TURN_TLS_PORT,
        certificate=settings.TURN_CERTIFICATE,
        key=settings.TURN_CERTIFICATE_KEY,
    )


def _port_ranges(both: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Halve `"20000-40000"`: the first half is for browsers, the second for the feeds of mountpoints on loopback."""
    first, last = (int(port) for port in both.split("-"))
    middle = (first + last) // 2
    return (first, middle), (middle + 1, last)
