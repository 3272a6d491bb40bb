"""Act for one visitor of a Space: a user, or a listener without an account."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from django.conf import settings

from spaces import presence, rules, selectors, services
from spaces.models.tokens import new_token
from spaces.rules import Action
from spaces.selectors import Mix, Scene, Snapshot
from spaces_project.common.threads import in_thread

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")

SEAT_LOST: Final = "seat_lost"
_NAMELESS: Final = "~"
"""The first character of the connection id of a listener without an account. No connection id of a user begins with
it."""
_IS_NAMELESS = re.compile(_NAMELESS + r"[\w-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entered:
    """A visitor who came in. `reason` is a word for the client, or "". `entrance` is there for a user."""

    reason: str = ""
    entrance: services.Entrance | None = None

    def snapshot(self, scene: Scene) -> Snapshot | None:
        """Return the snapshot if all that is the visitor's own was read when they came in. None otherwise."""
        if self.entrance is None or self.entrance.arrival is None:
            return None
        if not scene.stage_ids <= self.entrance.arrival.stage:  # whom of the others they have blocked was not read
            return None
        return selectors.newcomers_snapshot(scene, self.entrance.participant, self.entrance.arrival)


class Place(Protocol):
    """The visitor of one Space as the socket uses it. Every coroutine asks the database, and raises what the rules
    raise."""

    def presence_id(self, connection: str) -> int:
        """Return the id under which `spaces.presence` counts the visitor of this `connection`."""
        ...

    def begin(self, earlier: str | None) -> str:
        """Return the connection id to enter by. `earlier` is the id this page had before and that this process no
        longer holds."""
        ...

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        """Run one service or selector of a user on this Space. Raise `login_required` for a visitor without an
        account."""
        ...

    async def enter(self, connection: str, scene: Scene | None) -> Entered:
        """Enter the Space. `scene` is what this process read of it a moment ago, if it did."""
        ...

    async def leave(self, connection: str) -> None: ...

    def snapshot(self, connection: str | None, scene: Scene) -> Snapshot:
        """Read what is the visitor's own, and add the scene; call it on a database thread. Raise unless the visitor who
        entered by `connection` may still be inside. Without a connection, raise unless the visitor is a
        participant."""
        ...

    async def mix(self, action: Action) -> Mix: ...

    async def waits_for_mic(self) -> bool:
        """Return whether the visitor asked for a microphone, or was offered one, and so must hear without delay."""
        ...


@dataclass(frozen=True, slots=True)
class PersonsPlace:
    """The place of a user with an account."""

    public_id: str
    user: "User"

    def presence_id(self, connection: str) -> int:
        return self.user.pk

    def begin(self, earlier: str | None) -> str:
        return new_token()

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        return await in_thread(function, public_id=self.public_id, user=self.user, **arguments)

    async def enter(self, connection: str, scene: Scene | None) -> Entered:
        entrance = await self.call(services.come_in, connection=connection, scene=scene)
        return Entered(SEAT_LOST if entrance.participant.lost_seat else "", entrance)

    async def leave(self, connection: str) -> None:
        await self.call(services.leave_space)

    def snapshot(self, connection: str | None, scene: Scene) -> Snapshot:
        if connection is None and not selectors.is_inside(public_id=self.public_id, user=self.user):
            raise rules.not_in_space()
        own = self.user.pk
        return selectors.snapshot(public_id=self.public_id, user_id=own, connection=connection, scene=scene)

    async def mix(self, action: Action) -> Mix:
        return await self.call(selectors.mix_for, action=action)

    async def waits_for_mic(self) -> bool:
        return bool(settings.GATEWAY_LISTENERS) and await self.call(selectors.waits_for_mic)


@dataclass(frozen=True, slots=True)
class NamelessPlace:
    """The place of a listener without an account. `address` is the client's network address, for the limits."""

    public_id: str
    address: str

    def presence_id(self, connection: str) -> int:
        return presence.nameless_id(connection)

    def begin(self, earlier: str | None) -> str:
        """Return the earlier connection id if it is valid, else a new one. Nothing else identifies this listener, who
        is then counted once after a restart, and in every process."""
        return earlier if earlier and _IS_NAMELESS.fullmatch(earlier) else _NAMELESS + new_token()

    async def call(self, function: Callable[..., T], **arguments: Any) -> T:
        raise rules.login_required()

    async def enter(self, connection: str, scene: Scene | None) -> Entered:
        enter = services.join_anonymously
        await in_thread(enter, public_id=self.public_id, connection=connection, address=self.address)
        return Entered()

    async def leave(self, connection: str) -> None:
        await in_thread(services.leave_anonymously, public_id=self.public_id, connection=connection)

    def snapshot(self, connection: str | None, scene: Scene) -> Snapshot:
        if connection is None:
            raise rules.not_in_space()
        return selectors.snapshot(public_id=self.public_id, user_id=None, connection=connection, scene=scene)

    async def mix(self, action: Action) -> Mix:
        return await in_thread(selectors.mix_for_anonymous, public_id=self.public_id, action=action)

    async def waits_for_mic(self) -> bool:
        return False
