from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.factories import UserFactory

PASSWORD = "correct horse 9 battery"


@pytest.fixture(autouse=True)
def in_memory(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Rate limits count in this process, images land in a directory of the test, passwords cost no second each."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    cache.clear()


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana", display_name="Ana Lima")


@pytest.fixture
def ben() -> User:
    return UserFactory.create(username="ben")


@pytest.fixture
def as_ana(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client
