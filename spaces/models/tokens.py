"""Public ids, and names on the gateway. They are random, so that none can be guessed from another."""

import secrets
import string

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PUBLIC_ID_LENGTH = 13
_LISTENER = "l-"


def new_public_id() -> str:
    """Return 13 characters `[0-9A-Za-z]` beginning with `1`: the form of ids in the X API, with 71 random bits."""
    return "1" + "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH - 1))


def is_public_id(text: str) -> bool:
    """Return whether `text` has the form of a Space's id. Some other texts make a database raise an error instead of
    finding nothing."""
    return len(text) <= PUBLIC_ID_LENGTH and text.isascii() and text.isalnum()


def new_token() -> str:
    """Return 128 random bits as text that is safe in a URL and as a name on the gateway."""
    return secrets.token_urlsafe(16)


def new_mixer_id(user_id: int) -> str:
    """Return the name of a microphone in the mixer, new for each peer connection. The user's id can be read from it."""
    return f"{user_id}-{new_token()}"


def new_listener_id() -> str:
    """Return the name of a connection on the gateway that only listens."""
    return f"{_LISTENER}{new_token()}"


def is_listener(opaque_id: str) -> bool:
    """Return whether this name on the gateway belongs to a connection that only listens."""
    return opaque_id.startswith(_LISTENER)


def is_mixer_id_of(user_id: int, mixer_id: str) -> bool:
    """Return whether this name in the mixer belongs to a microphone of the user."""
    return mixer_id.startswith(f"{user_id}-")
