"""How often a program may call one operation: X's windows and X's headers."""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from spaces_project.common.limits import count

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left in a window that ends at `reset` (seconds since the epoch)."""

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
    """One call of the operation `what` by `who`. With Redis away everything is allowed."""
    limit: int = settings.API_CALLS_PER_WINDOW
    used, left = count(what=f"api:{what}", who=who, window=WINDOW) or (1, int(WINDOW.total_seconds()))
    return Allowance(limit, max(0, limit - used), int(time.time()) + max(1, left), is_spent=used > limit)
