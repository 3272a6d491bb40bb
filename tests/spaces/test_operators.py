"""What an operator types about Spaces and accounts, and what the law in Europe asks."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import FOREVER, User
from spaces import services
from spaces.models import Decision, LogEntry, Report, Space
from spaces.moderation import exports, purge
from spaces.moderation import services as moderation
from spaces.states import ReportState, SpaceState, Verdict
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline.models import Message
from timeline.services import create_post, send_message

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

COMMANDS = [
    "inspect_space",
    "export_space",
    "purge_expired",
    "suspend_user",
    "reinstate_user",
    "export_account",
    "delete_account",
]


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def answer(*arguments: Any) -> Any:
    return json.loads(run(*arguments))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call_command(command, "--help")
    assert (end.value.code, "usage:" in capsys.readouterr().out) == (0, True)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "purge_expired"])
def test_what_does_not_exist_is_exit_code_1(command: str) -> None:
    with pytest.raises(CommandError, match="not_found") as failure:
        run(command, "nobody")
    assert failure.value.returncode == 1


# --- Spaces ---


def test_inspecting(scene: Scene) -> None:
    moderation.report_space(public_id=scene.id, user=scene.listener, reason="spam")
    found = answer("inspect_space", scene.id)
    assert (found["state"], found["people"]["speaker"], found["open_reports"], found["held"]) == ("live", 1, 1, True)


def test_exporting_a_space(scene: Scene) -> None:
    services.mute_self(public_id=scene.id, user=scene.speaker)
    rows = [json.loads(line) for line in run("export_space", scene.id).splitlines()]
    kinds = [row["type"] for row in rows]
    assert (kinds[0], kinds.count("participant"), kinds.count("log")) == ("space", 6, 1)
    assert rows[-1]["actor"] == scene.speaker.username


# --- Purge ---


def over(days: int) -> Scene:
    scene = Scene(state=SpaceState.ENDED)
    Space.objects.filter(pk=scene.space.pk).update(ended_at=timezone.now() - timedelta(days=days))
    LogEntry.objects.create(space=scene.space, kind="ended")
    return scene


def test_what_is_over_for_a_year_goes(scene: Scene) -> None:
    young, old = over(364), over(366)
    assert answer("purge_expired", "--dry-run")["spaces"] == 1
    assert Space.objects.filter(pk=old.space.pk).exists()
    assert answer("purge_expired")["spaces"] == 1
    assert set(Space.objects.values_list("pk", flat=True)) == {scene.space.pk, young.space.pk}
    assert answer("purge_expired") == dict.fromkeys(answer("purge_expired"), 0)


def test_what_a_report_holds_stays() -> None:
    old = over(366)
    Report.objects.create(subject="space", space=old.space, person=old.host, reason="spam")
    assert (purge.purge_expired()["spaces"], Space.objects.count()) == (0, 1)


def test_a_decided_report_forgets_its_words_in_time(scene: Scene) -> None:
    report = moderation.report_space(public_id=scene.id, user=scene.listener, reason="spam", text="Because")
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.NO_ACTION)
    assert purge.purge_expired(now=timezone.now() + timedelta(days=366))["reports"] == 1
    report.refresh_from_db()
    assert (report.text, report.shown, report.reporter, report.state) == ("", {}, None, ReportState.DECIDED)


# --- Accounts ---


def test_suspending_and_reinstating(scene: Scene) -> None:
    told = answer("suspend_user", scene.speaker.username, "--from=speaking", "--hours=2", "--reason=Loud")
    assert (told["scope"], told["until"] is None) == ("speaking", False)
    assert scene.place(scene.speaker).role == "listener"
    assert answer("reinstate_user", scene.speaker.username)["reinstated"]
    assert not answer("reinstate_user", scene.speaker.username)["reinstated"]
    assert [d.verdict for d in Decision.objects.order_by("pk")] == ["suspend_speaking", "reinstate"]


def test_without_hours_it_has_no_end(scene: Scene) -> None:
    assert answer("suspend_user", scene.speaker.username)["until"] is None
    assert User.objects.get(pk=scene.speaker.pk).suspended_until == FOREVER


def busy(scene: Scene) -> User:
    """Make a user who has left something in every table."""
    user = scene.listener
    user.display_name = "Zebra Quagga"
    user.save()
    create_post(author=user, text="My own words")
    send_message(sender=user, to=scene.host, text="For you only")
    moderation.report_person(
        user=user, person_id=scene.speaker.pk, reason="spam", text="They said it", public_id=scene.id
    )
    moderation.report_person(user=scene.host, person_id=user.pk, reason="abuse", text="About them", public_id=scene.id)
    mine = Report.objects.get(person=user)
    moderation.decide_report(
        report_id=mine.pk, user=moderator(), verdict=Verdict.REDACT, reason="No", note="Secret note"
    )
    return user


def test_people_get_what_is_theirs_and_nothing_of_others(scene: Scene) -> None:
    user = busy(scene)
    found = run("export_account", user.username)
    for own in ("My own words", "For you only", "They said it", scene.id, user.email):
        assert own in found
    for others in ("About them", "Secret note"):
        assert others not in found
    assert set(exports.account_rows(user)) == set(json.loads(found))


def test_deleting_first_counts(scene: Scene) -> None:
    user = busy(scene)
    assert answer("delete_account", user.username)["deleted"] is False
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.asvs("14.2.4")
def test_nothing_of_a_deleted_person_is_left(scene: Scene) -> None:
    user = busy(scene)
    name, email = user.username, user.email
    assert answer("delete_account", name, "--yes")["deleted"]
    left = dump()
    for word in (name, email, "Zebra Quagga", "My own words", "For you only", "They said it"):
        assert word not in left
    assert not Message.objects.exists()
    assert Decision.objects.count() == 1


def dump() -> str:
    """Every value of every table."""
    from django.apps import apps

    return "\n".join(str(row) for model in apps.get_models() for row in model._base_manager.values_list())
