"""Clients from npm as they come, with their host changed: the scripts `tests/js/*-client.mjs`."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.services import IssuedApp, create_personal_token, register_app
from spaces_project.common.api.scopes import Scope
from tests.api.clients import POST_FIELDS, SPACE_FIELDS, USER_FIELDS, House, house
from tests.api.person import BACK, SCOPES, app_of
from tests.api.recorded import recording

__all__ = ["house"]

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

SCRIPTS = Path(__file__).parents[1] / "js"
LIMIT = 40
"""Calls of one operation, few enough to be used up."""


def token(user: User, *scopes: Scope) -> str:
    return create_personal_token(user=user, name="t", scopes=scopes).key


def keys(app: IssuedApp) -> dict[str, str]:
    return {"clientId": app.app.client_id, "clientSecret": app.secret, "back": BACK}


def session_of(user: User, settings: Settings) -> str:
    browser = Client()
    browser.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


@pytest.mark.security("F2")
@pytest.mark.security("F3")
@pytest.mark.security("F4")
@pytest.mark.security("F6")
@pytest.mark.parametrize("script", ["x-client.mjs", "xdk-client.mjs"])
def test_every_call_it_has_is_answered_as_it_expects(house: House, settings: Settings, script: str) -> None:
    settings.API_CALLS_PER_WINDOW = LIMIT
    reading = (Scope.SPACE_READ, Scope.USERS_READ, Scope.TWEET_READ)
    told = {
        "url": house.url,
        "token": house.token,
        "narrowToken": token(house.ada, *reading),
        "otherToken": token(house.bob, *reading),
        "session": session_of(house.ada, settings),
        "app": keys(app_of(house.bob)),
        "ownApp": keys(register_app(user=house.bob, name="x", redirect_uris="", is_public=False, for_itself=True)),
        "scopes": SCOPES,
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
    with recording():
        done = subprocess.run(
            ["node", SCRIPTS / script],
            env={**os.environ, "HOUSE": json.dumps(told)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
