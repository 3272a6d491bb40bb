"""Write the gateway's configuration files from settings.

Only what the product uses is switched on: two plugins, one transport, and loopback for the API. Debian keeps the
plugins in a directory named after the architecture, so the directory is searched for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .addresses import own_address
from .endpoint import Endpoint
from .private_files import write_private

PLUGINS: Final = ("audiobridge", "streaming")
TRANSPORT: Final = "websockets"
LIBRARIES: Final = ("/usr/lib", "/usr/local/lib", "/opt/janus/lib")

Value = bool | int | str | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """The settings of one gateway process. Ports are TCP on `api_host`, ranges are UDP, times are whole seconds.

    Attributes:
        api_secret, admin_secret, admin_key: three different secrets: for the API, the admin API, and for creating rooms
            and mountpoints.
        api_host: where the API listens. The gateway trusts every program that reaches it with the secret, so keep it on
            loopback.
        media_address: the one address offered to browsers. Never loopback: the gateway skips that interface, whatever
            its settings say (`ice.c`), and a device name in place of the address was not honoured either. None finds
            the machine's own.
        public_address: the address browsers reach when the machine is behind one-to-one NAT.
        ipv6_address: the machine's IPv6 address, offered beside `media_address`. None offers IPv4 alone.
        is_relayed_to: a TURN server sends here too. Behind NAT it stands beside the gateway and cannot reach the public
            address, so the private one is offered as well.
        media_ports: for browsers' media; open them in the firewall.
        mountpoint_ports: for RTP from the mixer to the mountpoints, on loopback.
        event_loops: threads that carry all media; one for each core. On a single core 1, 2 and 8 cost the same (27.6,
            26.6 and 23 µs a listener-packet, docs/measurements/listeners.md), a thread for each listener 1.5 times
            as much.
        session_timeout: a session without a request for this long ends.
        reclaim_session_timeout: how long handles and audio outlive a client's lost connection.
        server_name: the name the gateway reports to an `info` request, by which a site knows its own gateway.
        debug_level: 0 to 7. From 5 on the log holds whole session descriptions, which carry people's addresses.
        library_directory: holds `plugins/` and `transports/`; None searches for it.
    """

    api_secret: str = field(repr=False)
    admin_secret: str = field(repr=False)
    admin_key: str = field(repr=False)
    api_host: str = "127.0.0.1"
    api_port: int = 8188
    admin_port: int = 7188
    media_address: str | None = None
    public_address: str | None = None
    ipv6_address: str | None = None
    is_relayed_to: bool = False
    media_ports: tuple[int, int] = (20000, 29999)
    mountpoint_ports: tuple[int, int] = (30000, 39999)
    event_loops: int = 2
    session_timeout: int = 60
    reclaim_session_timeout: int = 10
    server_name: str = ""
    debug_level: int = 3
    library_directory: Path | None = None

    def __post_init__(self) -> None:
        if len({self.api_secret, self.admin_secret, self.admin_key, ""}) != 4:
            raise ValueError("api_secret, admin_secret and admin_key must be set and differ")
        if not 0 <= self.debug_level <= 4:
            raise ValueError("debug_level must be between 0 and 4: above, the log holds session descriptions")

    @property
    def url(self) -> str:
        """Return the WebSocket address of the API."""
        return f"ws://{self.api_host}:{self.api_port}"

    @property
    def admin_url(self) -> str:
        """Return the WebSocket address of the admin API."""
        return f"ws://{self.api_host}:{self.admin_port}"

    def endpoint(self, name: str) -> Endpoint:
        """Return the address and secrets with which clients reach this gateway."""
        return Endpoint(
            name=name,
            url=self.url,
            api_secret=self.api_secret,
            admin_key=self.admin_key,
            session_timeout=self.session_timeout,
        )


def write_configuration(directory: Path, settings: GatewaySettings) -> Path:
    """Write the four files the gateway reads into `directory`, readable only by this process's user. Return the main
    file.

    Raises FileNotFoundError if the gateway's plugins are not installed, and LookupError if no address fits.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    main = directory / "janus.jcfg"
    write_private(main, render(_core(directory, settings)))
    write_private(directory / "janus.transport.websockets.jcfg", render(_transport(settings)))
    for plugin in PLUGINS:
        write_private(directory / f"janus.plugin.{plugin}.jcfg", render(_plugin(plugin, settings)))
    return main


def find_libraries() -> Path:
    """Return the directory with the gateway's `plugins/` and `transports/`. Raise FileNotFoundError."""
    for root in LIBRARIES:
        for pattern in ("janus", "*/janus", "."):
            for directory in sorted(Path(root).glob(pattern)):
                if (directory / "plugins" / "libjanus_audiobridge.so").exists():
                    return directory
    raise FileNotFoundError("the gateway's plugins are not installed (Debian package: janus)")


def _core(directory: Path, settings: GatewaySettings) -> dict[str, Value]:
    libraries = settings.library_directory or find_libraries()
    return {
        "general": {
            "configs_folder": str(directory),
            **{f"{kind}_folder": str(libraries / kind) for kind in ("plugins", "transports", "events", "loggers")},
            "debug_level": settings.debug_level,
            "debug_timestamps": True,
            "debug_colors": False,
            **({"server_name": settings.server_name} if settings.server_name else {}),
            "api_secret": settings.api_secret,
            "admin_secret": settings.admin_secret,
            "session_timeout": settings.session_timeout,
            "reclaim_session_timeout": settings.reclaim_session_timeout,
            "event_loops": settings.event_loops,
            "hide_dependencies": True,
        },
        "media": {"rtp_port_range": _range(settings.media_ports), "ipv6": settings.ipv6_address is not None},
        "nat": _nat(settings),
        "plugins": {"disable": _all_but(libraries / "plugins", PLUGINS)},
        "transports": {"disable": _all_but(libraries / "transports", (TRANSPORT,))},
        "events": {"broadcast": False},
    }


def _nat(settings: GatewaySettings) -> dict[str, Value]:
    addresses = [settings.media_address or own_address(), settings.ipv6_address]
    nat: dict[str, Value] = {
        # Without this, a browser that vanished is never noticed: no hangup comes, and a ghost stays in the room for
        # ever.
        "ice_keepalive_conncheck": True,
        # Do not resolve the .local names of browsers that hide their addresses: that only costs time, and a
        # peer-reflexive candidate works without it.
        "ignore_mdns": True,
        "ice_enforce_list": ",".join(filter(None, addresses)),
    }
    if settings.public_address is None:
        return nat
    return nat | {"nat_1_1_mapping": settings.public_address, "keep_private_host": settings.is_relayed_to}


def _transport(settings: GatewaySettings) -> dict[str, Value]:
    return {
        "general": {
            "json": "compact",
            "ws": True,
            "ws_port": settings.api_port,
            "ws_ip": settings.api_host,
            "wss": False,
            "ws_logging": "err,warn",
        },
        "admin": {
            "admin_ws": True,
            "admin_ws_port": settings.admin_port,
            "admin_ws_ip": settings.api_host,
            "admin_wss": False,
        },
    }


def _plugin(plugin: str, settings: GatewaySettings) -> dict[str, Value]:
    general: dict[str, Value] = {"admin_key": settings.admin_key, "string_ids": True, "events": False}
    if plugin == "audiobridge":
        return {"general": general | {"lock_rtp_forward": True, "lock_play_file": True}}
    return {"general": general | {"rtp_port_range": _range(settings.mountpoint_ports)}}


def _all_but(directory: Path, wanted: tuple[str, ...]) -> str:
    keep = {f"libjanus_{name}.so" for name in wanted}
    return ",".join(sorted({library.name for library in directory.glob("*.so")} - keep))


def _range(ports: tuple[int, int]) -> str:
    return f"{ports[0]}-{ports[1]}"


def render(section: Mapping[str, Value], indent: str = "") -> str:
    """Return the settings in libconfig's syntax."""
    return "".join(f"{indent}{name} = {_literal(value, indent)};\n" for name, value in section.items())


def _literal(value: Value, indent: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "{\n" + render(value, indent + "  ") + indent + "}"
