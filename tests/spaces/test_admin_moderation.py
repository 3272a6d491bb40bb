"""The moderators' pages."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from spaces import services
from spaces.doors.admin.forms import DecisionForm
from spaces.models import Appeal, Decision, FlaggedWord, LogEntry, Participant, Report, Space
from spaces.moderation import services as moderation
from spaces.states import LogKind, Verdict
from spaces_project.common.paginator import BoundedPaginator
from spaces_project.common.threads import in_thread
from tests.factories import UserFactory
from tests.signalling.fixtures import no_idle_connections, sockets
from tests.spaces.captions import Captions
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

__all__ = ["no_idle_connections", "sockets"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

QUEUE = "admin:spaces_report_changelist"
Made = tuple[Client, User]


def staff(*, senior: bool = False) -> Made:
    user = moderator(senior=senior)
    client = Client()
    client.force_login(user)
    return client, user


def case(report: Report) -> str:
    return reverse("admin:spaces_report_change", args=[report.pk])


@pytest.fixture
def report(scene: Scene) -> Report:
    return moderation.report_person(
        user=scene.listener, person_id=scene.speaker.pk, reason="abuse", text="Loud", public_id=scene.id
    )


def listed(client: Client, **filters: str) -> list[int]:
    page = client.get(reverse(QUEUE), filters)
    return [row.pk for row in page.context["cl"].result_list]


def test_the_queue_is_what_is_open_unless_asked_otherwise(scene: Scene, report: Report) -> None:
    client, user = staff()
    other = moderation.report_space(public_id=scene.id, user=scene.speaker, reason="spam")
    moderation.claim_report(report_id=report.pk, user=user)
    assert listed(client) == [other.pk, report.pk]
    assert (listed(client, queue="mine"), listed(client, queue="unclaimed")) == ([report.pk], [other.pk])
    moderation.decide_report(report_id=report.pk, user=user, verdict=Verdict.NO_ACTION)
    assert (listed(client), listed(client, queue="decided")) == ([other.pk], [report.pk])
    assert (listed(client, reason="spam"), listed(client, reason="hate")) == ([other.pk], [])
    assert (listed(client, age="hour"), listed(client, age="older")) == ([other.pk], [])
    assert listed(client, q=scene.id, queue="all") == [other.pk, report.pk]


@pytest.mark.security("B12")
def test_a_case_leads_to_the_reported_line_and_asks_before_it_suspends(scene: Scene, captions: Captions) -> None:
    """`staff-case.js` scrolls to the line and opens the dialog; both have to be there."""
    captions.say(scene.space.pk, scene.speaker, "before it", at=1_000)
    captions.say(scene.space.pk, scene.speaker, "what was said", at=5_000)
    made = moderation.report_caption(public_id=scene.id, user=scene.listener, caption_id=2, reason="hate")
    client, user = staff()
    moderation.claim_report(report_id=made.pk, user=user)
    page = client.get(case(made)).text
    reported = page.index('id="reported"')
    assert page.index("before it") < reported < page.index("what was said", reported)
    assert f'data-decide="@{scene.speaker.username}"' in page
    assert "<dialog" in page
    assert "staff-case" in page


def test_a_case_shows_the_report_and_what_was_around_it(scene: Scene, report: Report) -> None:
    services.mute_self(public_id=scene.id, user=scene.speaker)
    page = staff()[0].get(case(report)).text
    for word in ("Loud", f"@{scene.speaker.username}", "Muted", scene.space.title):
        assert word in page


@pytest.mark.fault("F2")
def test_what_people_type_is_text(scene: Scene) -> None:
    attack = "<script>alert(1)</script>"
    made = moderation.report_space(public_id=scene.id, user=scene.listener, reason="spam", text=attack)
    client = staff()[0]
    for url in (case(made), reverse(QUEUE), reverse("admin:spaces_live")):
        assert attack not in client.get(url).text


def test_claim_release_decide(scene: Scene, report: Report) -> None:
    client, user = staff()
    client.post(case(report), {"act": "claim"})
    assert Report.objects.get().claimed_by == user
    client.post(case(report), {"act": "release"})
    assert Report.objects.get().claimed_by is None
    page = client.post(
        case(report), {"act": "decide", "verdict": "remove", "reason": "Enough", "note": ""}, follow=True
    ).text
    assert ("Decided." in page, scene.place(scene.speaker).removed_at is not None) == (True, True)
    assert Decision.objects.get().reason == "Enough"


def test_what_the_services_refuse_is_said(scene: Scene, report: Report) -> None:
    first, second = staff(), staff()
    first[0].post(case(report), {"act": "claim"})
    page = second[0].post(case(report), {"act": "decide", "verdict": "warn"}, follow=True).text
    assert (f"@{first[1].username} is looking at this report." in page, Decision.objects.count()) == (True, 0)


@pytest.mark.parametrize("senior", [False, True])
def test_the_form_offers_what_this_moderator_may(report: Report, senior: bool) -> None:
    form = DecisionForm(user=moderator(senior=senior), report=report)
    assert ("suspend_entirely" in str(form["verdict"]), 'value="720"' in str(form["term"])) == (senior, senior)


@pytest.mark.parametrize("term", ["720", "ever", "-1", "1e9"])
def test_a_longer_term_than_one_may_is_no_choice(report: Report, term: str) -> None:
    client, _ = staff()
    client.post(case(report), {"act": "decide", "verdict": "suspend_hosting", "term": term})
    assert not Decision.objects.exists()


@pytest.mark.parametrize("url", ["report_changelist", "appeal_changelist", "flaggedword_changelist", "live"])
def test_the_staff_without_the_duty_is_refused(url: str) -> None:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True))
    assert client.get(reverse(f"admin:spaces_{url}")).status_code == 403


def test_nothing_is_decided_by_the_staff_without_the_duty(report: Report) -> None:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True))
    assert client.post(case(report), {"act": "decide", "verdict": "warn"}).status_code == 403
    assert not Decision.objects.exists()


@pytest.mark.fault("D16")
def test_a_decision_needs_the_token_of_our_own_form(report: Report) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator())
    assert client.post(case(report), {"act": "decide", "verdict": "warn"}).status_code == 403
    page = client.get(case(report))
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_an_appeal_is_heard(scene: Scene, report: Report) -> None:
    moderation.decide_report(report_id=report.pk, user=moderator(), verdict=Verdict.REMOVE)
    appeal = moderation.appeal(decision_id=Decision.objects.get().pk, user=scene.speaker, text="Not me")
    url = reverse("admin:spaces_appeal_change", args=[appeal.pk])
    junior, senior = staff()[0], staff(senior=True)[0]
    assert "decided by senior moderators" in junior.get(url).text
    junior.post(url, {"act": "grant", "reason": "", "note": ""})
    assert Appeal.objects.get().state == "open"
    senior.post(url, {"act": "grant", "reason": "Indeed", "note": ""})
    assert (Appeal.objects.get().state, scene.place(scene.speaker).removed_at) == ("reversed", None)


def test_the_word_list_is_the_senior_moderators(scene: Scene) -> None:
    Space.objects.filter(pk=scene.space.pk).update(title="Cheap PILLS")
    add, word = reverse("admin:spaces_flaggedword_add"), {"text": " Pills! "}
    assert staff()[0].post(add, word).status_code == 403
    staff(senior=True)[0].post(add, word)
    assert (FlaggedWord.objects.get().text, Report.objects.get().space) == ("pills", scene.space)
    again = staff(senior=True)[0].post(add, word)
    assert (again.status_code, FlaggedWord.objects.count()) == (200, 1)


def test_the_dashboard_counts(scene: Scene, report: Report) -> None:
    page = staff()[0].get(reverse("admin:spaces_live"))
    [row] = page.context["dashboard"].spaces
    assert (row.space, row.reports, row.flags) == (scene.space, 1, 0)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sockets")
async def test_the_log_as_json_lines() -> None:
    scene, user = await in_thread(Scene), await in_thread(moderator)
    await in_thread(services.mute_self, public_id=scene.id, user=scene.speaker)
    client = AsyncClient()
    await client.aforce_login(user)
    answer = await client.get(reverse("admin:spaces_space_log", args=[scene.space.pk]))
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join([chunk async for chunk in aiter(answer)]).decode()
    [line] = [json.loads(line) for line in text.splitlines()]
    assert (line["kind"], line["actor"]) == ("muted", scene.speaker.username)


# --- Size ---


def queries_of(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 200
    return len(queries)


def grow(scene: Scene, by: int) -> None:
    people = User.objects.bulk_create(UserFactory.build_batch(by))
    Participant.objects.bulk_create([Participant(space=scene.space, user=person) for person in people])
    LogEntry.objects.bulk_create(
        [LogEntry(space=scene.space, kind=LogKind.JOINED, actor=person) for person in people for _ in range(10)]
    )
    Report.objects.bulk_create(
        [Report(subject="person", space=scene.space, person=scene.speaker, reporter=p, reason="spam") for p in people]
    )


def test_every_page_costs_the_same_queries_however_much_there_is(scene: Scene, report: Report) -> None:
    client = staff(senior=True)[0]
    names = [f"admin:spaces_{name}_changelist" for name in ("report", "logentry", "participant", "decision", "appeal")]
    pages = [case(report), reverse("admin:spaces_live"), *map(reverse, names)]
    grow(scene, 30)
    few = [queries_of(lambda url=url: client.get(url)) for url in pages]  # type: ignore[misc]  # bound now
    grow(scene, 300)
    assert [queries_of(lambda url=url: client.get(url)) for url in pages] == few  # type: ignore[misc]  # the same


def test_nothing_is_counted_beyond_ten_thousand(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaces_project.common.paginator.MOST", 5)
    grow(scene, 2)
    assert BoundedPaginator(LogEntry.objects.order_by("-id"), 3).count == 5
