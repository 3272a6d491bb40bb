"""What every door translates.

ProductError            code, message, details
├─ NotFound             the thing is not there, or not for this person
├─ Refused              a rule says no
├─ Conflict             the thing is no longer in a state that allows this
├─ BadInput             the input cannot be used
├─ TooMany              a limit; `details["retry_after"]` in seconds
└─ TryAgain             a part we depend on is away for the moment
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import redis
from django.db import InterfaceError, OperationalError

AWAY: Final = (redis.RedisError, OperationalError, InterfaceError)
"""What a database or a Redis raises while it is away; doors tell it as `TryAgain`."""


class ProductError(Exception):
    """An expected failure with a stable `code` for programs and a `message` for people."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, Any] = details

    def as_dict(self) -> dict[str, Any]:
        """`{"code": str, "message": str, "details": {…}}`, the one shape of an error on every door."""
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
