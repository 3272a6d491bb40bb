"""Serve `/ws/home`, which tells an open page when the bubble of a live Space appears or disappears."""

from typing import Any

from spaces import events, wire
from spaces.homes import HomeMember
from spaces.hub import hub
from spaces.signalling.base import CommandSocket, Disconnect
from spaces.signalling.messages import HOME_COMMANDS, Command, CommandParser
from spaces_project.common.api.scopes import Scope

_PARSER = CommandParser(HOME_COMMANDS)


class HomeSocket(CommandSocket):
    """The connection of one page of a logged-in user."""

    kind = "home"
    _home: HomeMember | None = None

    @property
    def parser(self) -> CommandParser:
        return _PARSER

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

    async def handle(self, command: Command) -> Any:
        """Answer a ping, the only command of this socket."""
        return {"now": wire.clock()}
