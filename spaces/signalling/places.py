"""On whose behalf a socket of a Space acts: a person's, or that of somebody without an account."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from spaces import presence, rules, selectors, services
from spaces.ids import new_token
from spaces.rules import Action
from spaces.selectors import Mix, Snapshot
from spaces_project.common.errors import ProductError
from spaces_project.common.threads import in_thread

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")

SEAT_LOST: Final = "seat_lost"
_NAMELESS: Final = "~"
"""Before connections of people without an account: no token of a person begins with it."""
_IS_NAMELESS = re.compile(_NAMELESS + r"[\w-]{22}", re.ASCII)


class Place(Protocol):
    """Every coroutine crosses to the database, and raises what the rules say."""

    def presence_id(self, connection: str) -> int:
        """Under which `spaces.presence` counts whoever is here by `connection`."""
        ...

    def begin(self, earlier: str | None) -> str:
        """The connection to come in by, where the one a page had `earlier` does not stand here any more."""
        ...

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        """One verb or selector of a person, about this Space. Raises `login_required` where there is none."""
        ...

    async def enter(self, connection: str) -> str:
        """Come in. Returns in a word what has to be said about it; "" where there is nothing."""
        ...

    async def leave(self, connection: str) -> None: ...

    def snapshot(self, connection: str | None) -> Snapshot:
        """Read the Space on a database thread. Raise unless whoever entered by `connection` may still be in; without
        one, unless they have a place."""
        ...

    async def mix(self, action: Action) -> Mix: ...


@dataclass(frozen=True, slots=True)
class PersonsPlace:
    public_id: str
    user: "User"

    def presence_id(self, connection: str) -> int:
        return self.user.pk

    def begin(self, earlier: str | None) -> str:
        return new_token()

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        return await in_thread(function, public_id=self.public_id, user=self.user, **arguments)

    async def enter(self, connection: str) -> str:
        return await in_thread(self._enter, connection)

    def _enter(self, connection: str) -> str:
        """The lease comes first: a sweep in between would take somebody who comes back for lost."""
        presence.enter(self.public_id, self.user.pk)
        try:
            entered = services.join_space(public_id=self.public_id, user=self.user, connection=connection)
        except ProductError:
            if not selectors.is_inside(public_id=self.public_id, user=self.user):
                presence.forget(self.public_id, self.user.pk)
            raise
        return SEAT_LOST if entered.lost_seat else ""

    async def leave(self, connection: str) -> None:
        await self.call(services.leave_space)

    def snapshot(self, connection: str | None) -> Snapshot:
        if connection is None and not selectors.is_inside(public_id=self.public_id, user=self.user):
            raise rules.not_in_space()
        return selectors.snapshot(public_id=self.public_id, user_id=self.user.pk, connection=connection)

    async def mix(self, action: Action) -> Mix:
        return await self.call(selectors.mix_for, action=action)


@dataclass(frozen=True, slots=True)
class NamelessPlace:
    """`address`: where they come from, for the limits."""

    public_id: str
    address: str

    def presence_id(self, connection: str) -> int:
        return presence.nameless_id(connection)

    def begin(self, earlier: str | None) -> str:
        """Nothing else says who it is: kept, it counts once after a restart, and in every process."""
        return earlier if earlier and _IS_NAMELESS.fullmatch(earlier) else _NAMELESS + new_token()

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        raise rules.login_required()

    async def enter(self, connection: str) -> str:
        enter = services.join_anonymously
        await in_thread(enter, public_id=self.public_id, connection=connection, address=self.address)
        return ""

    async def leave(self, connection: str) -> None:
        await in_thread(services.leave_anonymously, public_id=self.public_id, connection=connection)

    def snapshot(self, connection: str | None) -> Snapshot:
        if connection is None:
            raise rules.not_in_space()
        return selectors.snapshot(public_id=self.public_id, user_id=None, connection=connection)

    async def mix(self, action: Action) -> Mix:
        return await in_thread(selectors.mix_for_anonymous, public_id=self.public_id, action=action)
