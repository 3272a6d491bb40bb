from tests.audio.fixtures import admin, gateway, gateway_process
from tests.signalling.fixtures import no_idle_connections, nothing_logged, sessions, sockets
from tests.spaces.fixtures import audio_where_there_is_a_gateway, cheap_passwords

__all__ = [
    "admin",
    "audio_where_there_is_a_gateway",
    "cheap_passwords",
    "gateway",
    "gateway_process",
    "no_idle_connections",
    "nothing_logged",
    "sessions",
    "sockets",
]
