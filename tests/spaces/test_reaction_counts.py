"""How many reactions a Space got: counted in Redis while it is live, kept in the database, shown in the replay."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spaces import services
from spaces.models import ReactionCounts, Space
from spaces.selectors.reactions import COUNTED, Reacted, counter, reactions_of
from spaces.services.reactions import SETTLED, moment_of
from spaces.states import Emoji, SpaceState
from spaces_project.common.store import store
from tests.factories import ParticipantFactory, SpaceFactory
from tests.support.replays import silent_replay

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

CLAP, FIRE = Emoji.CLAP, Emoji.FIRE


@pytest.fixture
def space() -> Space:
    return SpaceFactory.create(state=SpaceState.LIVE)


def react(space: Space, emoji: Emoji, *, after: float) -> None:
    assert space.started_at is not None
    now = space.started_at + timedelta(seconds=after)
    with mock.patch("spaces.services.reactions.timezone", SimpleNamespace(now=lambda: now)):
        services.react(public_id=space.public_id, user=ParticipantFactory.create(space=space).user, emoji=emoji)


def end(space: Space, *, after: float) -> None:
    assert space.started_at is not None
    space.state, space.end_reason = SpaceState.ENDED, "host_ended"
    space.ended_at = space.started_at + timedelta(seconds=after)
    space.save()


def test_each_moment_has_the_number_of_each_reaction(space: Space) -> None:
    for after in (2.1, 2.9):
        react(space, CLAP, after=after)
    react(space, FIRE, after=2.5)
    react(space, CLAP, after=40)
    expected = [Reacted(2, CLAP, 2), Reacted(2, FIRE, 1), Reacted(40, CLAP, 1)]
    assert reactions_of(space) == sorted(expected)
    assert services.keep_reactions(now=timezone.now()) == 1
    store().delete(counter(space.public_id))
    assert reactions_of(space) == sorted(expected)


def test_a_repeated_run_counts_nothing_twice_and_a_later_one_adds(space: Space) -> None:
    react(space, CLAP, after=1)
    for _ in range(2):
        services.keep_reactions(now=timezone.now())
    react(space, CLAP, after=1.5)
    services.keep_reactions(now=timezone.now())
    assert ReactionCounts.objects.get().counts == [[1, CLAP, 2]]


def test_the_counters_go_when_the_last_reactions_of_an_ended_space_are_kept(space: Space) -> None:
    react(space, CLAP, after=1)
    end(space, after=5)
    assert space.ended_at is not None
    services.keep_reactions(now=space.ended_at)
    assert store().exists(counter(space.public_id))
    services.keep_reactions(now=space.ended_at + SETTLED)
    assert not store().exists(counter(space.public_id))
    assert not store().sismember(COUNTED, space.public_id)
    assert reactions_of(space) == [Reacted(1, CLAP, 1)]


def test_the_counters_of_a_deleted_space_go(space: Space) -> None:
    react(space, CLAP, after=1)
    Space.objects.all().delete()
    assert services.keep_reactions(now=timezone.now()) == 0
    assert not store().exists(counter(space.public_id))


@pytest.mark.parametrize(
    ("seconds", "moment"), [(0.2, 0), (3599.9, 3599), (3601, 3600), (3602.5, 3602), (7202, 7200), (-1, 0)]
)
def test_a_moment_grows_with_the_hours(seconds: float, moment: int) -> None:
    assert moment_of(int(seconds * 1000)) == moment


def test_a_replay_has_the_reactions_of_what_it_keeps(settings: Any, tmp_path: Path, client: Client) -> None:
    settings.RECORDINGS_DIR = tmp_path
    recording = silent_replay(seconds=60)
    recording.cut_start_ms, recording.cut_end_ms = 5_500, 55_000
    recording.save()
    counts = [[2, CLAP, 1], [5, CLAP, 2], [20, FIRE, 3], [58, CLAP, 1]]
    ReactionCounts.objects.create(space=recording.space, counts=counts)
    found = client.get(reverse("replay_data", args=[recording.space.public_id])).json()
    assert found["reactions"] == [[0, CLAP, 2], [14_500, FIRE, 3]]


def test_the_host_sees_when_people_reacted(space: Space, client: Client) -> None:
    end(space, after=600)
    ReactionCounts.objects.create(space=space, counts=[[61, CLAP, 2], [62, FIRE, 1], [599, CLAP, 1]])
    client.force_login(space.host)
    assert "Reactions over 10 min; 4 in all" in client.get(reverse("space_statistics", args=[space.public_id])).text
    rows = client.get(reverse("space_statistics_file", args=[space.public_id])).text.splitlines()
    assert rows[0] == "minute,people,reactions"
    assert [row for row in rows[1:] if not row.endswith(",0")] == ["1,0,3", "9,0,1"]
