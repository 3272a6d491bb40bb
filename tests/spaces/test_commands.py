"""What an operator types."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.utils import timezone
from pytest_django import Settings

from accounts.demo import users_with_demo_password
from accounts.models import DemoAccount, Follow, User
from accounts.services import delete_user
from spaces import rules
from spaces.states import SpaceState
from tests.factories import SpaceFactory, UserFactory
from tests.spaces.scene import Scene
from timeline.selectors.invitations import invitable_people

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_list_shows_live_spaces(scene: Scene) -> None:
    over = Scene(state=SpaceState.ENDED)
    [line] = run("list_spaces").splitlines()
    assert line.split()[:4] == [scene.id, "live", "4", f"@{scene.host.username}"]
    assert over.id not in line


@pytest.mark.parametrize("state", ["scheduled", "live", "ended", "canceled", "all"])
def test_the_list_shows_one_state_or_all(state: str) -> None:
    for each in SpaceState:
        SpaceFactory.create(state=each)
    shown = run("list_spaces", f"--state={state}").splitlines()
    assert len(shown) == (4 if state == "all" else 1)


def test_the_list_for_programs(scene: Scene) -> None:
    row = json.loads(run("list_spaces", "--json"))
    assert row == {
        "id": scene.id,
        "state": "live",
        "people": 4,
        "host": scene.host.username,
        "title": scene.space.title,
    }


def test_no_spaces_are_no_lines() -> None:
    assert run("list_spaces") == ""


def test_ending(scene: Scene) -> None:
    assert run("end_space", scene.id) == f"{scene.id} ended\n"
    assert scene.space.log.get().reason == "operator"


@pytest.mark.parametrize(("state", "code"), [(SpaceState.ENDED, "ended"), (SpaceState.SCHEDULED, "not_live")])
def test_ending_what_is_not_live_fails_with_a_sentence(state: SpaceState, code: str) -> None:
    scene = Scene(state=state)
    with pytest.raises(CommandError, match=f"^{code}: This Space has ") as failure:
        run("end_space", scene.id)
    assert failure.value.returncode == 1


def test_ending_what_does_not_exist_fails_with_a_sentence() -> None:
    with pytest.raises(CommandError, match="not_found: There is no such Space"):
        run("end_space", "1nosuchspace")


def test_expiring_prints_what_it_did() -> None:
    SpaceFactory.create(state=SpaceState.SCHEDULED, scheduled_start=timezone.now() - timedelta(days=1))
    assert json.loads(run("expire_spaces")) == {
        "hosts_lost": 0,
        "people_lost": 0,
        "people_barred": 0,
        "ended": 0,
        "broadcasts_lost": 0,
        "canceled": 1,
    }
    assert json.loads(run("expire_spaces"))["canceled"] == 0


# --- The demo ---


@pytest.fixture
def demo(db: None) -> None:
    run("seed_demo")  # six hundred people


@pytest.mark.slow
def test_of_the_demo_only_ada_may_host(demo: None) -> None:
    people = User.objects.filter(username__in=["ada", "grace", "alan", "joan", "mod"])
    assert [person.username for person in people if rules.hosting_obstacle(person) is None] == ["ada"]


@pytest.mark.slow
def test_the_people_of_the_demo_log_in_and_mod_is_staff(demo: None) -> None:
    names = ["ada", "alan", "grace", "joan", "mod", "senior"]
    people = [authenticate(None, username=name, password="spaces-demo") for name in names]
    assert [isinstance(person, User) and person.is_staff for person in people] == [False] * 4 + [True] * 2


@pytest.mark.slow
def test_seeding_again_changes_nothing(demo: None) -> None:
    User.objects.filter(username="ada").update(bio="My own words")
    before = list(User.objects.order_by("pk").values()), Follow.objects.count()
    run("seed_demo")
    assert (list(User.objects.order_by("pk").values()), Follow.objects.count()) == before


@pytest.mark.slow
@pytest.mark.security("C1")
@pytest.mark.asvs("6.3.2")
def test_a_deleted_demo_account_stays_deleted(demo: None) -> None:
    delete_user(user=User.objects.get(username="mod"))
    run("seed_demo")
    assert not User.objects.filter(username="mod").exists()


@pytest.mark.slow
@pytest.mark.security("B1")
def test_the_crowd_fills_neither_invitations_nor_searches(demo: None) -> None:
    ada = User.objects.get(username="ada")
    assert {person.username for person in invitable_people(user=ada, query="")} == {"grace", "alan", "joan"}
    assert invitable_people(user=ada, query="Listener") == []
    assert ada.followers_count >= 600


@pytest.mark.slow
@pytest.mark.security("C1")
@pytest.mark.asvs("15.2.3")
def test_the_demo_is_taken_away_whole_and_people_of_the_site_stay(demo: None) -> None:
    person = UserFactory.create(username="crowd999")
    User.objects.filter(username="mod").update(username="boss", email="boss@spaces.example")
    assert run("remove_demo") == "606 demo accounts removed\n"
    run("seed_demo")
    assert list(User.objects.all()) == [person]


@pytest.mark.security("C1")
@pytest.mark.asvs("6.3.2")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_ORIGIN", "https://spaces.example"),
        ("PUBLIC_ORIGIN", "http://localhost.spaces.example"),
        ("PUBLIC_ORIGIN", "http://127.0.0.1@spaces.example"),
        ("PUBLIC_ORIGIN", "http://192.168.1.10:8000"),
        ("PUBLIC_ORIGIN", "http://0.0.0.0:8000"),
        ("SITE_HOSTS", ["localhost", "spaces.example"]),
        ("SITE_HOSTS", ["localhost", "*"]),
    ],
)
def test_no_demo_on_a_site_that_is_open_to_others(settings: Settings, name: str, value: Any) -> None:
    setattr(settings, name, value)
    with pytest.raises(CommandError, match="open to others"):
        run("seed_demo")
    assert run("seed_demo", "--welcome") == ""
    assert not User.objects.exists()


@pytest.mark.security("C1")
@pytest.mark.parametrize("username", ["mod", "ada"])
def test_a_public_site_does_not_start_with_the_password_of_the_demo(settings: Settings, username: str) -> None:
    User.objects.create_user(username, password="spaces-demo", email=f"{username}@spaces.example")
    run("check", "--database", "default")
    settings.PUBLIC_ORIGIN = "https://spaces.example"
    for command in (("check", "--database", "default"), ("seed_demo", "--welcome")):
        with pytest.raises(SystemCheckError, match=f"opens: {username}"):
            run(*command)


@pytest.mark.security("C1")
def test_a_renamed_account_of_the_demo_is_found_and_one_with_its_own_password_is_not(settings: Settings) -> None:
    settings.PUBLIC_ORIGIN = "https://spaces.example"
    renamed = User.objects.create_user("boss", password="spaces-demo")
    DemoAccount.objects.create(username="mod", user=renamed)
    User.objects.create_user("ada", password="correct horse 9 battery")
    assert users_with_demo_password() == ["boss"]


@pytest.mark.security("C1")
def test_no_stranger_may_choose_the_password_of_the_demo() -> None:
    with pytest.raises(ValidationError, match="printed in the README"):
        validate_password("spaces-demo")
