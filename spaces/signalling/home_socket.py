"""Serve `/ws/home`, which tells an open page when the bubble of a live Space appears or disappears."""

from typing import Any

from spaces import events, wire
from spaces.homes import HomeMember
from spaces.hub import hub
from spaces.signalling.base import CommandSocket, Disconnect
from spaces.signalling.commands import Commands
from spaces.signalling.messages import HomePing
from spaces_project.common.api.scopes import Scope

HOME_COMMANDS = Commands()


class HomeSocket(CommandSocket):
    """The connection of one page of a logged-in user."""

    commands = HOME_COMMANDS
    kind = "home"
    _home: HomeMember | None = None

    async def opened(self) -> None:
        if not self.visitor.may(Scope.SPACE_READ):
            raise Disconnect(events.CLOSE_UNAUTHENTICATED)
        # Register before the bubbles are read. In the other order, a bubble that appears in between would be missed.
        self._home = HomeMember(self.socket)
        hub().homes.add(self._home)
        await hub().hear_for_all()
        await hub().homes.greet(self._home)

    async def closed(self) -> None:
        if self._home is not None:
            hub().homes.drop(self._home)


@HOME_COMMANDS.handles(HomePing, scope=Scope.SPACE_READ)
async def ping(socket: HomeSocket, command: HomePing) -> Any:
    return {"now": wire.clock()}
