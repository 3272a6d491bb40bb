"""People without an account, where the host wants none: a switch of each Space, and the lock."""

import pytest
from django.test import Client

from spaces import rules, services
from spaces.models import Space
from spaces.services import SpaceOptions
from spaces.states import LogKind
from spaces_project.common.errors import ProductError
from spaces_project.common.threads import in_thread
from tests.signalling.fixtures import Sessions
from tests.signalling.tab import path_of, tab
from tests.spaces.fixtures import Told
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.security("C9", "A28")]
sockets = [
    pytest.mark.asyncio,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sockets", "nothing_logged"),
]


def set_accounts_only(scene: Scene, *, on: bool = True) -> None:
    services.set_accounts_only(public_id=scene.id, user=scene.host, accounts_only=on)


def lock(scene: Scene) -> None:
    services.set_lock(public_id=scene.id, user=scene.host, locked=True)


def test_it_is_chosen_when_the_space_is_made(scene: Scene) -> None:
    options = SpaceOptions(accounts_only=True)
    services.end_space(public_id=scene.id, user=scene.host)
    assert services.create_space(user=scene.host, options=options).accounts_only
    assert not services.create_space(user=scene.cohost).accounts_only


def test_it_is_changed_while_the_space_is_live_and_everybody_is_told(told: Told, scene: Scene) -> None:
    news = told(set_accounts_only, scene=scene)
    told_of = news.only("space.changed")["space"]
    assert (told_of["accounts_only"], told_of.get("guests", False)) == (True, False)
    assert told(set_accounts_only, scene=scene) == []
    assert told(set_accounts_only, scene=scene, on=False).only("space.changed")["space"]["guests"]
    assert scene.log() == [LogKind.GUESTS_OUT, LogKind.GUESTS_IN]


@pytest.mark.parametrize("who", ["speaker", "listener", "outsider"])
def test_only_those_who_run_the_space_change_it(scene: Scene, who: str) -> None:
    with pytest.raises(ProductError):
        services.set_accounts_only(public_id=scene.id, user=getattr(scene, who), accounts_only=True)


def test_what_was_said_is_for_people_with_an_account_then(scene: Scene) -> None:
    from spaces.selectors.sight import require_reader

    require_reader(space=scene.space, user=None)
    set_accounts_only(scene)
    with pytest.raises(ProductError) as refused:
        require_reader(space=Space.objects.get(pk=scene.space.pk), user=None)
    assert refused.value.code == "login_required"


@pytest.mark.parametrize(
    ("changes", "guests"), [({}, True), ({"locked": True}, False), ({"accounts_only": True}, False)]
)
def test_pages_are_told_whether_guests_may_listen(scene: Scene, changes: dict[str, bool], guests: bool) -> None:
    for name, value in changes.items():
        setattr(scene.space, name, value)
    assert rules.admits_guests(scene.space) == guests


def test_the_create_sheet_asks(client: Client, scene: Scene) -> None:
    client.force_login(scene.host)
    assert b'name="accounts_only"' in client.get("/i/spaces/new").content


class TestOnTheSocket:
    pytestmark = sockets

    @pytest.fixture
    def scene(self, transactional_db: None) -> Scene:
        return Scene()

    async def test_who_listens_without_an_account_is_put_out_and_kept_out(
        self, scene: Scene, sessions: Sessions
    ) -> None:
        host, listener = await in_thread(sessions, scene.host), await in_thread(sessions, scene.listener)
        async with (
            tab(path_of(scene.id), session=host) as page,
            tab(path_of(scene.id), session=listener) as stays,
            tab(path_of(scene.id)) as guest,
        ):
            for one in (page, stays, guest):
                await one.ask("join")
            assert await page.code("accounts_only.set", accounts_only=True) == "ok"
            assert (await guest.event("bye"))["code"] == "unauthenticated"
            assert await guest.closed() == 4401
            assert await stays.code("ping") == "ok"
            async with tab(path_of(scene.id)) as again:
                assert [await again.code("join"), await again.code("audio.listen")] == [
                    "login_required",
                    "not_in_space",
                ]
            assert await page.code("accounts_only.set", accounts_only=False) == "ok"
            async with tab(path_of(scene.id)) as again:
                assert await again.code("join") == "ok"

    async def test_a_lock_puts_them_out_too(self, scene: Scene, sessions: Sessions) -> None:
        host = await in_thread(sessions, scene.host)
        async with tab(path_of(scene.id), session=host) as page, tab(path_of(scene.id)) as guest:
            await page.ask("join")
            connection = (await guest.ask("join"))["data"]["connection"]
            assert await page.code("lock.set", locked=True) == "ok"
            assert (await guest.event("bye"))["code"] == "locked"
            assert await guest.closed() == 4406
            async with tab(path_of(scene.id)) as again:
                assert await again.code("join", resume=connection) == "locked"
