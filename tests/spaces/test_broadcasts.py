"""Keys for broadcasting software: who may make one, what is stored, and the page that shows it."""

import pytest
from django.test import Client

from accounts.models import User
from spaces import services
from spaces.models import BroadcastKey, Participant, Space
from spaces.rules import Standing
from spaces.states import SpaceState
from tests.spaces.scene import Scene, outcome

pytestmark = [pytest.mark.redis, pytest.mark.django_db]

MAKES = """
              host        cohost      speaker     listener    outsider      removed     suspended
live          ok          ok          ok          forbidden   not_in_space  removed     suspended
scheduled     ok          ok          ok          forbidden   not_in_space  removed     suspended
ended         ended       ended       ended       ended       ended         removed     suspended
"""


def rows() -> list[tuple[SpaceState, Standing, str]]:
    head, *lines = [line.split() for line in MAKES.strip().splitlines()]
    return [
        (SpaceState(state), Standing(s), code) for state, *codes in lines for s, code in zip(head, codes, strict=True)
    ]


@pytest.mark.parametrize(("state", "standing", "code"), rows())
def test_who_may_make_a_key(state: SpaceState, standing: Standing, code: str) -> None:
    scene = Scene(state=state)
    user = scene.people[standing]
    assert outcome(services.make_broadcast_key, public_id=scene.id, user=user) == code
    assert BroadcastKey.objects.filter(user=user).exists() == (code == "ok")


def test_a_key_is_stored_as_a_hash_and_found_by_its_space(scene: Scene) -> None:
    key = services.make_broadcast_key(public_id=scene.id, user=scene.speaker)
    assert key.startswith(services.BROADCAST_KEY_PREFIX)
    assert not BroadcastKey.objects.filter(digest__contains=key[4:]).exists()
    assert services.user_of_broadcast_key(public_id=scene.id, key=key) == scene.speaker
    assert services.user_of_broadcast_key(public_id="1another00000", key=key) is None
    User.objects.filter(pk=scene.speaker.pk).update(is_active=False)
    assert services.user_of_broadcast_key(public_id=scene.id, key=key) is None


def test_a_listener_has_no_stream(scene: Scene) -> None:
    Participant.objects.filter(space=scene.space, user=scene.speaker).update(broadcast="x")
    services.take_mic(public_id=scene.id, user=scene.host, target_id=scene.speaker.pk)
    assert scene.place(scene.speaker).broadcast == ""


def test_the_end_of_a_space_ends_its_streams(scene: Scene) -> None:
    Participant.objects.filter(space=scene.space, user=scene.speaker).update(broadcast="x")
    services.end_space(public_id=scene.id, user=scene.host)
    assert scene.place(scene.speaker).broadcast == ""


def test_the_page_shows_a_key_once(scene: Scene, client: Client) -> None:
    client.force_login(scene.speaker)
    address = f"/i/spaces/{scene.id}/broadcast"
    assert "spk_" not in client.get(address).content.decode()
    assert "spk_" in client.post(address, {"act": "make"}).content.decode()
    again = client.get(address).content.decode()
    assert ("spk_" in again, "Revoke the key" in again) == (False, True)
    assert f"/i/spaces/{scene.id}/whip" in again
    assert "Revoke the key" not in client.post(address, {"act": "revoke"}).content.decode()
    assert not BroadcastKey.objects.exists()


@pytest.mark.parametrize("standing", [Standing.LISTENER, Standing.OUTSIDER, Standing.REMOVED])
def test_the_page_is_for_those_who_may_speak(scene: Scene, client: Client, standing: Standing) -> None:
    client.force_login(scene.people[standing])
    assert client.get(f"/i/spaces/{scene.id}/broadcast").status_code == 403


def test_the_host_of_a_scheduled_space_finds_the_page(client: Client) -> None:
    scene = Scene(state=SpaceState.SCHEDULED)
    Space.objects.filter(pk=scene.space.pk).update(scheduled_start="2030-01-01T00:00:00Z")
    client.force_login(scene.host)
    assert f"/i/spaces/{scene.id}/broadcast" in client.get(f"/i/spaces/{scene.id}").content.decode()
