"""Declare the commands of a socket in one table: what runs each, the scope it needs, and the queue it waits in.

A declaration without a scope raises `TypeError` at import, so a command cannot be open by mistake.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from spaces.doors.signalling.messages import Command, CommandParser, tag_of
from spaces_project.common.api.scopes import Scope

Handler = Callable[[Any, Any], Awaitable[Any]]
"""A coroutine function of the socket and the command. It returns the data of the reply, or None."""
Verb = Callable[..., Any]
"""A service or a selector that takes `public_id`, `user` and the fields of a command as keyword arguments."""
H = TypeVar("H", bound=Handler)


class Queue(StrEnum):
    """The queues of a socket. Commands of one queue run one after the other. Queues do not wait for each other, so a
    slow gateway does not hold up a mute."""

    MAIN = "main"
    CHANGES = "changes"
    """Commands that change a participant's place. Reordered, a microphone could be open that its owner closed last."""
    AUDIO = "audio"
    """Commands that wait for the gateway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One row of a command table."""

    command: type[Command]
    handler: Handler
    scope: Scope | None
    """The scope that a token needs. None: no token may send this command. A page with a session needs no scope."""
    queue: Queue = Queue.MAIN
    urgent: bool = False
    """Whether the command keeps order in a Space or closes a microphone. It then never waits behind reads or joins."""
    costly: bool = False
    """Whether the command reads much of the database, or keeps the gateway busy. A user may send only a few of these a
    second, whatever the number of their sockets."""


class Commands:
    """The commands of one kind of socket."""

    def __init__(self) -> None:
        self._declared: dict[type[Command], Declaration] = {}
        self._parser: CommandParser | None = None

    def __getitem__(self, command: type[Command]) -> Declaration:
        return self._declared[command]

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self._declared.values())

    @property
    def types(self) -> tuple[type[Command], ...]:
        """Return the classes of the declared commands."""
        return tuple(self._declared)

    @property
    def queues(self) -> list[Queue]:
        """Return the queues that a command of this table waits in."""
        return list(dict.fromkeys(row.queue for row in self))

    @property
    def parser(self) -> CommandParser:
        """Return the parser of all declared commands. It is made when the first socket opens: by then every app has
        declared its own."""
        if self._parser is None:
            self._parser = CommandParser(tuple(self._declared))
        return self._parser

    def handles(
        self,
        command: type[Command],
        *,
        scope: Scope | None,
        queue: Queue = Queue.MAIN,
        urgent: bool = False,
        costly: bool = False,
    ) -> Callable[[H], H]:
        """Declare a command whose handler is the decorated function. Raise `ValueError` if its type is taken."""

        def declare(handler: H) -> H:
            row = Declaration(command=command, handler=handler, scope=scope, queue=queue, urgent=urgent, costly=costly)
            self._add(row)
            return handler

        return declare

    def runs(
        self,
        command: type[Command],
        verb: Verb,
        *,
        scope: Scope | None,
        queue: Queue = Queue.MAIN,
        urgent: bool = False,
        costly: bool = False,
        answers: bool = False,
    ) -> None:
        """Declare a command that is one call of `verb`. With `answers`, the reply is what the verb returns.

        A field goes to the argument of the same name, `user_id` to `target_id`, and `user_ids` to `target_ids`. Raise
        `TypeError` at import if the verb does not take them.
        """
        arguments = _arguments_of(command)
        inspect.signature(verb).bind(public_id=None, user=None, **dict.fromkeys(name for name, _, _ in arguments))

        async def call(socket: Any, given: Command) -> Any:
            values = {name: convert(getattr(given, field)) for name, field, convert in arguments}
            found = await socket.call(verb, **values)
            return found if answers else None

        self.handles(command, scope=scope, queue=queue, urgent=urgent, costly=costly)(call)

    def _add(self, row: Declaration) -> None:
        if tag_of(row.command) in map(tag_of, self._declared):
            raise ValueError(f"{tag_of(row.command)} is declared already")
        self._declared[row.command] = row
        self._parser = None


def _as_it_is(value: Any) -> Any:
    return value


def _ids(user_ids: list[str] | None) -> list[int] | None:
    return None if user_ids is None else [int(user_id) for user_id in user_ids]


_TARGETS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "user_id": ("target_id", int),
    "user_ids": ("target_ids", _ids),
}


def _arguments_of(command: type[Command]) -> list[tuple[str, str, Callable[[Any], Any]]]:
    """Return for each field of a command: the verb's argument, the field, and the conversion between them."""
    fields = [name for name in command.__struct_fields__ if name != "id"]
    named = {field: _TARGETS.get(field, (field, _as_it_is)) for field in fields}
    return [(argument, field, convert) for field, (argument, convert) in named.items()]
