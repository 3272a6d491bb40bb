"""One declaration for each command."""

from typing import Any

import pytest
from channels.layers import get_channel_layer

from spaces.doors.signalling.base import CommandConsumer
from spaces.doors.signalling.commands import Commands, Queue
from spaces.doors.signalling.consumers import ConnectionConsumer, HomeConsumer, ListenInConsumer, SpaceConsumer
from spaces.doors.signalling.messages import Command, UserId
from spaces.doors.signalling.registry import Caller, handles, runs
from spaces_project.common.api.scopes import Scope
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.scene import Scene


class Nudge(Command, frozen=True, tag="nudge"):
    """A command that the product does not have."""

    user_id: UserId


def nudge(*, public_id: str, user: Any, target_id: int) -> dict[str, object]:
    return {"space": public_id, "by": user.pk, "target": target_id}


async def by_hand(socket: Caller, command: Nudge) -> None: ...


def test_a_command_without_a_scope_does_not_import() -> None:
    with pytest.raises(TypeError, match="scope"):
        runs(Nudge, nudge)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="scope"):
        handles(Nudge)(by_hand)  # type: ignore[call-arg]


def test_a_row_whose_verb_does_not_take_the_fields_does_not_import() -> None:
    def without_target(*, public_id: str, user: Any) -> None: ...

    with pytest.raises(TypeError, match="target_id"):
        Commands().runs(Nudge, without_target, scope=Scope.SPACE_WRITE)


def test_a_type_is_declared_once() -> None:
    table = Commands()
    table.runs(Nudge, nudge, scope=Scope.SPACE_MODERATE)
    with pytest.raises(ValueError, match="nudge is declared already"):
        table.handles(Nudge, scope=Scope.SPACE_WRITE)(by_hand)


def test_a_row_says_all_there_is() -> None:
    table = Commands()
    table.runs(Nudge, nudge, scope=Scope.SPACE_MODERATE, queue=Queue.CHANGES, urgent=True, costly=True)
    [row] = table
    assert (row.scope, row.queue, row.urgent, row.costly) == (Scope.SPACE_MODERATE, Queue.CHANGES, True, True)
    assert table.queues == [Queue.CHANGES]


@pytest.mark.parametrize("consumer", [ConnectionConsumer, HomeConsumer, ListenInConsumer, SpaceConsumer])
def test_no_socket_reads_a_channel_layer(consumer: type[CommandConsumer]) -> None:
    """channels_redis 4.3.0 loses messages when `receive()` is cancelled (findings/channels-redis-*.sh)."""
    assert get_channel_layer(consumer.channel_layer_alias) is None


@pytest.fixture
def with_nudge(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row more in the table of the product."""
    monkeypatch.setattr(SpaceConsumer.commands, "_declared", {row.command: row for row in SpaceConsumer.commands})
    monkeypatch.setattr(SpaceConsumer.commands, "_parser", None)
    runs(Nudge, nudge, scope=Scope.SPACE_MODERATE, queue=Queue.CHANGES, answers=True)


@pytest.mark.redis
@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sockets", "nothing_logged", "with_nudge")
async def test_one_row_adds_a_command(transactional_db: None, sessions: Sessions) -> None:
    scene = await in_thread(Scene)
    session = await in_thread(sessions, scene.host)
    async with tab(path_of(scene.id), session=session) as page:
        reply = await page.ask("nudge", user_id="42")
        assert reply["data"] == {"space": scene.id, "by": scene.host.pk, "target": 42}
        assert await page.code("nudge", user_id="x") == "bad_request"
