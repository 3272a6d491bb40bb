"""Fixtures for all tests. The environment is set first: Django reads its settings when pytest configures itself."""

from collections.abc import Iterator

import django

from tests.support.environment import isolate

VAR = isolate()
django.setup()

import pytest  # noqa: E402 - the lines above must run first
from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from accounts.site import suppose  # noqa: E402
from tests.support.redis import RedisServer, running_redis  # noqa: E402

# How fast a machine makes examples says nothing of the product.
hypothesis_settings.register_profile("patient", suppress_health_check=[HealthCheck.too_slow], deadline=None)
hypothesis_settings.load_profile("patient")

PLAIN_STATIC_FILES = {
    "default": settings.STORAGES["default"],
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what its place says: a `test_races.py` runs on both databases, a journey needs browsers and the product."""
    for item in items:
        if item.path.name == "test_races.py":
            item.add_marker("race")
        if item.path.parent.name == "journeys":
            item.add_marker("journey")


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    """The Redis that `settings.REDIS_URL` names, started by the first test that needs it."""
    with running_redis(VAR, port=settings.REDIS_PORT) as server:
        yield server


@pytest.fixture
def redis_server(redis_process: RedisServer) -> RedisServer:
    """Return the shared Redis, emptied."""
    redis_process.flush()
    return redis_process


@pytest.fixture(autouse=True)
def _redis_where_marked(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("redis"):
        request.getfixturevalue("redis_server")


@pytest.fixture(scope="session", autouse=True)
def _no_collected_static_files() -> Iterator[None]:
    with override_settings(STORAGES=PLAIN_STATIC_FILES):
        yield


@pytest.fixture(scope="session", autouse=True)
def _set_up_for_modules() -> None:
    """Let the site be set up for fixtures that come before those of a test."""
    suppose(is_set_up=True)


@pytest.fixture(autouse=True)
def _set_up() -> None:
    """Let the site be set up, with nothing chosen: no query is needed to know it. A test that chooses is believed."""
    suppose(is_set_up=True)
