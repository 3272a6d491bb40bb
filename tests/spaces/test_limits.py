"""What people may do only so often, and what they are told then."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from spaces import services
from spaces.moderation import services as moderation
from spaces.moderation.services import reports
from spaces.services import attendance, invitations, reactions, stage
from spaces.states import Emoji, Role
from spaces_project.common.errors import TooMany
from spaces_project.common.store import store
from tests.factories import UserFactory
from tests.spaces.scene import Scene, outcome
from timeline.services import create_post
from timeline.services.posts import POSTS_PER_WINDOW

pytestmark = [pytest.mark.redis, pytest.mark.django_db, pytest.mark.fault("C9")]

Verb = Callable[[Scene], Callable[[], object]]


def of(scene: Scene, verb: Callable[..., object], who: str, **fields: Any) -> Callable[[], object]:
    return partial(verb, public_id=scene.id, user=getattr(scene, who), **fields)


LIMITED: dict[str, tuple[int, str, Verb]] = {
    "join": (attendance.JOINS, "outsider", lambda s: of(s, services.join_space, "outsider", connection="c")),
    "request": (stage.REQUESTS, "listener", lambda s: of(s, services.request_to_speak, "listener")),
    "invite": (invitations.MOST, "speaker", lambda s: of(s, services.invite, "speaker", invitee=s.outsider)),
    "react": (reactions.MOST, "listener", lambda s: of(s, services.react, "listener", emoji=Emoji.CLAP)),
    "report": (reports.MOST, "listener", lambda s: of(s, moderation.report_space, "listener", reason="spam")),
    "post": (POSTS_PER_WINDOW, "listener", lambda s: partial(create_post, author=s.listener, text="Hello")),
}
"""How many in a window, whose, and one more of them. Sign-up and log-in: tests/accounts/test_sign_up.py."""


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("what", LIMITED)
@pytest.mark.asvs("2.3.2")
def test_one_more_is_refused_changes_nothing_and_is_told_when_to_try_again(scene: Scene, what: str) -> None:
    most, who, verb = LIMITED[what]
    store().set(f"limits:{what}:{getattr(scene, who).pk}", most, ex=30)
    before = scene.dump()
    with pytest.raises(TooMany) as refused:
        verb(scene)()
    assert 0 < refused.value.details["retry_after"] <= 30
    assert scene.dump() == before


@pytest.mark.parametrize("what", LIMITED)
def test_the_last_one_is_done(scene: Scene, what: str) -> None:
    most, who, verb = LIMITED[what]
    store().set(f"limits:{what}:{getattr(scene, who).pk}", most - 1, ex=30)
    verb(scene)()


def test_offers_of_a_place_are_invitations(scene: Scene) -> None:
    store().set(f"limits:invite:{scene.host.pk}", invitations.MOST, ex=30)
    offer = partial(services.appoint_cohost, public_id=scene.id, user=scene.host, target_id=scene.outsider.pk)
    assert outcome(offer) == "too_many"


def test_whoever_is_in_comes_back_as_often_as_their_connection_breaks(scene: Scene) -> None:
    store().set(f"limits:join:{scene.listener.pk}", attendance.JOINS, ex=30)
    assert outcome(services.join_space, public_id=scene.id, user=scene.listener, connection="new") == "ok"
    assert scene.place(scene.listener).role == Role.LISTENER


def test_a_page_says_when_to_try_again_in_words_and_in_a_header(scene: Scene, client: Client) -> None:
    client.force_login(scene.listener)
    store().set(f"limits:report:{scene.listener.pk}", reports.MOST, ex=30)
    answer = client.post("/i/report", {"space": scene.id, "reason": "spam"}, headers={"accept": "application/json"})
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 30) == (429, True)
    assert "Try again in" in answer.json()["error"]["message"]


def test_an_address_is_counted_whoever_comes_from_it(scene: Scene, client: Client, settings: Any) -> None:
    settings.LIMITS_PEOPLE_PER_ADDRESS = 1
    store().set("limits:report:from:192.0.2.1", reports.MOST, ex=30)
    client.force_login(UserFactory.create())
    report = partial(client.post, "/i/report", {"space": scene.id, "reason": "spam"})
    assert report(REMOTE_ADDR="192.0.2.1").status_code == 429
    assert report(REMOTE_ADDR="192.0.2.2").status_code != 429
