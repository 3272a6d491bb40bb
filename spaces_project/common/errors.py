"""The expected errors, which every entry point (page, socket, API, command) translates.

ProductError            code, message, details
├─ NotFound             the thing does not exist, or is hidden from this user
├─ Refused              a rule says no
├─ Conflict             the thing is no longer in a state that allows this
├─ BadInput             the input cannot be used
├─ TooMany              a rate limit; `details["retry_after"]` in seconds
└─ TryAgain             a service we depend on is temporarily down
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import redis
from django.db import InterfaceError, OperationalError

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

BACKEND_AWAY: Final = (redis.RedisError, OperationalError, InterfaceError)
"""The exceptions of a database or a Redis that is down. Entry points answer them with `TryAgain`."""


class ProductError(Exception):
    """An expected failure with a stable `code` for programs and a `message` for people."""

    status: int = 400

    def __init__(self, code: str, message: "str | StrPromise", **details: Any) -> None:
        super().__init__(str(message))
        self.code = code
        self._message = message
        self.details: Mapping[str, Any] = details

    @property
    def message(self) -> str:
        """Return the sentence in the language of the reader, who may be another one than when the error was made."""
        return str(self._message)

    def as_dict(self) -> dict[str, Any]:
        """Return `{"code": str, "message": str, "details": {…}}`, the one shape of an error everywhere."""
        return {"code": self.code, "message": self.message, "details": dict(self.details)}


class NotFound(ProductError):
    status = 404


class Refused(ProductError):
    status = 403


class Conflict(ProductError):
    status = 409


class BadInput(ProductError):
    status = 400


class TooMany(ProductError):
    status = 429


class TryAgain(ProductError):
    status = 503
