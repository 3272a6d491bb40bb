"""Use a handle: one plugin's end of one peer connection, or a control handle without a peer connection."""

from collections.abc import Mapping
from typing import Protocol as Interface

from .endpoint import Endpoint
from .errors import GatewayError, HandleLost, NoSuchHandle
from .messages import Jsep
from .protocol import Reply


class HandleOwner(Interface):
    """The part of the client that a handle uses."""

    endpoint: Endpoint

    async def request(self, verb: str, *, deadline: float | None = None, **fields: object) -> Reply: ...

    async def release(self, handle: "Handle") -> None: ...


class Handle:
    """One handle on the gateway, made by `GatewayClient.attach`.

    Every request raises GatewayTimeout, GatewayUnavailable or GatewayRefused. Once the handle is gone, every request
    raises HandleLost or SessionLost. Deadlines are seconds; None is the endpoint's `request_timeout`.

    Attributes:
        opaque_id: this product's own name for the handle; it comes back with every notice about it.
    """

    def __init__(self, owner: HandleOwner, *, handle_id: int, plugin: str, opaque_id: str) -> None:
        self.id = handle_id
        self.plugin = plugin
        self.opaque_id = opaque_id
        self._owner = owner
        self._lost: GatewayError | None = None

    def __repr__(self) -> str:
        return f"<Handle {self.id} {self.plugin} {self.opaque_id}{' lost' if self._lost else ''}>"

    @property
    def gateway(self) -> str:
        """Return the name of the gateway that has the handle."""
        return self._owner.endpoint.name

    @property
    def lost(self) -> bool:
        return self._lost is not None

    async def request(
        self, body: Mapping[str, object], *, jsep: Jsep | None = None, deadline: float | None = None
    ) -> Reply:
        """Ask the plugin. An asynchronous request returns its event, not its ack."""
        return await self._ask("message", deadline=deadline, body=body, jsep=jsep)

    async def trickle(self, candidate: Mapping[str, object] | None) -> None:
        """Pass on a candidate of the browser. None means that there are no more."""
        await self._ask("trickle", candidate={"completed": True} if candidate is None else candidate)

    async def hangup(self) -> None:
        """Close the peer connection and keep the handle."""
        await self._ask("hangup")

    async def detach(self) -> None:
        """Give the handle up, with its peer connection and its seat in a room. May be called again.

        Never raises a GatewayError: if the gateway cannot be told now, the client tells it later.
        """
        if self._lost is None:
            self.lose(HandleLost("detached"))
            await self._owner.release(self)

    def lose(self, error: GatewayError) -> None:
        """Make every further request raise `error`. Called by the client."""
        self._lost = self._lost or error

    async def _ask(self, verb: str, *, deadline: float | None = None, **fields: object) -> Reply:
        if self._lost is not None:
            raise type(self._lost)(self._lost.message)
        try:
            return await self._owner.request(verb, deadline=deadline, handle_id=self.id, **fields)
        except NoSuchHandle as error:
            self.lose(HandleLost(error.reason))
            raise HandleLost(error.reason) from error
