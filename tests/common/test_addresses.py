"""Which address a limit counts."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from spaces_project.common.addresses import address_of, address_of_request


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("a socket's name", "unknown"),
    ],
)
def test_the_peer(client: str, address: str) -> None:
    assert address_of({"client": [client, 1234], "headers": []}) == address


def test_a_peer_nobody_knows() -> None:
    assert address_of({"client": None, "headers": []}) == address_of({"headers": []}) == "unknown"


def test_what_a_client_says_of_itself_is_not_believed() -> None:
    assert address_of({"client": ["192.0.2.7", 1], "headers": [(b"x-forwarded-for", b"10.0.0.1")]}) == "192.0.2.7"


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ([b"192.0.2.7"], "192.0.2.7"),
        ([b"10.0.0.1, 192.0.2.7"], "192.0.2.7"),
        ([b"10.0.0.1", b"192.0.2.7"], "192.0.2.7"),
        ([b"192.0.2.7, "], "unknown"),
        ([], "unknown"),
    ],
)
def test_behind_a_proxy_its_own_word_counts(settings: Settings, lines: list[bytes], address: str) -> None:
    settings.BEHIND_PROXY = True
    headers = [(b"x-forwarded-for", line) for line in lines]
    assert address_of({"client": ["127.0.0.1", 1], "headers": headers}) == address


def test_a_request_comes_from_where_a_socket_would(settings: Settings) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2::9", HTTP_X_FORWARDED_FOR="10.0.0.1, 192.0.2.7")
    assert address_of_request(request) == "2001:db8:1:2::/64"
    settings.BEHIND_PROXY = True
    assert address_of_request(request) == "192.0.2.7"
