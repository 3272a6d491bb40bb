"""The open sockets of one process, whatever they are for: by user, and by address for listeners without an account."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator
from itertools import chain

import redis
from django.conf import settings

from spaces.live import anonymous_limits
from spaces.live.sockets import Socket
from spaces_project.common import metrics
from spaces_project.common.threads import in_thread


class OpenSockets:
    """The sockets of one process. All methods are called on the event loop of its hub."""

    def __init__(self) -> None:
        self._by_user: dict[int, set[Socket]] = defaultdict(set)
        self._strangers: dict[str, set[str]] = defaultdict(set)
        """The names of the sockets of anonymous listeners, by address."""

    @contextlib.contextmanager
    def watching(self, socket: Socket) -> Iterator[None]:
        """Count the socket inside the block. It is closed there if its session ends."""
        sockets = self._by_user[socket.user_id]
        sockets.add(socket)
        metrics.SOCKETS.inc()
        try:
            yield
        finally:
            metrics.SOCKETS.dec()
            sockets.discard(socket)
            if not sockets:
                self._by_user.pop(socket.user_id, None)

    @contextlib.asynccontextmanager
    async def admit_anonymous(self, address: str, name: str, *, limit: int) -> AsyncIterator[bool]:
        """Tell whether an anonymous listener may come in from this address, and count the listener inside the block."""
        if not await in_thread(anonymous_limits.admit, address, name, limit=limit):
            yield False
            return
        names = self._strangers[address]
        names.add(name)
        try:
            yield True
        finally:
            names.discard(name)
            if not names:
                self._strangers.pop(address, None)
            with contextlib.suppress(redis.RedisError):  # The lease then expires by itself.
                await in_thread(anonymous_limits.let_go, address, name)

    async def renew_anonymous(self) -> None:
        """Renew the leases of anonymous listeners. Raise redis.RedisError."""
        if self._strangers:
            await in_thread(anonymous_limits.renew, {address: set(names) for address, names in self._strangers.items()})

    def has_too_many_like(self, socket: Socket) -> bool:
        """Tell whether the user has as many sockets of this kind here as one user may have."""
        same = sum(other.kind == socket.kind for other in self._by_user.get(socket.user_id, ()))
        return same >= int(settings.SPACES_CONNECTIONS_PER_PERSON)

    def user_ids(self) -> Collection[int]:
        """Return the ids of the users who have a socket here. The id of anonymous listeners may be among them."""
        return self._by_user.keys()

    def of(self, user_ids: Collection[int]) -> set[Socket]:
        """Return the sockets of these users."""
        return {socket for user_id in user_ids for socket in self._by_user.get(user_id, ())}

    def all(self) -> list[Socket]:
        """Return every socket."""
        return list(chain.from_iterable(self._by_user.values()))
