from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import create_personal_token
from spaces_project.common.api.scopes import SCOPES
from tests.spaces.fixtures import audio_where_there_is_a_gateway, cheap_passwords, scene

__all__ = ["audio_where_there_is_a_gateway", "cheap_passwords", "scene"]

Program = Callable[[User], Client]


@pytest.fixture
def program() -> Program:
    """`program(ada)` calls as ada does, with a token for everything."""

    def of(user: User) -> Client:
        key = create_personal_token(user=user, name="t", scopes=[scope.value for scope in SCOPES]).key
        return Client(headers={"authorization": f"Bearer {key}"})

    return of
