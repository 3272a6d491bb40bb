from tests.signalling.fixtures import no_idle_connections, nothing_logged, sessions, sockets
from tests.spaces.fixtures import audio_where_there_is_a_gateway, captions, cheap_passwords, scene, told

__all__ = [
    "audio_where_there_is_a_gateway",
    "captions",
    "cheap_passwords",
    "no_idle_connections",
    "nothing_logged",
    "scene",
    "sessions",
    "sockets",
    "told",
]
