"""What is read, and how little it costs."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services import block_user, follow_user, unfollow_user
from spaces import presence, selectors, services
from spaces.models import SpeakRequest
from spaces.rules import Action
from spaces.states import Role, SpaceState
from spaces_project.common.errors import BadInput, NotFound, Refused
from tests.factories import ParticipantFactory, SpaceFactory, UserFactory
from tests.spaces.scene import Scene

pytestmark = [pytest.mark.redis, pytest.mark.django_db]


def fill(scene: Scene, count: int) -> None:
    crowd = scene.add(Role.LISTENER, count)
    SpeakRequest.objects.bulk_create(SpeakRequest(space=scene.space, user=user) for user in crowd)
    presence.renew({scene.id: [user.pk for user in crowd]})


def queries_of(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        read()
    return len(queries)


def test_a_snapshot_costs_the_same_however_many_are_here(scene: Scene) -> None:
    read = partial(selectors.snapshot, public_id=scene.id, user_id=scene.host.pk)
    fill(scene, 1)
    cost = queries_of(read)
    fill(scene, 60)
    assert queries_of(read) == cost


def test_a_snapshot_is_bounded(scene: Scene) -> None:
    fill(scene, 60)
    queue = selectors.snapshot(public_id=scene.id, user_id=scene.host.pk).queue
    assert queue is not None
    assert (queue.total, len(queue.people)) == (60, 50)


def test_an_unknown_space_has_no_snapshot() -> None:
    with pytest.raises(NotFound):
        selectors.snapshot(public_id="1none", user_id=1)


def test_the_stage_has_hosts_first(scene: Scene) -> None:
    scene.add(Role.SPEAKER, 2)
    late = scene.add(Role.COHOST)[0]
    roles = [(person.role, person.id) for person in selectors.stage(scene.space)]
    assert [role for role, _ in roles] == ["host", "cohost", "cohost", "speaker", "speaker", "speaker"]
    assert roles[2][1] == str(late.pk)


def test_a_stranger_sees_the_space_without_its_queue(scene: Scene) -> None:
    scene.ask(scene.listener)
    snapshot = selectors.snapshot(public_id=scene.id, user_id=scene.outsider.pk)
    assert (snapshot.you.role, snapshot.queue) == ("outsider", None)


def test_a_removed_person_sees_what_a_stranger_sees(scene: Scene) -> None:
    you = selectors.snapshot(public_id=scene.id, user_id=scene.removed.pk).you
    assert (you.role, you.can) == ("removed", [])


# --- Everyone, page by page ---


def test_pages_hold_everybody_once(scene: Scene) -> None:
    scene.add(Role.LISTENER, 120)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = selectors.people(public_id=scene.id, user=scene.host, cursor=cursor)
        seen += [person.id for person in page.people]
        if (cursor := page.next) is None:
            break
    assert (len(seen), len(set(seen))) == (124, 124)
    assert page.counts == {"host": 1, "cohost": 1, "speaker": 1, "listener": 121}


def test_a_page_of_one_role_and_one_name(scene: Scene) -> None:
    user = UserFactory.create(username="zelda", display_name="Zelda Fitz")
    ParticipantFactory.create(space=scene.space, user=user)
    by_name = selectors.people(public_id=scene.id, user=scene.cohost, role="listener", query="ZELDA")
    by_display = selectors.people(public_id=scene.id, user=scene.cohost, query="fitz")
    assert [person.id for person in by_name.people] == [person.id for person in by_display.people] == [str(user.pk)]


def test_a_page_tells_who_asked(scene: Scene) -> None:
    scene.ask(scene.listener)
    page = selectors.people(public_id=scene.id, user=scene.host)
    assert [person.id for person in page.people if person.requested] == [str(scene.listener.pk)]


def test_a_page_costs_the_same_however_long(scene: Scene) -> None:
    read = partial(selectors.people, public_id=scene.id, user=scene.host)
    cost = queries_of(read)
    scene.add(Role.LISTENER, 45)
    assert queries_of(read) == cost


@pytest.mark.parametrize("name", ["cohost", "speaker", "listener"])
def test_those_who_are_in_see_each_other(scene: Scene, name: str) -> None:
    page = selectors.people(public_id=scene.id, user=getattr(scene, name))
    assert {person.id for person in page.people} == {
        str(user.pk) for user in (scene.host, scene.cohost, scene.speaker, scene.listener)
    }


def test_who_asked_or_was_offered_a_place_only_those_see_who_run_it(scene: Scene) -> None:
    scene.ask(scene.listener)
    services.appoint_cohost(public_id=scene.id, user=scene.host, target_id=scene.speaker.pk)
    page = selectors.people(public_id=scene.id, user=scene.speaker)
    assert ([person.requested for person in page.people], page.offered) == ([False] * 4, [])


@pytest.mark.parametrize("name", ["outsider", "removed"])
@pytest.mark.asvs("8.2.3")
def test_who_is_not_in_sees_nobody(scene: Scene, name: str) -> None:
    with pytest.raises(Refused):
        selectors.people(public_id=scene.id, user=getattr(scene, name))


@pytest.mark.parametrize("cursor", ["", "-1", "1.5", "x", "9" * 19])
def test_a_marker_that_is_none(scene: Scene, cursor: str) -> None:
    with pytest.raises(BadInput):
        selectors.people(public_id=scene.id, user=scene.host, cursor=cursor)


# --- Bubbles ---


def ids(user: object) -> list[str]:
    return [bubble.id for bubble in selectors.bubbles_for(user)]  # type: ignore[arg-type]  # people of a scene


@pytest.mark.parametrize(("name", "shown"), [("host", 1), ("speaker", 1), ("listener", 0)])
def test_a_bubble_is_shown_to_those_who_follow_somebody_on_the_stage(scene: Scene, name: str, shown: int) -> None:
    follow_user(follower=scene.outsider, followee=getattr(scene, name))
    assert len(ids(scene.outsider)) == shown


def test_strangers_see_no_bubble(scene: Scene) -> None:
    assert ids(scene.outsider) == []


def test_people_on_the_stage_see_their_own(scene: Scene) -> None:
    assert (ids(scene.host), ids(scene.speaker), ids(scene.listener)) == ([scene.id], [scene.id], [])


def test_a_bubble_goes_when_one_unfollows(scene: Scene) -> None:
    follow_user(follower=scene.outsider, followee=scene.host)
    unfollow_user(follower=scene.outsider, followee=scene.host)
    assert ids(scene.outsider) == []


def test_whom_the_host_blocked_sees_no_bubble(scene: Scene) -> None:
    follow_user(follower=scene.outsider, followee=scene.speaker)
    block_user(blocker=scene.host, blocked=scene.outsider)
    assert ids(scene.outsider) == []
    assert selectors.bubble_audience(scene.id, {scene.outsider.pk}) == {}


@pytest.mark.parametrize("state", [SpaceState.SCHEDULED, SpaceState.ENDED, SpaceState.CANCELED])
def test_only_live_spaces_have_bubbles(state: SpaceState) -> None:
    scene = Scene(state=state)
    assert ids(scene.host) == []
    assert selectors.bubble_audience(scene.id, {scene.host.pk}) == {}


def test_a_bubble_counts_whom_one_follows_beside_the_host(scene: Scene) -> None:
    for followee in (scene.host, scene.cohost, scene.speaker, scene.listener):
        follow_user(follower=scene.outsider, followee=followee)
    [bubble] = selectors.bubbles_for(scene.outsider)
    assert bubble.followed == 2
    assert selectors.bubble_audience(scene.id, {scene.outsider.pk}) == {scene.outsider.pk: bubble}


def test_bubbles_cost_the_same_however_many() -> None:
    reader = UserFactory.create()
    costs = []
    for space in SpaceFactory.create_batch(5):
        follow_user(follower=reader, followee=space.creator)
        costs.append(queries_of(partial(selectors.bubbles_for, reader)))
    assert (len(ids(reader)), len(set(costs))) == (5, 1)


# --- The mixer ---


def test_the_mix_holds_microphones_that_are_plugged_in(scene: Scene) -> None:
    scene.space.participants.filter(user=scene.speaker).update(mixer_id="m1")
    mix = selectors.mix(scene.space.pk)
    assert mix is not None
    assert [(m.user_id, m.mixer_id, m.muted) for m in mix.microphones] == [(scene.speaker.pk, "m1", False)]


def test_a_space_that_ended_has_no_microphones() -> None:
    mix = selectors.mix(Scene(state=SpaceState.ENDED).space.pk)
    assert mix is not None
    assert (mix.live, mix.microphones) == (False, ())


def test_a_space_that_does_not_exist_has_no_mix() -> None:
    assert selectors.mix(0) is None


@pytest.mark.fault("D6")
def test_the_mix_is_given_to_those_who_may(scene: Scene) -> None:
    assert selectors.mix_for(public_id=scene.id, user=scene.listener, action=Action.LISTEN).live
    for user, action in ((scene.listener, Action.SPEAK), (scene.outsider, Action.LISTEN)):
        with pytest.raises(Refused):
            selectors.mix_for(public_id=scene.id, user=user, action=action)
