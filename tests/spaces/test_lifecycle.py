"""Create, start, cancel, end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from spaces import services
from spaces.events import CLOSE_ENDED, Signal
from spaces.models import Space
from spaces.models.tokens import PUBLIC_ID_LENGTH
from spaces.rules import Standing
from spaces.states import EndReason, LogKind, RequestState, Role, SpaceState
from spaces_project.common.errors import BadInput, Conflict, NotFound, Refused
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene, assert_lawful, outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return UserFactory.create(display_name="Ada", followers_count=600)


# --- Creating ---


def test_a_created_space_is_live_with_its_host_muted(ada: User) -> None:
    space = services.create_space(user=ada, title="Open hour")
    host = space.participants.get()
    assert (space.state, space.title, host.user, host.role, host.muted) == ("live", "Open hour", ada, Role.HOST, True)
    assert_lawful(space)


@pytest.mark.asvs("11.5.1")
def test_a_public_id_is_thirteen_characters_beginning_with_one(ada: User) -> None:
    public_id = services.create_space(user=ada).public_id
    assert (len(public_id), public_id[0]) == (PUBLIC_ID_LENGTH, "1")


def test_creating_is_logged(ada: User) -> None:
    space = services.create_space(user=ada)
    entries = list(space.log.order_by("id").values_list("kind", "actor"))
    assert entries == [(LogKind.CREATED, ada.pk), (LogKind.STARTED, ada.pk)]


def test_going_live_shows_the_bubble(told: Told, ada: User) -> None:
    news = told(services.create_space, user=ada)
    assert news.types() == ["space.changed", "stage.changed"]
    assert Signal.BUBBLE in news.signals()


def test_a_space_without_a_name_is_named_after_its_host(ada: User) -> None:
    assert services.create_space(user=ada).display_title == "Ada\u2019s Space"


def test_a_scheduled_space_waits(ada: User) -> None:
    space = services.create_space(user=ada, start=False, scheduled_start=timezone.now() + timedelta(days=1))
    assert (space.state, space.started_at) == (SpaceState.SCHEDULED, None)


def test_the_gate_says_how_many_followers_are_missing() -> None:
    with pytest.raises(Refused) as refusal:
        services.create_space(user=UserFactory.create(followers_count=412))
    assert refusal.value.code == "too_few_followers"
    assert "188 followers to go" in refusal.value.message
    assert refusal.value.details == {"needed": 600, "followers": 412, "missing": 188}


def test_the_gate_counts_one_follower_in_the_singular() -> None:
    with pytest.raises(Refused, match="1 follower to go"):
        services.create_space(user=UserFactory.create(followers_count=599))


def test_a_gate_of_nothing_is_open(settings: Settings) -> None:
    settings.SPACES_HOST_MIN_FOLLOWERS = 0
    assert services.create_space(user=UserFactory.create()).is_live


def test_a_protected_account_cannot_host() -> None:
    with pytest.raises(Refused) as refusal:
        services.create_space(user=UserFactory.create(followers_count=600, protected=True))
    assert (refusal.value.code, Space.objects.count()) == ("protected_account", 0)


@pytest.mark.asvs("2.3.3")
def test_a_second_live_space_is_refused_and_leaves_nothing(ada: User) -> None:
    first = services.create_space(user=ada)
    with pytest.raises(Conflict) as refusal:
        services.create_space(user=ada)
    assert (refusal.value.code, refusal.value.details) == ("already_hosting", {"id": first.public_id})
    assert Space.objects.count() == 1


def test_the_database_holds_one_live_space_per_host_too(ada: User) -> None:
    SpaceFactory.create(creator=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpaceFactory.create(creator=ada)


def test_after_the_end_the_host_may_begin_again(ada: User) -> None:
    services.end_space(public_id=services.create_space(user=ada).public_id, user=ada)
    assert services.create_space(user=ada).is_live


@pytest.mark.fault("F1")
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("' OR 1=1; --", "' OR 1=1; --"),
        ("\u202eevil\u202c", "evil"),
        ("a\u200b\u2060\ufeffb", "ab"),
        ("  two \t\n words ", "two words"),
        ("cafe\u0301", "caf\u00e9"),
        ("z" + "\u0335" * 50, "z" + "\u0335" * 3),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("\u200d\u200b\u202e", ""),
        ("x" * 70, "x" * 70),
    ],
)
def test_a_name_is_cleaned_once_and_stored_as_text(ada: User, typed: str, stored: str) -> None:
    assert services.create_space(user=ada, title=typed).title == stored


@pytest.mark.fault("F1")
@pytest.mark.parametrize("typed", ["x" * 71, "\U0001f600" * 10_000, "e\u0301" * 71])
def test_a_name_that_is_too_long_is_refused(ada: User, typed: str) -> None:
    with pytest.raises(BadInput) as refusal:
        services.create_space(user=ada, title=typed)
    assert (refusal.value.code, refusal.value.details) == ("bad_title", {"limit": 70})
    assert not Space.objects.exists()


# --- Starting ---


@pytest.fixture
def scheduled(db: None) -> Scene:
    return Scene(state=SpaceState.SCHEDULED)


def test_starting(told: Told, scheduled: Scene) -> None:
    news = told(services.start_space, public_id=scheduled.id, user=scheduled.host)
    assert news.only("space.changed")["space"]["state"] == "live"
    assert scheduled.log() == [LogKind.STARTED]


@pytest.mark.asvs("2.3.1")
def test_starting_twice(scheduled: Scene) -> None:
    services.start_space(public_id=scheduled.id, user=scheduled.host)
    before = scheduled.dump()
    assert outcome(services.start_space, public_id=scheduled.id, user=scheduled.host) == "already_live"
    assert scheduled.dump() == before


def test_the_gate_is_asked_again_with_the_followers_of_now(scheduled: Scene) -> None:
    User.objects.filter(pk=scheduled.host.pk).update(followers_count=3)
    assert outcome(services.start_space, public_id=scheduled.id, user=scheduled.host) == "too_few_followers"


def test_a_scheduled_space_cannot_start_beside_a_live_one(scheduled: Scene) -> None:
    SpaceFactory.create(creator=scheduled.host)
    assert outcome(services.start_space, public_id=scheduled.id, user=scheduled.host) == "already_hosting"


def test_an_unknown_space_is_not_found(ada: User) -> None:
    with pytest.raises(NotFound):
        services.start_space(public_id="1nothing", user=ada)


# --- Canceling: no command of the socket, so the whole table is here ---

CANCEL = """
            host          cohost        speaker       listener      outsider      removed
scheduled   ok            forbidden     forbidden     forbidden     not_in_space  removed
live        already_live  already_live  already_live  already_live  already_live  removed
ended       ended         ended         ended         ended         ended         removed
canceled    canceled      canceled      canceled      canceled      canceled      removed
"""


def cancel_cases() -> list[tuple[str, str, str]]:
    head, *rows = [line.split() for line in CANCEL.strip().splitlines()]
    return [(state, standing, code) for state, *codes in rows for standing, code in zip(head, codes, strict=True)]


@pytest.mark.parametrize(("state", "standing", "code"), cancel_cases())
def test_who_may_cancel(state: str, standing: str, code: str) -> None:
    scene = Scene(state=SpaceState(state))
    before = scene.dump()
    actor = scene.people[Standing(standing)]
    assert outcome(services.cancel_space, public_id=scene.id, user=actor) == code
    assert (scene.dump() == before) == (code != "ok")


def test_canceling_is_told_and_logged(told: Told, scheduled: Scene) -> None:
    news = told(services.cancel_space, public_id=scheduled.id, user=scheduled.host)
    assert news.only("space.changed")["space"]["end_message"] == "The host canceled the Space."
    assert scheduled.log() == [LogKind.CANCELED]


# --- Ending ---


def test_ending_empties_the_space(scene: Scene) -> None:
    scene.ask(scene.listener)
    services.end_space(public_id=scene.id, user=scene.host)
    assert not scene.space.participants.active().exists()
    assert scene.space.requests.get().state == RequestState.CANCELED
    assert_lawful(scene.space)


def test_everyone_is_told_of_the_end_and_put_out(told: Told, scene: Scene) -> None:
    scene.space.participants.filter(user=scene.speaker).update(spoke=True)
    news = told(services.end_space, public_id=scene.id, user=scene.host)
    ended = news.only("space.ended")
    assert [person["id"] for person in ended["spoke"]] == [str(scene.speaker.pk)]
    assert [(e.to, e.code) for e in news if e.signal == Signal.CLOSE] == [(None, CLOSE_ENDED.code)]
    assert Signal.BUBBLE in news.signals()


def test_the_end_and_its_reason_are_kept(scene: Scene) -> None:
    services.end_space(public_id=scene.id, user=None, reason=EndReason.TOO_LONG)
    entry = scene.space.log.get()
    assert (entry.kind, entry.actor, entry.reason) == (LogKind.ENDED, None, EndReason.TOO_LONG)
    scene.space.refresh_from_db()
    assert scene.space.get_end_reason_display() == "The Space reached its maximum length."


@pytest.mark.fault("E3")
def test_ending_twice(scene: Scene) -> None:
    services.end_space(public_id=scene.id, user=scene.host)
    before = scene.dump()
    assert outcome(services.end_space, public_id=scene.id, user=scene.host) == "ended"
    assert scene.dump() == before


def test_an_operator_ends_any_space(scene: Scene) -> None:
    staff = UserFactory.create(is_staff=True)
    services.end_space(public_id=scene.id, user=staff, reason=EndReason.OPERATOR, as_operator=True)
    assert scene.space.log.get().actor == staff


def test_a_host_of_another_space_is_no_operator(scene: Scene, ada: User) -> None:
    assert outcome(services.end_space, public_id=scene.id, user=ada, as_operator=True) == "forbidden"


@pytest.mark.parametrize("state", [SpaceState.SCHEDULED, SpaceState.ENDED, SpaceState.CANCELED])
def test_the_system_ends_only_what_is_live(state: SpaceState) -> None:
    scene = Scene(state=state)
    before = scene.dump()
    with pytest.raises(Conflict):
        services.end_space(public_id=scene.id, user=None, reason=EndReason.OPERATOR)
    assert scene.dump() == before
