"""What moderators decide, and what it does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.utils import timezone

from accounts.models import FOREVER, User
from spaces import services
from spaces.events import CLOSE_ENDED, CLOSE_REMOVED, CLOSE_SUSPENDED, Signal
from spaces.models import Appeal, AppendOnlyError, Decision, Report
from spaces.moderation import evidence, retention
from spaces.moderation import services as moderation
from spaces.rules import powers
from spaces.states import LogKind, ReportState, Role, SpaceState, Verdict
from tests.factories import UserFactory
from tests.spaces.captions import Captions
from tests.spaces.fixtures import Told
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


def about(scene: Scene, person: User, **fields: Any) -> Report:
    fields = {"subject": "person", "space": scene.space, "person": person, "reason": "abuse", "clock_ms": 0} | fields
    return Report.objects.create(**fields)


def decide(report: Report, verdict: Verdict, user: User, **fields: Any) -> str:
    return outcome(moderation.decide_report, report_id=report.pk, verdict=verdict, user=user, **fields)


def ahead(**time: float) -> datetime:
    return timezone.now() + timedelta(**time)


# --- Who may do what ---

DUTIES = """
verdict           until   person     staff      moderator  senior  former     barred
no_action         -       forbidden  forbidden  ok         ok      forbidden  suspended
warn              -       forbidden  forbidden  ok         ok      forbidden  suspended
remove            -       forbidden  forbidden  ok         ok      forbidden  suspended
end               -       forbidden  forbidden  ok         ok      forbidden  suspended
redact            -       forbidden  forbidden  ok         ok      forbidden  suspended
suspend_hosting   6       forbidden  forbidden  ok         ok      forbidden  suspended
suspend_hosting   8       forbidden  forbidden  forbidden  ok      forbidden  suspended
suspend_hosting   ever    forbidden  forbidden  forbidden  ok      forbidden  suspended
suspend_speaking  6       forbidden  forbidden  ok         ok      forbidden  suspended
suspend_speaking  8       forbidden  forbidden  forbidden  ok      forbidden  suspended
suspend_entirely  6       forbidden  forbidden  forbidden  ok      forbidden  suspended
suspend_entirely  ever    forbidden  forbidden  forbidden  ok      forbidden  suspended
reverse           -       bad_verdict  bad_verdict  bad_verdict  bad_verdict  bad_verdict  bad_verdict
"""
"""What PRODUCT.md and docs/moderation.md say, written out: verdict, days, and who asks."""

ROWS = [line.split() for line in DUTIES.strip().splitlines()]


def staff(name: str) -> User:
    user = moderator(senior=name in ("senior", "barred"))
    if name in ("person", "staff"):
        user.user_permissions.clear()
        user.is_staff = name == "staff"
    user.is_active = name != "former"
    user.suspended_until = FOREVER if name == "barred" else None
    user.save()
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("who", ROWS[0][2:])
@pytest.mark.parametrize("row", ROWS[1:], ids=lambda row: f"{row[0]}-{row[1]}")
def test_who_may_decide_what(scene: Scene, row: list[str], who: str) -> None:
    scene.speaker.display_name = "Not nice"
    scene.speaker.save()
    report, before = about(scene, scene.speaker), scene.dump()
    until = ahead(days=int(row[1])) if row[1].isdigit() else None
    verdict = decide(report, Verdict(row[0]), staff(who), until=until)
    assert verdict == dict(zip(ROWS[0], row, strict=True))[who]
    assert (Decision.objects.exists(), Report.objects.get().state == ReportState.DECIDED) == (verdict == "ok",) * 2
    if verdict != "ok":
        assert scene.dump() == before


@pytest.mark.parametrize("who", ["person", "staff", "moderator", "former", "barred"])
def test_appeals_are_for_senior_moderators(scene: Scene, who: str) -> None:
    appeal = appealed(scene, Verdict.WARN)
    verdict = outcome(moderation.decide_appeal, appeal_id=appeal.pk, user=staff(who), granted=True)
    assert verdict == ("suspended" if who == "barred" else "forbidden")


def test_the_migration_makes_both_groups() -> None:
    from importlib import import_module

    from django.apps import apps

    import_module("spaces.migrations.0008_moderators").make_groups(apps, SimpleNamespace(connection=connection))
    own = {"moderate", "moderate_senior"}
    held = {
        group.name: own & set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
    }
    assert held == {"moderator": {"moderate"}, "senior moderator": own}
    assert Permission.objects.filter(codename="moderate").count() == 1


# --- What a decision does, live ---


def test_removing_closes_sockets_and_audio_at_once(told: Told, scene: Scene) -> None:
    report, judge = about(scene, scene.speaker), moderator()
    news = told(moderation.decide_report, report_id=report.pk, verdict=Verdict.REMOVE, user=judge)
    assert [(e.to, e.code) for e in news if e.signal == Signal.CLOSE] == [((scene.speaker.pk,), CLOSE_REMOVED.code)]
    assert_lawful(scene.space)


def test_whoever_has_left_is_removed_too(scene: Scene) -> None:
    services.leave_space(public_id=scene.id, user=scene.listener)
    assert decide(about(scene, scene.listener), Verdict.REMOVE, moderator()) == "ok"
    assert outcome(services.join_space, public_id=scene.id, user=scene.listener, connection="c") == "removed"


def test_ending(told: Told, scene: Scene) -> None:
    report, judge = about(scene, scene.host), moderator()
    news = told(moderation.decide_report, report_id=report.pk, verdict=Verdict.END, user=judge)
    assert CLOSE_ENDED.code in [envelope.code for envelope in news]
    scene.space.refresh_from_db()
    assert (scene.space.state, scene.space.end_reason) == ("ended", "operator")


def test_what_cannot_be_done_changes_nothing(scene: Scene) -> None:
    services.end_space(public_id=scene.id, user=scene.host)
    report = about(scene, scene.host)
    assert decide(report, Verdict.END, moderator()) == "ended"
    report.refresh_from_db()
    assert (report.state, Decision.objects.count()) == (ReportState.OPEN, 0)


@pytest.mark.parametrize(
    ("verdict", "who", "stays"),
    [
        (Verdict.SUSPEND_HOSTING, "speaker", Role.SPEAKER),
        (Verdict.SUSPEND_HOSTING, "cohost", Role.LISTENER),
        (Verdict.SUSPEND_SPEAKING, "speaker", Role.LISTENER),
        (Verdict.SUSPEND_SPEAKING, "cohost", Role.LISTENER),
        (Verdict.SUSPEND_SPEAKING, "listener", Role.LISTENER),
        (Verdict.SUSPEND_ENTIRELY, "speaker", None),
        (Verdict.SUSPEND_ENTIRELY, "listener", None),
    ],
)
def test_a_suspension_takes_what_it_names_at_once(scene: Scene, verdict: Verdict, who: str, stays: Role | None) -> None:
    person = getattr(scene, who)
    assert decide(about(scene, person), verdict, moderator(senior=True)) == "ok"
    place = scene.place(person)
    assert (place.role if place.is_active else None) == stays
    assert_lawful(scene.space)


@pytest.mark.parametrize("verdict", sorted(powers.SUSPENSIONS))
def test_a_suspended_hosts_space_ends(scene: Scene, verdict: Verdict) -> None:
    decide(about(scene, scene.host), verdict, moderator(senior=True))
    scene.space.refresh_from_db()
    assert scene.space.state == SpaceState.ENDED
    assert outcome(services.create_space, user=User.objects.get(pk=scene.host.pk)) == "suspended"


def test_a_suspended_persons_sockets_close(told: Told, scene: Scene) -> None:
    report, judge = about(scene, scene.speaker), moderator(senior=True)
    news = told(moderation.decide_report, report_id=report.pk, verdict=Verdict.SUSPEND_ENTIRELY, user=judge)
    assert [e.code for e in news if e.signal == Signal.CLOSE] == [CLOSE_SUSPENDED.code]


def test_whoever_may_not_speak_gets_no_microphone_in_any_way(scene: Scene) -> None:
    scene.ask(scene.listener)
    decide(about(scene, scene.listener), Verdict.SUSPEND_SPEAKING, moderator(), until=ahead(days=1))
    here = {"public_id": scene.id, "user": scene.listener}
    assert not scene.is_waiting(scene.listener)
    assert outcome(services.request_to_speak, **here) == "suspended"
    scene.ask(scene.listener)
    hosts = {"public_id": scene.id, "user": scene.host}
    assert outcome(services.approve_request, **hosts, target_id=scene.listener.pk) == "suspended_person"
    invited = User.objects.get(pk=scene.listener.pk)
    assert outcome(services.invite, **hosts, invitee=invited, to_speak=True) == "suspended_person"


@pytest.mark.parametrize("verdict", [Verdict.SUSPEND_HOSTING, Verdict.SUSPEND_SPEAKING])
def test_whoever_may_not_host_is_no_cohost_in_any_way(scene: Scene, verdict: Verdict) -> None:
    hosts: dict[str, Any] = {"public_id": scene.id, "user": scene.host}
    services.appoint_cohost(**hosts, target_id=scene.listener.pk)
    decide(about(scene, scene.listener), verdict, moderator(), until=ahead(days=1))
    assert outcome(services.accept_cohost, public_id=scene.id, user=scene.listener) == "suspended"
    assert outcome(services.appoint_cohost, **hosts, target_id=scene.listener.pk) == "suspended_person"


@pytest.mark.parametrize("verdict", sorted(powers.SUSPENSIONS))
def test_an_acting_host_who_is_suspended_runs_nothing(scene: Scene, verdict: Verdict) -> None:
    acting = scene.put_in_charge()
    decide(about(scene, acting), verdict, moderator(senior=True))
    scene.space.refresh_from_db()
    assert scene.space.acting_host is None


def test_a_title_is_taken_down_and_everybody_sees_it(told: Told, scene: Scene) -> None:
    report, judge = about(scene, scene.host, subject="space"), moderator()
    news = told(moderation.decide_report, report_id=report.pk, verdict=Verdict.REDACT, user=judge)
    assert news.only("space.changed")["space"]["title"] == f"{scene.host.name}\u2019s Space"
    assert Decision.objects.get().before == {"title": scene.space.title}


@pytest.fixture
def captions() -> Iterator[Captions]:
    kept = Captions()
    evidence.register(kept)
    yield kept
    evidence.forget(kept)


def test_a_caption_is_taken_down(scene: Scene, captions: Captions) -> None:
    captions.say(scene.space.pk, scene.speaker, "bad words", at=0)
    report = about(scene, scene.speaker, subject="caption", caption_id=1)
    assert decide(report, Verdict.REDACT, moderator()) == "ok"
    line = captions.line(space_id=scene.space.pk, line_id=1)
    assert line is not None
    assert (line.text, Decision.objects.get().before) == ("", {"caption": "bad words"})


# --- The queue ---


def test_of_two_moderators_one_decides(scene: Scene) -> None:
    report = about(scene, scene.speaker)
    codes = [decide(report, Verdict.WARN, moderator()) for _ in range(2)]
    assert (codes, Decision.objects.count()) == (["ok", "decided"], 1)


def test_a_claimed_report_is_its_moderators_for_an_hour(scene: Scene) -> None:
    report, mine, other = about(scene, scene.speaker), moderator(), moderator()
    moderation.claim_report(report_id=report.pk, user=mine)
    moderation.claim_report(report_id=report.pk, user=mine)
    assert outcome(moderation.claim_report, report_id=report.pk, user=other) == "claimed"
    assert decide(report, Verdict.WARN, other) == "claimed"
    Report.objects.update(claimed_at=timezone.now() - timedelta(hours=2))
    assert outcome(moderation.claim_report, report_id=report.pk, user=other) == "ok"


def test_a_released_report_is_everybodys(scene: Scene) -> None:
    report, mine = about(scene, scene.speaker), moderator()
    moderation.claim_report(report_id=report.pk, user=mine)
    moderation.release_report(report_id=report.pk, user=moderator())
    assert outcome(moderation.claim_report, report_id=report.pk, user=moderator()) == "claimed"
    moderation.release_report(report_id=report.pk, user=mine)
    assert outcome(moderation.claim_report, report_id=report.pk, user=moderator()) == "ok"


@pytest.mark.parametrize("part", ["person", "reporter"])
def test_nobody_decides_their_own_case(scene: Scene, part: str) -> None:
    judge = moderator()
    report = about(scene, scene.speaker)
    setattr(report, part, judge)
    report.save()
    assert decide(report, Verdict.NO_ACTION, judge) == "own_case"
    assert outcome(moderation.claim_report, report_id=report.pk, user=judge) == "own_case"


# --- The record ---


def test_the_record_says_who_why_and_what_it_changed(scene: Scene) -> None:
    judge = moderator()
    decide(about(scene, scene.speaker), Verdict.REMOVE, judge, reason="Told twice", note="see 12")
    record = Decision.objects.get()
    assert (record.actor, record.target, record.reason, record.note) == (judge, scene.speaker, "Told twice", "see 12")
    assert record.before["participant"]["role"] == "speaker"
    assert record.after == {"participant": {"removed": True}}
    assert scene.log() == [LogKind.REMOVED, LogKind.DECIDED]


def test_the_record_is_never_changed(scene: Scene) -> None:
    decide(about(scene, scene.speaker), Verdict.WARN, moderator())
    record = Decision.objects.get()
    for change in (record.save, record.delete, Decision.objects.all().delete, lambda: Decision.objects.update(note="")):
        with pytest.raises(AppendOnlyError):
            change()


# --- Appeals ---


def appealed(scene: Scene, verdict: Verdict, judge: User | None = None, **fields: Any) -> Appeal:
    decide(about(scene, scene.speaker, **fields), verdict, judge or moderator(senior=True))
    decision = Decision.objects.latest("pk")
    return moderation.appeal(decision_id=decision.pk, user=scene.speaker, text="That was not me.")


def test_an_appeal_is_heard_by_somebody_else(scene: Scene) -> None:
    judge = moderator(senior=True)
    appeal = appealed(scene, Verdict.WARN, judge)
    assert outcome(moderation.decide_appeal, appeal_id=appeal.pk, user=judge, granted=False) == "own_case"
    moderation.decide_appeal(appeal_id=appeal.pk, user=moderator(senior=True), granted=False, reason="It was.")
    answer = Decision.objects.latest("pk")
    assert (answer.verdict, answer.reverses_id, answer.target) == (Verdict.UPHOLD, appeal.decision_id, scene.speaker)


def test_a_decision_is_appealed_once_and_an_appeal_decided_once(scene: Scene) -> None:
    appeal, second = appealed(scene, Verdict.WARN), moderator(senior=True)
    again = {"decision_id": appeal.decision_id, "user": scene.speaker, "text": "Please"}
    assert outcome(moderation.appeal, **again) == "already_appealed"
    codes = [outcome(moderation.decide_appeal, appeal_id=appeal.pk, user=second, granted=True) for _ in range(2)]
    assert codes == ["ok", "decided"]


def test_a_removal_that_was_wrong_is_taken_back(scene: Scene) -> None:
    appeal = appealed(scene, Verdict.REMOVE)
    moderation.decide_appeal(appeal_id=appeal.pk, user=moderator(senior=True), granted=True)
    assert outcome(services.join_space, public_id=scene.id, user=scene.speaker, connection="c") == "ok"


def test_a_suspension_that_was_wrong_is_lifted(scene: Scene) -> None:
    appeal = appealed(scene, Verdict.SUSPEND_ENTIRELY)
    assert outcome(services.join_space, public_id=scene.id, user=scene.speaker, connection="c") == "suspended"
    moderation.decide_appeal(appeal_id=appeal.pk, user=moderator(senior=True), granted=True)
    assert outcome(services.join_space, public_id=scene.id, user=scene.speaker, connection="c") == "ok"


def test_a_name_that_was_fine_is_put_back(scene: Scene) -> None:
    scene.speaker.display_name = "Scunthorpe"
    scene.speaker.save()
    appeal = appealed(scene, Verdict.REDACT)
    assert User.objects.get(pk=scene.speaker.pk).name == scene.speaker.username
    moderation.decide_appeal(appeal_id=appeal.pk, user=moderator(senior=True), granted=True)
    assert User.objects.get(pk=scene.speaker.pk).name == "Scunthorpe"


def test_others_have_nothing_to_appeal_against(scene: Scene) -> None:
    decide(about(scene, scene.speaker), Verdict.WARN, moderator())
    stranger = {"decision_id": Decision.objects.get().pk, "user": scene.listener, "text": "Me too"}
    assert outcome(moderation.appeal, **stranger) == "not_found"


@pytest.mark.parametrize(("text", "code"), [("", "bad_text"), (" \u200b ", "bad_text"), ("x" * 1001, "bad_text")])
def test_an_appeal_says_why(scene: Scene, text: str, code: str) -> None:
    decide(about(scene, scene.speaker), Verdict.WARN, moderator())
    mine = {"decision_id": Decision.objects.get().pk, "user": scene.speaker, "text": text}
    assert outcome(moderation.appeal, **mine) == code


def test_after_a_month_it_is_too_late(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(about(scene, scene.speaker), Verdict.WARN, moderator())
    mine = {"decision_id": Decision.objects.get().pk, "user": scene.speaker, "text": "Late"}
    later = ahead(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert outcome(moderation.appeal, **mine) == "no_appeal"


# --- Held ---


def test_evidence_is_held_while_it_may_be_needed(scene: Scene) -> None:
    other = Scene()
    report = about(scene, scene.speaker)
    assert retention.held([scene.space.pk, other.space.pk]) == {scene.space.pk}
    assert not evidence.held_by_reports([scene.space.pk], now=ahead(days=91))
    decide(report, Verdict.NO_ACTION, moderator())
    assert evidence.held_by_reports([scene.space.pk])
    assert not evidence.held_by_reports([scene.space.pk], now=ahead(days=31))


def test_an_open_appeal_holds(scene: Scene) -> None:
    appealed(scene, Verdict.WARN)
    assert evidence.held_by_reports([scene.space.pk], now=ahead(days=60))


def test_a_person_is_never_told_who_decided(scene: Scene) -> None:
    judge = UserFactory.create(username="judge_judy", is_staff=True, is_superuser=True)
    decide(about(scene, scene.speaker), Verdict.WARN, judge, reason="Be kind")
    decision = moderation.get_decision(decision_id=Decision.objects.get().pk, user=scene.speaker)
    assert decision.reason == "Be kind"
