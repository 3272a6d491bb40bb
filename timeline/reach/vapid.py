"""The signature by which push services know this site (VAPID, RFC 8292)."""

import base64
import hashlib
import time
from email.utils import parseaddr
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

EXPIRES_SECONDS: Final = 12 * 3_600
"""RFC 8292 allows 24 hours, and py-vapid signs whatever it is given."""
ROUND_SECONDS: Final = 3_600


def public_key() -> str:
    """Return the public key as browsers want it: base64url of the uncompressed point."""
    point = _key(settings.VAPID_PRIVATE_KEY).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def authorization(origin: str) -> str:
    """Return the `Authorization` header for one push service. It is signed once an hour for each service."""
    return _signed(origin, int(time.time()) // ROUND_SECONDS)


@lru_cache(maxsize=256)
def _signed(origin: str, hour: int) -> str:
    # A dict of its own for each service: py-vapid and pywebpush write into the one they are given.
    claims = {"aud": origin, "sub": _contact(), "exp": hour * ROUND_SECONDS + EXPIRES_SECONDS}
    return str(_key(settings.VAPID_PRIVATE_KEY).sign(claims)["Authorization"])


@lru_cache(maxsize=4)
def _key(secret: str) -> Vapid02:
    """Return the key that other tools write as base64url of 32 bytes. Any other secret is hashed to one."""
    raw = secret.encode()
    try:
        given = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
    except ValueError:
        given = b""
    number = given if len(given) == 32 else hashlib.sha256(raw).digest()
    return Vapid02.from_raw(base64.urlsafe_b64encode(number).rstrip(b"="))


def _contact() -> str:
    """Return whom a push service may write to: the contact for security, or the sender of our mails."""
    contacts = [contact for contact in settings.SECURITY_CONTACT if contact.startswith(("mailto:", "https:"))]
    return contacts[0] if contacts else f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
