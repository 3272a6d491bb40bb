from tests.spaces.fixtures import audio_where_there_is_a_gateway, cheap_passwords, scene, told

__all__ = ["audio_where_there_is_a_gateway", "cheap_passwords", "scene", "told"]
