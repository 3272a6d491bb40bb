"""Public ids, and names on the gateway: random, so that none can be guessed from another."""

import secrets
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PUBLIC_ID_LENGTH = 13
_LISTENER = "l-"


def new_public_id() -> str:
    """13 characters `[0-9A-Za-z]` beginning with `1`, the form of ids in the X API (71 random bits)."""
    return "1" + "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH - 1))


def is_public_id(text: str) -> bool:
    """Return whether `text` has the form of a Space's id. Some other texts are errors for a database, not misses."""
    return len(text) <= PUBLIC_ID_LENGTH and text.isascii() and text.isalnum()


def new_token() -> str:
    """128 random bits, safe in a URL and as a name on the gateway."""
    return secrets.token_urlsafe(16)


def new_mixer_id(user_id: int) -> str:
    """A microphone's name in the mixer, one for each peer connection; whose it is can be read from it."""
    return f"{user_id}-{new_token()}"


def new_listener_id() -> str:
    """The name of a connection on the gateway that only hears."""
    return f"{_LISTENER}{new_token()}"


def is_listener(opaque_id: str) -> bool:
    return opaque_id.startswith(_LISTENER)


def is_mixer_id_of(user_id: int, mixer_id: str) -> bool:
    return mixer_id.startswith(f"{user_id}-")
