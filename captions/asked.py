"""Name the reader of a request, so that a rate limit counts the right user or network address."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Asked:
    """One request about a Space. `asker` is an address: the limit counts it for a reader without an account."""

    public_id: str
    user: "User | None"
    asker: str

    @property
    def limited_by(self) -> int | str:
        """Return whom a limit counts."""
        return self.user.pk if self.user else self.asker
