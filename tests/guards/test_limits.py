"""What costs, or is told to others, may be done only so often; and what is far too much at once waits its turn."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import block_user, follow_user, profiles, relations, set_avatar, unfollow_user, update_profile
from captions import documents, selectors
from captions.models import Utterance
from captions.services import begin_utterance, set_consent
from captions.states import UtteranceState
from spaces import services
from spaces.events.signals import space_scheduled
from spaces.models import Reminder, Space
from spaces.services import lifecycle, schedule
from spaces.states import SpaceState
from spaces_project.common.errors import TryAgain
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.security("C23"), pytest.mark.asvs("2.4.1"), pytest.mark.django_db, pytest.mark.redis]

Verb = Callable[..., object]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(username="ada", followers_count=600)


@pytest.fixture
def planned(ada: User) -> Space:
    when = timezone.now() + timedelta(days=1)
    return SpaceFactory.create(creator=ada, state=SpaceState.SCHEDULED, scheduled_start=when)


def too_many(limit: int, verb: Verb, **arguments: Any) -> bool:
    """Return whether the verb is allowed up to the limit, and not once more."""
    allowed = [outcome(verb, **arguments) for _ in range(limit)]
    return "too_many" not in allowed and outcome(verb, **arguments) == "too_many"


def test_following_and_unfollowing(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "MOST", 6)
    grace = UserFactory.create()
    for _ in range(3):
        follow_user(follower=ada, followee=grace)
        unfollow_user(follower=ada, followee=grace)
    assert outcome(follow_user, follower=ada, followee=grace) == "too_many"
    assert outcome(block_user, blocker=ada, blocked=grace) == "too_many"
    assert outcome(follow_user, follower=grace, followee=ada) == "ok"


def test_scheduling(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "CREATED", 3)
    when = timezone.now() + timedelta(days=1)
    assert too_many(3, services.schedule_space, user=ada, title="x", when=when)
    assert outcome(services.create_space, user=ada) == "too_many"


def test_changing_what_is_planned(planned: Space, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "CHANGES", 3)
    assert too_many(3, services.update_space, public_id=planned.public_id, user=ada, title="x")


def test_a_change_that_changes_nothing_is_told_to_nobody(planned: Space, ada: User, told: Callable[..., Any]) -> None:
    heard: list[int] = []

    def hear(space_id: int, **_: Any) -> None:
        heard.append(space_id)

    space_scheduled.connect(hear)
    same = {"public_id": planned.public_id, "user": ada, "title": planned.title, "when": planned.scheduled_start}
    assert told(services.update_space, **same) == []
    assert heard == []
    told(services.update_space, **(same | {"title": "Another"}))
    space_scheduled.disconnect(hear)
    assert heard == [planned.pk]


def test_reminders(planned: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "REMINDERS", 3)
    assert too_many(3, services.set_reminder, public_id=planned.public_id, user=UserFactory.create())


def test_profiles_and_pictures(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "CHANGES", 3)
    monkeypatch.setattr(profiles, "PICTURES", 2)
    assert too_many(3, update_profile, user=ada, display_name="x", bio="", protected=False)
    assert too_many(2, set_avatar, user=ada, image=io.BytesIO(b"nonsense"))


@pytest.mark.security("C26")
def test_somebody_blocked_waits_for_nothing(planned: Space, ada: User) -> None:
    grace = UserFactory.create()
    block_user(blocker=ada, blocked=grace)
    assert outcome(services.set_reminder, public_id=planned.public_id, user=grace) == "blocked"
    assert not Reminder.objects.exists()


# --- Files of captions ------------------------------------------------------------------------------------------------


@pytest.fixture
def line(scene: Scene) -> Utterance:
    cache.clear()
    set_consent(public_id=scene.id, user=scene.speaker, given=True)
    utterance = begin_utterance(space=scene.space, speaker_id=scene.speaker.pk, start_ms=1000)
    finished = {"state": UtteranceState.FINAL, "text": "hello", "end_ms": 2000, "finished_at": timezone.now()}
    Utterance.objects.filter(pk=utterance.pk).update(**finished)
    utterance.refresh_from_db()
    return utterance


def test_a_file_is_made_once_for_all(scene: Scene, line: Utterance, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def document(**given: Any) -> Any:
        made.append("once")
        return selectors.document(**given)

    monkeypatch.setattr(documents, "document", document)
    path = f"/i/spaces/{scene.id}/captions.vtt"
    assert {Client().get(path).text.count("hello") for _ in range(5)} == {1}
    assert made == ["once"]
    Utterance.objects.filter(pk=line.pk).update(text="good-bye", finished_at=timezone.now())
    assert "good-bye" in Client().get(path).text


@pytest.mark.usefixtures("line")
def test_nobody_asks_for_files_without_end(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 3)
    path = f"/i/spaces/{scene.id}/captions.txt"
    assert [Client().get(path).status_code for _ in range(4)] == [200, 200, 200, 429]
    other = {"public_id": scene.id, "user": scene.listener, "ending": "txt", "asker": ""}
    assert outcome(documents.captions_file, **other) == "ok"


@pytest.mark.usefixtures("line")
def test_one_is_made_at_a_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PATIENCE_SECONDS", 0.01)
    with documents._making, pytest.raises(TryAgain):
        documents.captions_file(public_id=scene.id, user=scene.host, ending="srt", asker="")
