"""A socket and the API say the same to the same person: the table of commands, row by row, by the other door.

tests/signalling/test_rules_table.py says what it should come to, and tries it on the socket.
"""

import json
import re
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User

# Past the gate that suspended users meet: theirs are from before.
from accounts.services.tokens import create_personal_token
from spaces.rules import Standing
from spaces.states import SpaceState
from spaces_project.common.api.scopes import SCOPES
from tests.api.catalogue import Endpoint, endpoints
from tests.signalling.test_rules_table import BY_ACTING, LIVE, OTHERS, Row, Stage, parsed, prepared

pytestmark = [pytest.mark.redis, pytest.mark.django_db, pytest.mark.fault("D10")]

OPERATIONS: Final = {
    "start": "startSpace",
    "end": "endSpace",
    "join": "joinSpace",
    "leave": "leaveSpace",
    "request": "requestToSpeak",
    "request.cancel": "cancelRequest",
    "request.approve": "approveRequest",
    "request.decline": "declineRequest",
    "requests.approve": "approveRequests",
    "requests.decline": "declineRequests",
    "mute": "setOwnMicrophone",
    "unmute": "setOwnMicrophone",
    "mute.other": "muteParticipant",
    "mute.all": "muteAll",
    "mic.take": "takeMicrophone",
    "step_down": "stepDown",
    "remove": "removeParticipant",
    "people": "listParticipants",
    "policy.set": "setSpeakPolicy",
    "rename": "updateSpace",
    "lock.set": "lockSpace",
    "accounts_only.set": "setAccountsOnly",
    "cohost.invite": "inviteCohost",
    "cohost.withdraw": "withdrawCohost",
    "cohost.accept": "acceptCohost",
    "cohost.decline": "declineCohost",
    "host.hand_over": "handOver",
    "invite": "invite",
    "invite.to_speak": "invite",
    "mic.accept": "acceptMicrophone",
    "react": "react",
    "comment": "createComment",
    "comment.remove": "deleteComment",
    "comments.set": "allowComments",
}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "mute": {"muted": True},
    "unmute": {"muted": False},
    "policy.set": {"policy": "invited"},
    "comment": {"text": "Hello"},
    "comments.set": {"allowed": False},
    "rename": {"title": "Renamed"},
    "accounts_only.set": {"accounts_only": True},
    "invite.to_speak": {"to_speak": True},
    "react": {"emoji": "\N{CLAPPING HANDS SIGN}"},
}
ENDPOINTS: Final = {endpoint.operation.name: endpoint for endpoint in endpoints()}
COLUMNS: Final = {"LIVE": (LIVE, False), "OTHERS": (OTHERS, True), "BY_ACTING": (BY_ACTING, True)}
EVERY_SCOPE: Final = [scope.value for scope in SCOPES]


def rows(table: str) -> list[Row]:
    """Return the rows of the table for which the API has an operation."""
    return [row for row in parsed(COLUMNS[table][0]) if OPERATIONS.get(row.command) in ENDPOINTS]


@pytest.mark.parametrize(("table", "row"), [(t, row) for t in COLUMNS for row in rows(t)], ids=str)
def test_the_api_says_what_the_socket_says(table: str, row: Row) -> None:
    stage = prepared(row, SpaceState.LIVE, is_crowded=COLUMNS[table][1])
    wanted = {name: code for name, code in row.codes.items() if name != Standing.ANONYMOUS}
    assert {name: code_of(stage, row, stage.people[name]) for name in wanted} == wanted


def code_of(stage: Stage, row: Row, user: User) -> str:
    """`ok`, or the code of the refusal; what was done is undone."""
    endpoint = ENDPOINTS[OPERATIONS[row.command]]
    key = create_personal_token(user=user, name="t", scopes=EVERY_SCOPE).key
    with transaction.atomic():
        answer = Client().generic(
            endpoint.method.upper(),
            address(endpoint, stage, row),
            json.dumps(body(stage, row)) if endpoint.operation.body else "",
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        )
        transaction.set_rollback(True)
    return "ok" if answer.status_code < 300 else str(answer.json()["code"])


def address(endpoint: Endpoint, stage: Stage, row: Row) -> str:
    target = stage.people[row.target].pk if row.target else 0
    values = {"id": stage.scene.id, "user_id": str(target), "comment_id": "1"}
    return "/" + re.sub(r"<str:(\w+)>", lambda found: values[found[1]], endpoint.route)


def body(stage: Stage, row: Row) -> dict[str, Any]:
    in_path = "<str:user_id>" in ENDPOINTS[OPERATIONS[row.command]].route
    target = {"user_id": str(stage.people[row.target].pk)} if row.target and not in_path else {}
    locks = {"locked": not stage.scene.space.locked} if row.command == "lock.set" else {}
    return target | locks | BODIES.get(row.command, {})
