"""npm's twitter-api-v2 as it comes, with its host changed: `tests/js/x-client.mjs`."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from accounts.services import create_personal_token
from spaces_project.common.api.scopes import Scope
from tests.api.clients import POST_FIELDS, SPACE_FIELDS, USER_FIELDS, House, house

__all__ = ["house"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

SCRIPT = Path(__file__).parents[1] / "js/x-client.mjs"
LIMIT = 40
"""Calls of one operation, few enough to be used up."""


def token(user: User, *scopes: Scope) -> str:
    return create_personal_token(user=user, name="t", scopes=scopes).key


def test_every_call_it_has_is_answered_as_it_expects(house: House, settings: Settings) -> None:
    settings.API_CALLS_PER_WINDOW = LIMIT
    reading = (Scope.SPACE_READ, Scope.USERS_READ, Scope.TWEET_READ)
    told = {
        "url": house.url,
        "token": house.token,
        "narrowToken": token(house.ada, *reading),
        "otherToken": token(house.bob, *reading),
        "ada": str(house.ada.pk),
        "username": house.ada.username,
        "bob": str(house.bob.pk),
        "live": house.live,
        "scheduled": house.scheduled,
        "post": str(house.post),
        "spaceFields": SPACE_FIELDS,
        "userFields": USER_FIELDS,
        "postFields": POST_FIELDS,
        "limit": LIMIT,
    }
    done = subprocess.run(
        ["node", SCRIPT],
        env={**os.environ, "HOUSE": json.dumps(told)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
