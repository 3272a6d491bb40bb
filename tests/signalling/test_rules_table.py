"""Every standing, every command, every state of a Space, through the real socket: who may do what to which person.

The tables below are what PRODUCT.md says, written out; nothing in them is computed from `spaces/rules/table.py`. `ok`
changes something, every other word is the code of a refusal that changed nothing.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from accounts.services import block_user
from spaces.doors.signalling.consumers import SpaceConsumer
from spaces.doors.signalling.messages import tag_of
from spaces.models import Space
from spaces.rules import RULES, Action, Standing
from spaces.states import Emoji, SpaceState
from spaces_project.common.threads import in_thread
from tests.factories import ParticipantFactory, UserFactory
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True), pytest.mark.fault("D10")]

LIVE = """
command                       host               cohost           speaker       listener      outsider      removed
start                         already_live       already_live     already_live  already_live  already_live  removed
end                           ok                 forbidden        forbidden     forbidden     not_in_space  removed
join                          ok                 ok               ok            ok            ok            removed
leave                         host_cannot_leave  ok               ok            ok            not_in_space  removed
request                       forbidden          forbidden        forbidden     ok            not_in_space  removed
request.cancel                forbidden          forbidden        forbidden     ok            not_in_space  removed
request.approve  listener     ok                 ok               forbidden     forbidden     not_in_space  removed
request.approve  speaker      already_speaker    already_speaker  forbidden     forbidden     not_in_space  removed
request.approve  outsider     target_gone        target_gone      forbidden     forbidden     not_in_space  removed
request.decline  listener     ok                 ok               forbidden     forbidden     not_in_space  removed
request.decline  removed      target_gone        target_gone      forbidden     forbidden     not_in_space  removed
requests.approve              ok                 ok               forbidden     forbidden     not_in_space  removed
requests.decline              ok                 ok               forbidden     forbidden     not_in_space  removed
mute                          ok                 ok               ok            forbidden     not_in_space  removed
unmute                        ok                 ok               ok            forbidden     not_in_space  removed
mute.other       speaker      ok                 ok               forbidden     forbidden     not_in_space  removed
mute.other       cohost       ok                 forbidden        forbidden     forbidden     not_in_space  removed
mute.other       host         forbidden          forbidden        forbidden     forbidden     not_in_space  removed
mute.other       listener     not_a_speaker      not_a_speaker    forbidden     forbidden     not_in_space  removed
mute.other       outsider     target_gone        target_gone      forbidden     forbidden     not_in_space  removed
mute.all                      ok                 ok               forbidden     forbidden     not_in_space  removed
mic.take         speaker      ok                 ok               forbidden     forbidden     not_in_space  removed
mic.take         cohost       ok                 forbidden        forbidden     forbidden     not_in_space  removed
mic.take         host         forbidden          forbidden        forbidden     forbidden     not_in_space  removed
mic.take         listener     not_a_speaker      not_a_speaker    forbidden     forbidden     not_in_space  removed
step_down                     forbidden          ok               ok            forbidden     not_in_space  removed
remove           listener     ok                 ok               forbidden     forbidden     not_in_space  removed
remove           speaker      ok                 ok               forbidden     forbidden     not_in_space  removed
remove           cohost       ok                 forbidden        forbidden     forbidden     not_in_space  removed
remove           host         forbidden          forbidden        forbidden     forbidden     not_in_space  removed
remove           outsider     target_gone        target_gone      forbidden     forbidden     not_in_space  removed
remove           removed      target_gone        target_gone      forbidden     forbidden     not_in_space  removed
people                        ok                 ok               ok            ok            not_in_space  removed
policy.set                    ok                 ok               forbidden     forbidden     not_in_space  removed
rename                        ok                 ok               forbidden     forbidden     not_in_space  removed
lock.set                      ok                 ok               forbidden     forbidden     not_in_space  removed
accounts_only.set             ok                 ok               forbidden     forbidden     not_in_space  removed
recording.start               ok                 forbidden        forbidden     forbidden     not_in_space  removed
recording.stop                not_recorded       forbidden        forbidden     forbidden     not_in_space  removed
recording.show                not_recorded       forbidden        forbidden     forbidden     not_in_space  removed
recording.agree               not_recorded       not_recorded     not_recorded  not_recorded  not_in_space  removed
cohost.invite    outsider     ok                 forbidden        forbidden     forbidden     not_in_space  removed
cohost.invite    speaker      ok                 forbidden        forbidden     forbidden     not_in_space  removed
cohost.invite    cohost       already_cohost     forbidden        forbidden     forbidden     not_in_space  removed
cohost.invite    removed      removed_person     forbidden        forbidden     forbidden     not_in_space  removed
cohost.withdraw  listener     no_offer           forbidden        forbidden     forbidden     not_in_space  removed
cohost.accept                 forbidden          forbidden        not_invited   not_invited   not_in_space  removed
cohost.decline                forbidden          forbidden        not_invited   not_invited   not_invited   removed
host.hand_over   cohost       ok                 forbidden        forbidden     forbidden     not_in_space  removed
host.hand_over   speaker      not_a_cohost       forbidden        forbidden     forbidden     not_in_space  removed
host.hand_over   outsider     target_gone        forbidden        forbidden     forbidden     not_in_space  removed
invite           outsider     ok                 ok               ok            forbidden     not_in_space  removed
invite           listener     ok                 ok               ok            forbidden     not_in_space  removed
invite           removed      removed_person     removed_person   removed_person  forbidden   not_in_space  removed
invite.to_speak  outsider     ok                 ok               forbidden     forbidden     not_in_space  removed
invite.to_speak  listener     ok                 ok               forbidden     forbidden     not_in_space  removed
mic.accept                    forbidden          forbidden        forbidden     ok            not_in_space  removed
react                         ok                 ok               ok            ok            not_in_space  removed
comment                       ok                 ok               ok            ok            not_in_space  removed
comment.remove                not_found          not_found        forbidden     forbidden     not_in_space  removed
comments.set                  ok                 ok               forbidden     forbidden     not_in_space  removed
captions.consent              ok                 ok               ok            forbidden     not_in_space  removed
captions.language             ok                 ok               forbidden     forbidden     not_in_space  removed
captions.translate            ok                 ok               forbidden     forbidden     not_in_space  removed
captions.source               no_consent         no_consent       no_consent    forbidden     not_in_space  removed
captions.text                 no_consent         no_consent       no_consent    forbidden     not_in_space  removed
audio.listen                  not_in_space       not_in_space     not_in_space  not_in_space  not_in_space  not_in_space
audio.speak                   not_in_space       not_in_space     not_in_space  not_in_space  not_in_space  not_in_space
"""
"""The last two need a `join` first; tests/audio/test_socket.py has them with one, on a real gateway."""

OTHERS = """
                              acting_host        invited          blocked       locked_out
start                         already_live       already_live     already_live  already_live
end                           ok                 forbidden        not_in_space  not_in_space
join                          ok                 ok               blocked       locked
leave                         ok                 ok               not_in_space  not_in_space
request                       forbidden          ok               not_in_space  not_in_space
request.cancel                forbidden          no_request       not_in_space  not_in_space
request.approve  listener     ok                 forbidden        not_in_space  not_in_space
request.decline  listener     ok                 forbidden        not_in_space  not_in_space
requests.approve              ok                 forbidden        not_in_space  not_in_space
requests.decline              ok                 forbidden        not_in_space  not_in_space
mute                          ok                 forbidden        not_in_space  not_in_space
unmute                        ok                 forbidden        not_in_space  not_in_space
mute.other       speaker      ok                 forbidden        not_in_space  not_in_space
mute.other       cohost       ok                 forbidden        not_in_space  not_in_space
mute.other       host         forbidden          forbidden        not_in_space  not_in_space
mute.all                      ok                 forbidden        not_in_space  not_in_space
mic.take         speaker      ok                 forbidden        not_in_space  not_in_space
mic.take         cohost       ok                 forbidden        not_in_space  not_in_space
mic.take         host         forbidden          forbidden        not_in_space  not_in_space
step_down                     ok                 forbidden        not_in_space  not_in_space
remove           speaker      ok                 forbidden        not_in_space  not_in_space
remove           cohost       ok                 forbidden        not_in_space  not_in_space
remove           host         forbidden          forbidden        not_in_space  not_in_space
people                        ok                 ok               not_in_space  not_in_space
policy.set                    ok                 forbidden        not_in_space  not_in_space
rename                        ok                 forbidden        not_in_space  not_in_space
lock.set                      ok                 forbidden        not_in_space  not_in_space
accounts_only.set             ok                 forbidden        not_in_space  not_in_space
recording.start               forbidden          forbidden        not_in_space  not_in_space
recording.stop                forbidden          forbidden        not_in_space  not_in_space
recording.show                forbidden          forbidden        not_in_space  not_in_space
recording.agree               not_recorded       not_recorded     not_in_space  not_in_space
cohost.invite    outsider     forbidden          forbidden        not_in_space  not_in_space
cohost.withdraw  invited      forbidden          forbidden        not_in_space  not_in_space
cohost.accept                 forbidden          ok               not_in_space  not_in_space
cohost.decline                forbidden          ok               not_invited   not_invited
host.hand_over   cohost       forbidden          forbidden        not_in_space  not_in_space
host.hand_over   host         forbidden          forbidden        not_in_space  not_in_space
invite           outsider     ok                 forbidden        not_in_space  not_in_space
invite           blocked      blocked            forbidden        not_in_space  not_in_space
invite.to_speak  outsider     ok                 forbidden        not_in_space  not_in_space
mic.accept                    forbidden          ok               not_in_space  not_in_space
react                         ok                 ok               not_in_space  not_in_space
audio.listen                  not_in_space       not_in_space     not_in_space  not_in_space
audio.speak                   not_in_space       not_in_space     not_in_space  not_in_space
comment                       ok                 ok               not_in_space  not_in_space
comment.remove                not_found          forbidden        not_in_space  not_in_space
comments.set                  ok                 forbidden        not_in_space  not_in_space
captions.consent              ok                 forbidden        not_in_space  not_in_space
captions.language             ok                 forbidden        not_in_space  not_in_space
captions.translate            ok                 forbidden        not_in_space  not_in_space
captions.source               no_consent         forbidden        not_in_space  not_in_space
captions.text                 no_consent         forbidden        not_in_space  not_in_space
"""
"""Standings that are not roles: a co-host in charge while the host is lost; a listener who was offered a microphone and
a co-host's place; a user whom the host has blocked; a stranger. The Space is locked but to the invited. Moderators are
strangers here: what the staff does, it does in the admin."""

BY_ACTING = """
                              host               cohost           speaker       acting_host
mute.other       acting_host  ok                 forbidden        forbidden     forbidden
mic.take         acting_host  ok                 forbidden        forbidden     forbidden
remove           acting_host  ok                 forbidden        forbidden     forbidden
cohost.withdraw  invited      ok                 forbidden        forbidden     forbidden
cohost.invite    invited      cohosts_full       forbidden        forbidden     forbidden
"""

ELSEWHERE = """
                              host               cohost           speaker       listener      outsider      removed
scheduled                     not_live           not_live         not_live      not_live      not_live      removed
ended                         ended              ended            ended         ended         ended         removed
canceled                      canceled           canceled         canceled      canceled      canceled      removed
"""
"""What every command comes to in a Space that is not live, but for `audio.…` and, in a scheduled one, those below."""

SCHEDULED = """
                              host               cohost           speaker       listener      outsider      removed
start                         ok                 forbidden        forbidden     forbidden     not_in_space  removed
rename                        ok                 forbidden        forbidden     forbidden     not_in_space  removed
policy.set                    ok                 ok               forbidden     forbidden     not_in_space  removed
comments.set                  ok                 ok               forbidden     forbidden     not_in_space  removed
cohost.invite    outsider     ok                 forbidden        forbidden     forbidden     not_in_space  removed
cohost.withdraw  outsider     no_offer           forbidden        forbidden     forbidden     not_in_space  removed
cohost.decline                forbidden          forbidden        not_invited   not_invited   not_invited   removed
invite           outsider     ok                 ok               ok            forbidden     not_in_space  removed
invite.to_speak  outsider     ok                 ok               forbidden     forbidden     not_in_space  removed
captions.language             ok                 ok               forbidden     forbidden     not_in_space  removed
captions.translate            ok                 ok               forbidden     forbidden     not_in_space  removed
"""

ANONYMOUS = """
join          ok
leave         ok
audio.listen  not_in_space
audio.speak   not_in_space
"""
"""One more column: what people without an account get in a Space that is live. All that is not here is
`login_required`, as everything but the same four is in any other Space; tests/signalling/test_anonymous.py has them."""

ACTIONS = {
    Action.START: "start",
    Action.END: "end",
    Action.JOIN: "join",
    Action.LEAVE: "leave",
    Action.LISTEN: "audio.listen",
    Action.SPEAK: "audio.speak",
    Action.REQUEST: "request",
    Action.CANCEL_REQUEST: "request.cancel",
    Action.APPROVE: "request.approve",
    Action.DECLINE: "request.decline",
    Action.APPROVE_MANY: "requests.approve",
    Action.DECLINE_MANY: "requests.decline",
    Action.MUTE: "mute",
    Action.UNMUTE: "unmute",
    Action.MUTE_OTHER: "mute.other",
    Action.MUTE_ALL: "mute.all",
    Action.TAKE_MIC: "mic.take",
    Action.STEP_DOWN: "step_down",
    Action.REMOVE: "remove",
    Action.SEE_PEOPLE: "people",
    Action.INVITE: "invite",
    Action.INVITE_TO_SPEAK: "invite.to_speak",
    Action.ACCEPT_MIC: "mic.accept",
    Action.SET_POLICY: "policy.set",
    Action.RENAME: "rename",
    Action.LOCK: "lock.set",
    Action.RECORD: "recording.start",
    Action.AGREE_TO_RECORDING: "recording.agree",
    Action.APPOINT: "cohost.invite",
    Action.ACCEPT_COHOST: "cohost.accept",
    Action.DECLINE_COHOST: "cohost.decline",
    Action.HAND_OVER: "host.hand_over",
    Action.REACT: "react",
    Action.COMMENT: "comment",
    Action.REMOVE_COMMENT: "comment.remove",
    Action.ALLOW_COMMENTS: "comments.set",
    Action.CONSENT: "captions.consent",
    Action.SET_LANGUAGE: "captions.language",
    Action.RECOGNISE: "captions.source",
    Action.CAPTION: "captions.text",
}
NO_COMMAND = {
    Action.MANAGE,  # whether a page has the panel; what is done there are actions of their own
    Action.BROADCAST,  # its table: tests/audio/test_whip.py
    Action.MAKE_BROADCAST_KEY,  # its table: tests/spaces/test_broadcasts.py
    Action.CANCEL,  # its table: tests/spaces/test_lifecycle.py
    Action.UPDATE,
    Action.REMIND,
    Action.PIN,  # its table and those of the next two: tests/timeline/test_pins.py
    Action.UNPIN,
    Action.UNPIN_OTHER,
    Action.READ_LOG,
    Action.CLIP,  # its table: tests/recordings/test_clips.py
}
NO_ACTION = {
    "sync",
    "ping",
    "audio.servers",
    "audio.answer",
    "audio.http",
    "audio.candidate",
    "audio.close",
    "captions.lines",
    "comments",
    "captions.take_back",
}
"""They read what everybody may know, speak of what `audio.listen` and `audio.speak` were allowed, or take back what one
said oneself: tests/captions/test_honest.py."""
TWO_ACTIONS = {"invite.to_speak": "invite"}
"""One command that is two actions, by one of its fields."""
TWO_COMMANDS = {"cohost.withdraw", "captions.translate", "accounts_only.set", "recording.stop", "recording.show"}
"""Commands that share an action with another."""
STORES_NOTHING = {"people", "react", "comment"}
"""Nothing in the rows that are compared: a comment is a row of another app."""


@dataclass(frozen=True)
class Row:
    """One line of a table: what a command to `target` comes to, for each standing."""

    command: str
    target: str
    codes: dict[str, str]

    @property
    def type(self) -> str:
        return TWO_ACTIONS.get(self.command, self.command)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.command, self.target)))


def parsed(table: str, *, with_others: bool = True) -> list[Row]:
    """A suspended person has no column: whatever they try, in whatever Space, the answer is one."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    who = head[1:] if head[0] == "command" else head
    return [_row(who, line, with_others) for line in lines]


def _row(who: list[str], line: list[str], with_others: bool) -> Row:
    command, *target = line[: -len(who)]
    codes = dict(zip(who, line[-len(who) :], strict=True))
    if "locked_out" in codes:
        codes["moderator"] = codes["locked_out"]
    return Row(command, "".join(target), codes | (_others(command) if with_others else {}))


def _others(command: str) -> dict[str, str]:
    words = ANONYMOUS.split()
    anonymous = dict(zip(words[::2], words[1::2], strict=True)).get(command, "login_required")
    return {Standing.SUSPENDED: _of_suspended(command), Standing.ANONYMOUS: anonymous}


def _of_suspended(command: str) -> str:
    return "not_in_space" if command.startswith("audio.") else "suspended"


def elsewhere() -> list[tuple[SpaceState, str, str]]:
    return [(SpaceState(row.command), *pair) for row in parsed(ELSEWHERE) for pair in row.codes.items()]


def test_the_table_has_every_action_and_every_command() -> None:
    assert set(RULES) == set(ACTIONS) | NO_COMMAND
    for table in (LIVE, OTHERS):
        assert {row.command for row in parsed(table)} == set(ACTIONS.values()) | TWO_COMMANDS
    commands = set(ACTIONS.values()) - set(TWO_ACTIONS) | NO_ACTION | TWO_COMMANDS
    assert {tag_of(command) for command in SpaceConsumer.commands.types} == commands


@pytest.fixture
def two_languages(settings: Settings) -> None:
    settings.CAPTIONS_LANGUAGES = ["en", "de"]


@pytest.mark.asyncio
@pytest.mark.usefixtures("sockets", "nothing_logged", "two_languages")
@pytest.mark.parametrize(
    ("state", "row"),
    [(SpaceState.LIVE, row) for row in parsed(LIVE)] + [(SpaceState.SCHEDULED, row) for row in parsed(SCHEDULED)],
    ids=str,
)
async def test_who_may_do_what_here(sessions: Sessions, state: SpaceState, row: Row) -> None:
    assert await verdicts(sessions, row, state, is_crowded=False) == row.codes


@pytest.mark.asyncio
@pytest.mark.usefixtures("sockets", "nothing_logged", "two_languages")
@pytest.mark.parametrize("row", [*parsed(OTHERS, with_others=False), *parsed(BY_ACTING, with_others=False)], ids=str)
async def test_who_may_do_what_while_a_cohost_is_in_charge(sessions: Sessions, row: Row) -> None:
    assert await verdicts(sessions, row, SpaceState.LIVE, is_crowded=True) == row.codes


async def verdicts(sessions: Sessions, row: Row, state: SpaceState, *, is_crowded: bool) -> dict[str, str]:
    """Return the answer to each person of the row, and check that a refusal changed nothing."""
    found = {}
    stage = await in_thread(prepared, row, state, is_crowded=is_crowded)
    for name in row.codes:
        before = await in_thread(stage.scene.dump)
        async with tab(path_of(stage.scene.id), session=await in_thread(session_of, sessions, stage, name)) as page:
            found[name] = await page.code(row.type, **fields(stage, row))
        changed = await in_thread(stage.scene.dump) != before
        stores = row.command not in STORES_NOTHING and name != Standing.ANONYMOUS
        assert changed == (found[name] == "ok" and stores)
        if changed:
            await in_thread(stage.scene.space.delete)
            stage = await in_thread(prepared, row, state, is_crowded=is_crowded)
    return found


@pytest.mark.asyncio
@pytest.mark.usefixtures("sockets", "nothing_logged", "two_languages")
@pytest.mark.parametrize(("state", "who", "code"), elsewhere())
async def test_who_may_do_what_elsewhere(sessions: Sessions, state: SpaceState, who: str, code: str) -> None:
    stage = await in_thread(prepared, None, state, is_crowded=False)
    before = await in_thread(stage.scene.dump)
    allowed = {row.command for row in parsed(SCHEDULED)} if state == SpaceState.SCHEDULED else set()
    tried = [row for row in parsed(LIVE) if row.command not in allowed and not row.command.startswith("audio.")]
    if who == Standing.ANONYMOUS:
        tried = [row for row in tried if row.command not in ("join", "leave")]
    async with tab(path_of(stage.scene.id), session=await in_thread(session_of, sessions, stage, who)) as page:
        found = {str(row): await page.code(row.type, **fields(stage, row)) for row in tried}
    assert found == dict.fromkeys(found, code)
    assert await in_thread(stage.scene.dump) == before


@dataclass(frozen=True)
class Stage:
    scene: Scene
    people: dict[str, User]


def session_of(sessions: Sessions, stage: Stage, who: str) -> str | None:
    return sessions(stage.people[who]) if who in stage.people else None


def prepared(row: Row | None, state: SpaceState, *, is_crowded: bool) -> Stage:
    """Prepare a stage on which a permitted command changes something: `unmute` finds a muted microphone, `request` no
    older request."""
    scene = Scene(state=state)
    people = {standing.value: user for standing, user in scene.people.items()}
    if is_crowded:
        people |= crowd(scene)
    command = row.command if row else ""
    if command == "mic.accept":
        scene.space.invitations.create(inviter=scene.host, invitee=scene.listener, to_speak=True)
    if command == "cohost.accept" and is_crowded:  # both places are taken
        scene.space.participants.filter(user=scene.cohost).update(role="listener", muted=True)
    if command == "unmute":
        scene.space.participants.update(muted=True)
    if command != "request":
        scene.ask(scene.listener)
    return Stage(scene, people)


def crowd(scene: Scene) -> dict[str, User]:
    invited, blocked, stranger = UserFactory.create_batch(3)
    ParticipantFactory.create(space=scene.space, user=invited)
    scene.space.invitations.create(inviter=scene.host, invitee=invited, to_speak=True, to_cohost=True)
    block_user(blocker=scene.host, blocked=blocked)
    acting = scene.put_in_charge()
    Space.objects.filter(pk=scene.space.pk).update(locked=True)
    outside = {"blocked": blocked, "locked_out": stranger, "moderator": moderator(senior=True)}
    return {"acting_host": acting, "invited": invited} | outside


def fields(stage: Stage, row: Row) -> dict[str, Any]:
    target = {"user_id": str(stage.people[row.target].pk)} if row.target else {}
    locks = {"locked": not stage.scene.space.locked} if row.command == "lock.set" else {}
    return target | locks | FIELDS.get(row.command, {})


FIELDS: dict[str, dict[str, Any]] = {
    "audio.speak": {"sdp": "v=0\r\n"},
    "policy.set": {"policy": "invited"},
    "comment": {"text": "Hello"},
    "comment.remove": {"comment": "1"},
    "comments.set": {"allowed": False},
    "rename": {"title": "Renamed"},
    "accounts_only.set": {"accounts_only": True},
    "recording.show": {"visible": False},
    "recording.agree": {"version": "2026-11"},
    "invite.to_speak": {"to_speak": True},
    "react": {"emoji": Emoji.CLAP.value},
    "captions.consent": {"given": True},
    "captions.language": {"language": "de"},
    "captions.translate": {"on": True},
    "captions.source": {"browser": False},
    "captions.text": {"text": "Hello", "final": True, "spoken_ms": 0},
}
