"""Who reads what of a Space's log."""

import pytest

from accounts.models import User
from spaces import services
from spaces.moderation import services as moderation
from spaces.selectors.log import space_log
from spaces.states import LogKind, Verdict
from tests.factories import UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


@pytest.fixture
def judge(scene: Scene) -> User:
    """Return a moderator who has just removed the speaker, after a report."""
    judge = moderator()
    report = moderation.report_person(
        user=scene.listener, person_id=scene.speaker.pk, reason="spam", public_id=scene.id
    )
    moderation.decide_report(report_id=report.pk, user=judge, verdict=Verdict.REMOVE)
    services.leave_space(public_id=scene.id, user=scene.listener)
    return judge


def test_moderators_read_all_of_it(scene: Scene, judge: User) -> None:
    found = [(entry.kind, entry.actor) for entry in space_log(public_id=scene.id, user=judge).items]
    assert found == [
        (LogKind.REPORTED, None),
        (LogKind.REMOVED, judge),
        (LogKind.DECIDED, judge),
        (LogKind.LEFT, scene.listener),
    ]


def test_a_host_reads_neither_of_reports_nor_who_decided(scene: Scene, judge: User) -> None:
    found = [(entry.kind, entry.actor) for entry in space_log(public_id=scene.id, user=scene.host).items]
    assert found == [(LogKind.REMOVED, None), (LogKind.LEFT, scene.listener)]


def test_the_staff_without_the_duty_reads_nothing(scene: Scene) -> None:
    clerk = UserFactory.create(is_staff=True)
    assert outcome(space_log, public_id=scene.id, user=clerk) == "not_in_space"
