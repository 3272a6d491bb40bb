"""Keys of RTP that goes over the network of the machine itself, which every program there can reach."""

import base64
import secrets
from typing import Final

SUITE: Final = 80
"""AES-128 in counter mode, authenticated with 80 bits of HMAC-SHA1 (RFC 3711); the stronger of the two that the plugins
know."""
_KEY_BYTES, _SALT_BYTES = 16, 14


def new_key() -> str:
    """Make a random key and salt, in base64 as the plugins take them."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES + _SALT_BYTES)).decode()


def new_ssrc() -> int:
    """Make the SSRC of one forward. A new one each time: receivers take the sequence of an older one that goes on for
    replayed packets, and an SSRC that can be guessed can be forged where there is no key."""
    return secrets.randbelow((1 << 32) - 1) + 1
