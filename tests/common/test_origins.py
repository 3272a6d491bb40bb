"""Which names are only for the machine itself."""

import pytest

from spaces_project.common.origins import is_local_origin

pytestmark = pytest.mark.security("C1")


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8000",
        "http://LOCALHOST.",
        "https://spaces.localhost",
        "http://127.0.0.1:9123",
        "http://127.8.9.10",
        "http://[::1]:8000",
        "http://[::ffff:127.0.0.1]",
    ],
)
def test_local(origin: str) -> None:
    assert is_local_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "https://spaces.example",
        "https://localhost.spaces.example",
        "https://notlocalhost",
        "http://user:localhost@spaces.example",
        "http://localhost@10.0.0.1",
        "http://10.0.0.1:8000",
        "http://[::ffff:10.0.0.1]",
        "http://[fe80::1]",
        "http://[broken",
        "localhost:8000",
        "",
    ],
)
def test_open_to_others(origin: str) -> None:
    assert not is_local_origin(origin)
