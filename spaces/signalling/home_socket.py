"""`/ws/home`: tells the home page when a bubble appears or goes."""

from typing import Any

from spaces import events, wire
from spaces.homes import HomeMember
from spaces.hub import hub
from spaces.signalling.base import CommandSocket, Disconnect
from spaces.signalling.messages import HOME_COMMANDS, Command, CommandParser
from spaces_project.common.api.scopes import Scope

_PARSER = CommandParser(HOME_COMMANDS)


class HomeSocket(CommandSocket):
    kind = "home"
    _home: HomeMember | None = None

    @property
    def parser(self) -> CommandParser:
        return _PARSER

    async def opened(self) -> None:
        if not self.visitor.may(Scope.SPACE_READ):
            raise Disconnect(events.CLOSE_UNAUTHENTICATED)
        # Registered before the bubbles are read, so that one that appears meanwhile is not missed.
        self._home = HomeMember(self.socket)
        hub().homes.add(self._home)
        await hub().hear_for_all()
        await hub().homes.greet(self._home)

    async def closed(self) -> None:
        if self._home is not None:
            hub().homes.drop(self._home)

    async def handle(self, command: Command) -> Any:
        """Answer a ping, the one command there is."""
        return {"now": wire.clock()}
