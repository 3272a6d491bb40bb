"""Encryption of secrets that are needed in clear later. A copy of the database alone reveals none of them."""

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

PREFIX = "sealed:"


def seal(secret: str) -> str:
    """Return `secret` encrypted under `SECRET_KEY`. The result differs each time, so no query can search for it."""
    return PREFIX + _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the decrypted secret. Text that was stored before encryption existed is returned as it is.

    Raises `cryptography.fernet.InvalidToken` if `SECRET_KEY` has changed.
    """
    if not sealed.startswith(PREFIX):
        return sealed
    return _keys().decrypt(sealed.removeprefix(PREFIX).encode()).decode()


class SealedField(models.TextField):  # type: ignore[type-arg]  # generic for the type checker only
    """Text that is encrypted in the database and plain in Python.

    Every lookup is refused, because no query could match.
    """

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> None:
        return None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_key(str(secret))) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"sealing:" + secret.encode()).digest())
