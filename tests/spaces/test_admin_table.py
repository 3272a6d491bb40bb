"""Who may do what in the admin, door by door; and what the staff's own buttons do to people of every standing.

What a moderator may decide is a table of its own, in test_decisions.py; sockets and the API have theirs, too.
"""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import FOREVER, User
from accounts.services import block_user
from spaces import services
from spaces.models import Appeal, Decision, FlaggedWord, Report, Space
from spaces.moderation import services as moderation
from spaces.states import Verdict
from tests.factories import ParticipantFactory, UserFactory
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.django_db, pytest.mark.fault("D10")]

DOORS = """
door                host   staff  reader  moderator  senior  barred  operator
queue               login  no     no      ok         ok      login   ok
case                login  no     no      ok         ok      login   ok
evidence_sound      login  no     no      ok         ok      login   ok
dashboard           login  no     no      ok         ok      login   ok
listen_in           login  no     no      ok         ok      login   ok
appeals             login  no     no      ok         ok      login   ok
words               login  no     no      ok         ok      login   ok
hear_appeal         login  no     no      no         ok      login   ok
add_word            login  no     no      no         ok      login   ok
decisions           login  no     ok      ok         ok      login   ok
log                 login  no     ok      ok         ok      login   ok
log_as_lines        login  no     ok      ok         ok      login   ok
claim               login  no     no      ok         ok      login   ok
decide              login  no     no      ok         ok      login   ok
end_space           login  no     no      ok         ok      login   ok
remove_participant  login  no     no      ok         ok      login   ok
mute_participant    login  no     no      ok         ok      login   ok
"""
TARGETS = """
action              host  acting_host  cohost  speaker  listener  invited  removed  suspended  blocked  gone
remove_participant  no    ok           ok      ok       ok        ok       no       ok         ok       ok
mute_participant    ok    ok           ok      ok       no        no       no       no         no       no
"""
"""The door of an operator. People who have left are removed, too: otherwise they could come back."""


Answer = Callable[[Client, Scene, Report], Any]


def table(text: str) -> list[tuple[str, dict[str, str]]]:
    (_, *names), *lines = [line.split() for line in text.strip().splitlines()]
    return [(line[0], dict(zip(names, line[1:], strict=True))) for line in lines]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def report(scene: Scene) -> Report:
    """An open one; another was decided, and the appeal waits."""
    other = moderation.report_person(user=scene.speaker, person_id=scene.listener.pk, reason="spam", public_id=scene.id)
    judge = UserFactory.create(is_staff=True, is_superuser=True)
    decision = moderation.decide_report(report_id=other.pk, user=judge, verdict=Verdict.WARN)
    moderation.appeal(decision_id=decision.pk, user=scene.listener, text="Why?")
    return moderation.report_person(user=scene.listener, person_id=scene.speaker.pk, reason="abuse", public_id=scene.id)


@pytest.fixture
def staff(scene: Scene) -> dict[str, User]:
    import_module("spaces.migrations.0008_moderators").make_groups(apps, SimpleNamespace(connection=connection))
    reader, barred = UserFactory.create(is_staff=True), member("senior moderator")
    reader.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    User.objects.filter(pk=barred.pk).update(suspended_until=FOREVER)
    return {
        "host": scene.host,
        "staff": UserFactory.create(is_staff=True),
        "reader": reader,
        "moderator": member("moderator"),
        "senior": member("senior moderator"),
        "barred": barred,
        "operator": UserFactory.create(is_staff=True, is_superuser=True),
    }


def member(group: str) -> User:
    user = UserFactory.create(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def page(name: str, *, of: str = "") -> Answer:
    return lambda client, scene, report: client.get(reverse(f"admin:{name}", args=_arguments(of, scene, report)))


def _arguments(of: str, scene: Scene, report: Report) -> list[Any]:
    known: dict[str, Any] = {"report": report.pk, "space": scene.space.pk, "public_id": scene.id}
    return [known[of]] if of else []


def decide(act: str) -> Answer:
    fields = {"act": act, "verdict": Verdict.WARN.value, "reason": "", "note": ""}
    return lambda client, scene, report: client.post(_case(report), fields)


def _case(report: Report) -> str:
    return reverse("admin:spaces_report_change", args=[report.pk])


def hear_appeal(client: Client, scene: Scene, report: Report) -> Any:
    fields = {"act": "grant", "reason": "", "note": ""}
    return client.post(reverse("admin:spaces_appeal_change", args=[Appeal.objects.get().pk]), fields)


def evidence_sound(client: Client, scene: Scene, report: Report) -> Any:
    """There is none of this report: those who may hear it are told so."""
    response = client.get(reverse("admin:spaces_report_sound", args=[report.pk]))
    return HttpResponse() if response.status_code == 404 else response


def add_word(client: Client, scene: Scene, report: Report) -> Any:
    return client.post(reverse("admin:spaces_flaggedword_add"), {"text": "pills"})


def button(name: str) -> Answer:
    """One of the staff's own, on a list."""
    return lambda client, scene, report: press(client, name, scene, scene.speaker)


def press(client: Client, name: str, scene: Scene, target: User) -> Any:
    row = scene.space if name == "end_space" else scene.place(target)
    kind = "space" if isinstance(row, Space) else "participant"
    chosen = {"action": name, "_selected_action": [row.pk]}
    return client.post(reverse(f"admin:spaces_{kind}_changelist"), chosen)


ANSWERS: dict[str, Answer] = {
    "queue": page("spaces_report_changelist"),
    "case": page("spaces_report_change", of="report"),
    "evidence_sound": evidence_sound,
    "dashboard": page("spaces_live"),
    "listen_in": page("spaces_listen_in", of="public_id"),
    "appeals": page("spaces_appeal_changelist"),
    "words": page("spaces_flaggedword_changelist"),
    "decisions": page("spaces_decision_changelist"),
    "log": page("spaces_logentry_changelist"),
    "log_as_lines": page("spaces_space_log", of="space"),
    "claim": decide("claim"),
    "decide": decide("decide"),
    "hear_appeal": hear_appeal,
    "add_word": add_word,
} | {name: button(name) for name in ("end_space", "remove_participant", "mute_participant")}
CHANGING = ("claim", "decide", "hear_appeal", "add_word", "end_space", "remove_participant", "mute_participant")


def everything(scene: Scene) -> Any:
    rows = [list(model.objects.order_by("pk").values()) for model in (Report, Decision, Appeal, FlaggedWord)]
    return scene.dump(), rows


@pytest.mark.parametrize(("door", "expected"), table(DOORS))
def test_who_may_do_what(
    scene: Scene, report: Report, staff: dict[str, User], door: str, expected: dict[str, str]
) -> None:
    assert {name: verdict(door, staff[name], scene, report) for name in expected} == expected


def verdict(door: str, user: User, scene: Scene, report: Report) -> str:
    """Check a row: `login` if the admin refuses the user, `no` if nothing has changed and nothing that changes is
    left."""
    client, before = Client(), everything(scene)
    client.force_login(User.objects.get(pk=user.pk))
    with transaction.atomic():
        answer = ANSWERS[door](client, scene, report)
        changed = everything(scene) != before
        transaction.set_rollback(True)
    if answer.status_code == 302 and "/login/" in answer.headers["Location"]:
        assert not changed
        return "login"
    if door in CHANGING:
        return "ok" if changed else "no"
    assert not changed
    return "ok" if answer.status_code == 200 else "no"


@pytest.mark.parametrize(("action", "expected"), table(TARGETS))
def test_to_whom_the_staff_may_do_it(
    scene: Scene, staff: dict[str, User], action: str, expected: dict[str, str]
) -> None:
    cast = {standing.value: user for standing, user in scene.people.items()} | crowd(scene)
    client = Client()
    client.force_login(staff["operator"])
    assert {name: pressed(client, action, scene, cast[name]) for name in expected} == expected


def pressed(client: Client, action: str, scene: Scene, target: User) -> str:
    before = scene.dump()
    with transaction.atomic():
        press(client, action, scene, target)
        changed = scene.dump() != before
        transaction.set_rollback(True)
    return "ok" if changed else "no"


def crowd(scene: Scene) -> dict[str, User]:
    invited, blocked, gone = (ParticipantFactory.create(space=scene.space).user for _ in range(3))
    scene.space.invitations.create(inviter=scene.host, invitee=invited, to_speak=True, to_cohost=True)
    block_user(blocker=scene.host, blocked=blocked)
    services.leave_space(public_id=scene.id, user=gone)
    return {"acting_host": scene.put_in_charge(), "invited": invited, "blocked": blocked, "gone": gone}
