"""The rate limit of API operations, with X's windows and X's headers."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from spaces_project.common.limits import count

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The calls left in a window. `reset` is its end in seconds since the epoch."""

    limit: int
    remaining: int
    reset: int
    is_spent: bool

    def headers(self) -> dict[str, str]:
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(self.remaining),
            "x-rate-limit-reset": str(self.reset),
        }


def take(*, what: str, who: str) -> Allowance:
    """Count one call of the operation `what` by `who`. Every call is allowed while Redis is down."""
    limit: int = settings.API_CALLS_PER_WINDOW
    used, left = count(what=f"api:{what}", who=who, window=WINDOW) or (1, int(WINDOW.total_seconds()))
    return Allowance(limit, max(0, limit - used), int(time.time()) + max(1, left), is_spent=used > limit)
