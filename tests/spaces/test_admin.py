"""The moderators' view: searchable, read-only, and its actions reach the live room."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from spaces import services
from spaces.models import AppendOnlyError, LogEntry, Participant, Space, SpeakRequest
from spaces.states import LogKind, Role, SpaceState
from tests.factories import UserFactory
from tests.spaces.scene import Scene

pytestmark = pytest.mark.django_db

MODELS: list[Any] = [Space, Participant, SpeakRequest, LogEntry]
SpaceOrPlace = Space | Participant


def url(model: Any, page: str, *args: int) -> str:
    return reverse(f"admin:spaces_{model._meta.model_name}_{page}", args=args)


def queries_of(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 200
    return len(queries)


@pytest.fixture
def busy(scene: Scene) -> Scene:
    scene.ask(scene.listener)
    services.mute_self(public_id=scene.id, user=scene.speaker)
    return scene


@pytest.mark.parametrize("model", MODELS)
def test_every_list_is_searched_by_space_and_by_name(admin_client: Client, busy: Scene, model: Any) -> None:
    Scene()
    by_space = admin_client.get(url(model, "changelist"), {"q": busy.id}).text
    assert busy.id in by_space
    assert admin_client.get(url(model, "changelist"), {"q": busy.host.username}).status_code == 200


@pytest.mark.fault("F2")
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["%", "' OR 1=1; --", "\u202e", "\\", "x" * 2000])
def test_an_odd_search_finds_nothing(admin_client: Client, busy: Scene, model: Any, query: str) -> None:
    page = admin_client.get(url(model, "changelist"), {"q": query})
    assert (page.status_code, busy.id in page.text) == (200, False)


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_however_long(admin_client: Client, model: Any) -> None:
    def grown() -> int:
        scene = Scene()
        scene.ask(scene.listener)
        services.mute_self(public_id=scene.id, user=scene.speaker)
        return queries_of(lambda: admin_client.get(url(model, "changelist")))

    grown()
    assert grown() == grown()


@pytest.mark.fault("F2")
def test_titles_are_text(admin_client: Client) -> None:
    scene = Scene()
    Space.objects.filter(pk=scene.space.pk).update(title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in admin_client.get(url(Space, "changelist")).text


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_added_changed_or_deleted_by_hand(admin_client: Client, busy: Scene, model: Any) -> None:
    row = model.objects.first()
    before = busy.dump()
    assert admin_client.get(url(model, "add")).status_code == 403
    assert admin_client.post(url(model, "change", row.pk), {"title": "x"}).status_code == 403
    assert admin_client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    delete = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    admin_client.post(url(model, "changelist"), delete)
    assert busy.dump() == before


def test_the_room_on_the_gateway_is_nobodys_business(admin_client: Client, busy: Scene) -> None:
    assert busy.space.room not in admin_client.get(url(Space, "change", busy.space.pk)).text


# --- Actions ---


def act(client: Client, action: str, *rows: SpaceOrPlace) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url(type(rows[0]), "changelist"), chosen, follow=True).text


def test_a_space_is_ended(admin_client: Client, admin_user: User, scene: Scene) -> None:
    assert "Ended: 1" in act(admin_client, "end_space", scene.space)
    scene.space.refresh_from_db()
    assert (scene.space.state, scene.space.end_reason) == ("ended", "operator")
    assert scene.space.log.get().actor == admin_user


def test_what_cannot_be_ended_is_said_and_the_others_are(admin_client: Client, scene: Scene) -> None:
    over = Scene(state=SpaceState.ENDED)
    page = act(admin_client, "end_space", over.space, scene.space)
    assert ("Ended: 1" in page, "This Space has ended." in page) == (True, True)


def test_a_participant_is_removed(admin_client: Client, scene: Scene) -> None:
    assert "Removed: 1" in act(admin_client, "remove_participant", scene.place(scene.speaker))
    assert scene.place(scene.speaker).removed_at is not None


def test_a_participant_is_muted(admin_client: Client, scene: Scene) -> None:
    assert "Muted: 1" in act(admin_client, "mute_participant", scene.place(scene.speaker))
    assert (scene.place(scene.speaker).muted, scene.log()) == (True, [LogKind.MUTED])


def test_what_the_rules_say_is_shown(admin_client: Client, scene: Scene) -> None:
    assert "You may not do this to a host." in act(admin_client, "remove_participant", scene.place(scene.host))
    assert "does not have a microphone" in act(admin_client, "mute_participant", scene.place(scene.listener))
    assert scene.place(scene.host).role == Role.HOST


@pytest.fixture
def reader(db: None) -> Client:
    """A member of the staff who may look and do nothing."""
    staff = UserFactory.create(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(staff)
    return client


def test_whoever_may_only_look_does_nothing(reader: Client, scene: Scene) -> None:
    before = scene.dump()
    act(reader, "end_space", scene.space)
    act(reader, "remove_participant", scene.place(scene.speaker))
    act(reader, "mute_participant", scene.place(scene.speaker))
    assert scene.dump() == before


@pytest.mark.parametrize("model", MODELS)
def test_strangers_do_not_get_in(scene: Scene, model: Any) -> None:
    client = Client()
    client.force_login(scene.host)
    assert client.get(url(model, "changelist")).status_code == 302
    assert client.post(url(model, "changelist"), {"action": "end_space"}).status_code == 302


# --- The log ---


def test_a_log_entry_is_never_changed(busy: Scene) -> None:
    entry = busy.space.log.get()
    for change in (entry.save, entry.delete, LogEntry.objects.all().delete, lambda: LogEntry.objects.update(reason="")):
        with pytest.raises(AppendOnlyError):
            change()


def test_a_log_entry_knows_how_long_the_space_had_run(busy: Scene) -> None:
    entry = busy.space.log.get()
    assert busy.space.started_at is not None
    assert entry.clock_ms == int((entry.at - busy.space.started_at).total_seconds() * 1000)
