"""Make keys for RTP on the machine's own network, which every program on the machine can reach."""

import base64
import secrets
from typing import Final

SUITE: Final = 80
"""AES-128 in counter mode, authenticated with 80 bits of HMAC-SHA1 (RFC 3711). It is the stronger of the two suites
that the plugins know."""
_KEY_BYTES, _SALT_BYTES = 16, 14


def new_key() -> str:
    """Make a random key and salt, in base64 as the plugins take them."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES + _SALT_BYTES)).decode()


def new_ssrc() -> int:
    """Make the SSRC of one forward. It must be new each time: if an old SSRC goes on with a new sequence, receivers
    take its packets for replayed ones. It must be random: without a key, an SSRC that can be guessed can be forged."""
    return secrets.randbelow((1 << 32) - 1) + 1
