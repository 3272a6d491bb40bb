"""The write side: the same verbs as everywhere, safe to repeat."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import RepeatableAnswer
from spaces.models import Space
from spaces.states import Role, SpaceState
from tests.api.conftest import Program
from tests.factories import UserFactory
from tests.spaces.scene import Scene
from timeline.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    call = getattr(client, method)
    return call(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def host(program: Program) -> Client:
    return program(UserFactory.create(followers_count=600))


def test_a_space_from_its_creation_to_its_end(host: Client, program: Program) -> None:
    created = send(host, "post", "spaces", {"title": "Tea"})
    public_id = created.json()["space"]["id"]
    assert (created.status_code, created.json()["you"]["role"]) == (201, "host")
    listener = UserFactory.create()
    guest = program(listener)
    assert send(guest, "put", f"spaces/{public_id}/place").json()["you"]["role"] == "listener"
    assert send(guest, "post", f"spaces/{public_id}/request").status_code == 204
    assert send(host, "post", f"spaces/{public_id}/requests/{listener.pk}/approve").status_code == 204
    assert send(guest, "put", f"spaces/{public_id}/microphone", {"muted": False}).status_code == 204
    stage = guest.get(f"/api/v1/spaces/{public_id}").json()["stage"]
    assert [(person["role"], person["muted"]) for person in stage] == [("host", True), ("speaker", False)]
    assert send(host, "post", f"spaces/{public_id}/end").json()["space"]["state"] == "ended"
    log = host.get(f"/api/v1/spaces/{public_id}/log").json()["data"]
    assert [line["kind"] for line in log][:2] == ["created", "started"]


def test_a_scheduled_space_is_moved_and_started(host: Client) -> None:
    when = (timezone.now() + timedelta(days=1)).isoformat()
    created = send(host, "post", "spaces", {"title": "Tea", "scheduled_start": when}).json()["space"]
    later = (timezone.now() + timedelta(days=2)).isoformat()
    moved = send(host, "patch", f"spaces/{created['id']}", {"scheduled_start": later}).json()["space"]
    assert moved["scheduled_start"] > created["scheduled_start"]
    assert send(host, "post", f"spaces/{created['id']}/start").json()["space"]["state"] == "live"


def test_a_space_repeats_until_all_that_follow_are_canceled(host: Client) -> None:
    when = (timezone.now() + timedelta(days=1)).isoformat()
    asked = {"scheduled_start": when, "repeats_weekly": True, "time_zone": "Europe/Berlin"}
    first = send(host, "post", "spaces", asked).json()["space"]
    assert first["repeats_weekly"]
    assert "repeats_weekly" not in send(host, "post", f"spaces/{first['id']}/cancel").json()["space"]
    [second] = host.get("/api/v1/spaces?state=scheduled").json()["data"]
    assert second["repeats_weekly"]
    send(host, "patch", f"spaces/{second['id']}", {"repeats_weekly": False})
    [second] = host.get("/api/v1/spaces?state=scheduled").json()["data"]
    assert "repeats_weekly" not in second
    send(host, "patch", f"spaces/{second['id']}", {"repeats_weekly": True, "time_zone": "UTC"})
    send(host, "post", f"spaces/{second['id']}/cancel?following=true")
    assert host.get("/api/v1/spaces?state=scheduled").json()["data"] == []


def test_a_repetition_has_a_time_and_a_time_zone(host: Client) -> None:
    when = (timezone.now() + timedelta(days=1)).isoformat()
    assert send(host, "post", "spaces", {"repeats_weekly": True}).status_code == 400
    refused = send(host, "post", "spaces", {"scheduled_start": when, "repeats_weekly": True, "time_zone": "Mars"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_time_zone")
    assert not Space.objects.exists()


def test_a_cohost_is_asked_and_becomes_the_host(program: Program, scene: Scene) -> None:
    heir = UserFactory.create(followers_count=600)
    scene.space.participants.create(user=heir)
    first, second, address = program(scene.host), program(heir), f"spaces/{scene.id}"
    assert send(first, "put", f"{address}/cohosts/{heir.pk}").status_code == 204
    assert second.get(f"/api/v1/{address}").json()["you"]["invited_to_cohost"]
    assert send(second, "post", f"{address}/cohost").status_code == 204
    assert send(first, "put", f"{address}/host", {"user_id": str(heir.pk)}).status_code == 204
    assert (scene.place(heir).role, scene.place(scene.host).role) == (Role.HOST, Role.COHOST)


def test_an_offer_is_declined_or_taken_back(program: Program, scene: Scene) -> None:
    host, guest, address = program(scene.host), program(scene.listener), f"spaces/{scene.id}"
    for client, refusal in ((guest, f"{address}/cohost"), (host, f"{address}/cohosts/{scene.listener.pk}")):
        send(host, "put", f"{address}/cohosts/{scene.listener.pk}")
        assert send(client, "delete", refusal).status_code == 204
        assert send(guest, "post", f"{address}/cohost").json()["code"] == "not_invited"


def test_the_queue_is_decided_at_once(program: Program, scene: Scene) -> None:
    host, waiting = program(scene.host), scene.add(Role.LISTENER, 3)
    for user in waiting:
        scene.ask(user)
    chosen = send(host, "post", f"spaces/{scene.id}/requests/approve", {"user_ids": [str(waiting[0].pk)]})
    assert chosen.json() == {"count": 1, "waiting": 2}
    assert send(host, "post", f"spaces/{scene.id}/requests/decline").json() == {"count": 2, "waiting": 0}


def test_a_locked_space_lets_nobody_new_in(program: Program, scene: Scene) -> None:
    locked = send(program(scene.host), "put", f"spaces/{scene.id}/lock", {"locked": True})
    assert locked.json()["space"]["locked"]
    refused = send(program(scene.outsider), "put", f"spaces/{scene.id}/place")
    assert (refused.status_code, refused.json()["code"]) == (403, "locked")


def test_joining_again_keeps_the_place_and_the_connection(program: Program, scene: Scene) -> None:
    guest = program(scene.outsider)
    first, second = (send(guest, "put", f"spaces/{scene.id}/place").json() for _ in range(2))
    assert first["connection"] == second["connection"]
    assert scene.space.participants.filter(user=scene.outsider, role=Role.LISTENER).count() == 1


@pytest.mark.fault("D14")
@pytest.mark.parametrize("name", ["id", "host", "host_id", "creator_id", "state", "started_at", "is_staff", "locked"])
def test_what_is_not_asked_for_cannot_be_set(host: Client, name: str) -> None:
    answer = send(host, "post", "spaces", {"title": "Tea", name: "1"})
    assert (answer.status_code, Space.objects.count()) == (400, 0)


def test_a_key_makes_a_creation_safe_to_repeat(host: Client) -> None:
    headers = {"idempotency-key": "tea-1"}
    first, second = (send(host, "post", "spaces", {"title": "Tea"}, **headers) for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Space.objects.count() == 1


def test_a_key_is_of_one_request(host: Client) -> None:
    headers = {"idempotency-key": "tea-1"}
    send(host, "post", "spaces", {"title": "Tea"}, **headers)
    assert send(host, "post", "spaces", {"title": "Coffee"}, **headers).json()["code"] == "idempotency_key_reused"


def test_a_key_is_of_one_person(host: Client, program: Program) -> None:
    for client in (host, program(UserFactory.create(followers_count=600))):
        assert send(client, "post", "spaces", {"title": "Tea"}, **{"idempotency-key": "a"}).status_code == 201


def test_what_failed_may_be_tried_again_with_its_key(host: Client) -> None:
    headers = {"idempotency-key": "tea-1"}
    assert send(host, "post", "spaces", {"title": "x" * 71}, **headers).status_code == 400
    assert not RepeatableAnswer.objects.exists()


def test_refusals_have_a_code(program: Program, scene: Scene) -> None:
    refused = send(program(scene.listener), "post", f"spaces/{scene.id}/end")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert refused.json()["code"] == "forbidden"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b"{}", 415),
        ("application/json", b"{", 400),
        ("application/json", b"[]", 400),
        ("application/json", b'{"tilte": 1}', 400),
        ("application/json", b'{"title": "' + b"x" * 70_000 + b'"}', 413),
        ("application/json", b'{"title": "\\u0000"}', 400),
        ("application/json", b"\xff", 400),
    ],
)
def test_what_cannot_be_read_changes_nothing(host: Client, content_type: str, body: bytes, status: int) -> None:
    assert host.generic("POST", "/api/v1/spaces", body, content_type=content_type).status_code == status
    assert not Space.objects.exists()


@pytest.mark.asvs("3.5.2")
def test_a_page_of_ours_calls_by_its_session_and_needs_its_token_against_forgery() -> None:
    user = UserFactory.create()
    page = Client(enforce_csrf_checks=True)
    page.force_login(user)
    assert page.get("/api/v1/me").status_code == 200
    assert page.post("/2/tweets", {"text": "hi"}, content_type="application/json").status_code == 403
    assert not Post.objects.exists()


def test_an_ended_space_stays_readable(program: Program) -> None:
    scene = Scene(state=SpaceState.ENDED)
    assert program(scene.outsider).get(f"/2/spaces/{scene.id}").json()["data"]["state"] == "ended"


def test_a_page_far_beyond_the_last_is_none(host: Client) -> None:
    assert host.get("/api/v1/spaces?cursor=999999999999999999").status_code == 400


def test_a_post_is_reported(host: Client, program: Program) -> None:
    post = Post.objects.create(author=UserFactory.create(), text="Mean words")
    filed = send(host, "post", "reports", {"post_id": str(post.pk), "reason": "abuse"})
    assert (filed.status_code, filed.json()["subject"]) == (201, "post")
    assert send(host, "post", "reports", {"post_id": "9" * 19, "reason": "abuse"}).status_code == 404
