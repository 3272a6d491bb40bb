"""What is said in a locked Space is for those who may come in; after its end for those who were in it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import block_user
from captions import selectors
from captions.files import FORMATS
from spaces.models import Invitation, Space
from spaces.services import end_space
from spaces_project.common.threads import in_thread
from tests.api.conftest import Program, program
from tests.captions.conftest import Speak, finish
from tests.factories import ParticipantFactory, UserFactory
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import tab
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene, outcome

__all__ = ["program"]

pytestmark = [pytest.mark.security("C7"), pytest.mark.asvs("8.2.2"), pytest.mark.redis]


@pytest.fixture
def locked(scene: Scene, speak: Speak) -> Scene:
    finish(speak(scene.speaker))
    Space.objects.filter(pk=scene.space.pk).update(locked=True)
    return scene


def person(scene: Scene, who: str) -> User | None:
    """Return a person of the scene or a new one; None stands for a visitor without an account."""
    if who in ("host", "speaker", "listener", "outsider", "removed"):
        found: User = getattr(scene, who)
        return found
    if who == "nobody":
        return None
    if who == "moderator":
        return moderator()
    somebody = UserFactory.create()
    if who == "invited":
        Invitation.objects.create(space=scene.space, inviter=scene.host, invitee=somebody)
    else:
        ParticipantFactory.create(space=scene.space, user=somebody, left_at=scene.space.created_at)
    return somebody


READERS = {  # while it is live, after its end
    "host": (True, True), "speaker": (True, True), "listener": (True, True), "who left": (True, True),
    "moderator": (True, True), "invited": (True, False), "outsider": (False, False), "nobody": (False, False),
    "removed": (False, False),
}  # fmt: skip


def by_page(scene: Scene, user: User | None) -> bool:
    client = Client()
    if user is not None:
        client.force_login(user)
    answers = {client.get(f"/i/spaces/{scene.id}/captions.{kind}").status_code for kind in FORMATS}
    assert len(answers) == 1
    return answers == {200}


def by_lines(scene: Scene, user: User | None) -> bool:
    """Return whether the user may read the lines, asked as the socket and the API ask."""
    codes = {
        outcome(selectors.lines, public_id=scene.id, user=user),
        outcome(selectors.news, public_id=scene.id, user=user, since="0-0"),
        outcome(selectors.document, public_id=scene.id, user=user),
    }
    assert len(codes) == 1
    return codes == {"ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("door", [by_page, by_lines])
@pytest.mark.parametrize("who", READERS)
def test_who_may_read(locked: Scene, door: Callable[[Scene, User | None], bool], who: str) -> None:
    reader, (live, ended) = person(locked, who), READERS[who]
    assert door(locked, reader) == live
    end_space(public_id=locked.id, user=locked.host)
    assert door(locked, reader) == ended


@pytest.mark.django_db
def test_the_refusal_has_the_code_of_joining(locked: Scene) -> None:
    assert outcome(selectors.lines, public_id=locked.id, user=locked.outsider) == "locked"
    block_user(blocker=locked.host, blocked=locked.outsider)
    assert outcome(selectors.lines, public_id=locked.id, user=locked.outsider) == "blocked"


@pytest.mark.django_db
def test_programs_are_refused_too(locked: Scene, program: Program) -> None:
    for path in ("captions", "captions.txt", "captions?since=0-0"):
        assert program(locked.outsider).get(f"/api/v1/spaces/{locked.id}/{path}").status_code in (403, 404)
    assert program(locked.listener).get(f"/api/v1/spaces/{locked.id}/captions").status_code == 200


@pytest.mark.django_db
def test_the_page_offers_no_files(locked: Scene) -> None:
    end_space(public_id=locked.id, user=locked.host)
    assert not selectors.has_files(public_id=locked.id, user=locked.outsider)
    assert selectors.has_files(public_id=locked.id, user=locked.listener)


@pytest.mark.asyncio
@pytest.mark.usefixtures("sockets")
async def test_a_socket_that_may_not_come_in_reads_nothing(locked: Scene, sessions: Sessions) -> None:
    path = f"/ws/spaces/{locked.id}"
    async with tab(path, session=await in_thread(sessions, locked.outsider)) as page:
        assert (await page.code("join"), await page.code("captions.lines")) == ("locked", "locked")
        assert await page.code("sync") == "not_in_space"
