"""Spaces that a program hosts: how long they live, and when they begin."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from spaces import presence, services
from spaces.models import Space
from spaces.states import EndReason, SpaceState
from tests.api.conftest import Program
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def ada() -> User:
    return UserFactory.create(followers_count=600)


@pytest.fixture
def bot(ada: User, program: Program) -> Client:
    return program(ada)


def made(bot: Client, **more: Any) -> dict[str, Any]:
    answer = bot.post("/api/v1/spaces", {"title": "Tea", **more}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_the_answer_says_how_the_space_stays_alive(bot: Client) -> None:
    told = made(bot)
    assert told["place"] == f"/api/v1/spaces/{told['space']['id']}/place"
    assert told["lease_seconds"] == settings.SPACES_PRESENCE_LEASE.total_seconds()
    assert told["grace_seconds"] == settings.SPACES_HOST_GRACE.total_seconds()
    assert bot.put(told["place"]).json()["lease_seconds"] == told["lease_seconds"]


def test_so_does_the_one_of_a_start(bot: Client) -> None:
    when = (timezone.now() + timedelta(days=1)).isoformat()
    public_id = made(bot, scheduled_start=when)["space"]["id"]
    told = bot.post(f"/api/v1/spaces/{public_id}/start").json()
    assert told["place"] == f"/api/v1/spaces/{public_id}/place" and told["lease_seconds"] > 0


def test_a_space_that_waits_for_its_host_begins_when_they_join(bot: Client, ada: User) -> None:
    told = made(bot, start="when_joined")
    assert told["space"]["state"] == "scheduled"
    placed = bot.put(told["place"])
    assert (placed.status_code, placed.json()["you"]["role"]) == (200, "host")
    assert bot.get(f"/2/spaces/{told['space']['id']}").json()["data"]["state"] == "live"
    assert presence.is_here(told["space"]["id"], ada.pk)


def test_nobody_else_begins_it(bot: Client, program: Program) -> None:
    told = made(bot, start="when_joined")
    refused = program(UserFactory.create()).put(told["place"])
    assert (refused.status_code, refused.json()["code"]) == (409, "not_live")


def test_it_is_no_right_to_host(bot: Client, ada: User) -> None:
    told = made(bot, start="when_joined")
    User.objects.filter(pk=ada.pk).update(followers_count=0)
    refused = bot.put(told["place"])
    assert (refused.status_code, refused.json()["code"]) == (403, "too_few_followers")
    assert Space.objects.get().state == SpaceState.SCHEDULED


def test_it_does_not_wait_for_ever(bot: Client) -> None:
    made(bot, start="when_joined")
    assert services.expire().canceled == 0
    later = timezone.now() + settings.SPACES_START_GRACE + timedelta(minutes=1)
    assert services.expire(now=later).canceled == 1
    assert Space.objects.get().end_reason == EndReason.NEVER_STARTED


def test_a_time_and_waiting_are_not_both(bot: Client) -> None:
    when = (timezone.now() + timedelta(days=1)).isoformat()
    body = {"start": "when_joined", "scheduled_start": when}
    refused = bot.post("/api/v1/spaces", body, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["parameters"]) == (400, {"start": ["when_joined"]})


def test_a_space_that_is_given_a_time_waits_for_that(bot: Client) -> None:
    told = made(bot, start="when_joined")
    when = (timezone.now() + timedelta(days=1)).isoformat()
    address = f"/api/v1/spaces/{told['space']['id']}"
    assert bot.patch(address, {"scheduled_start": when}, content_type="application/json").status_code == 200
    assert bot.put(told["place"]).json()["code"] == "not_live"


def test_its_page_is_there_meanwhile(bot: Client, client: Client) -> None:
    told = made(bot, start="when_joined")
    assert client.get(f"/i/spaces/{told['space']['id']}").status_code == 200
