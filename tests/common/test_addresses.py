"""Which address a limit counts."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from spaces_project.common import addresses
from spaces_project.common.addresses import address_of, address_of_request

pytestmark = [pytest.mark.security("A12"), pytest.mark.asvs("15.3.4")]

Lines = list[tuple[bytes, bytes]]


def forwarded_for(*lines: bytes) -> Lines:
    return [(b"x-forwarded-for", line) for line in lines]


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:C000:0207", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2:FFFF::9", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002:0000:0000:0000:0009", "2001:db8:1:2::/64"),
        ("fe80::9%eth0", "fe80::9"),
        ("::1", "::1"),
    ],
)
def test_the_peer(client: str, address: str) -> None:
    assert address_of({"client": [client, 1234], "headers": []}) == address


def test_strangers_whose_address_cannot_be_read_do_not_share_a_limit() -> None:
    found = {address_of({"client": None, "headers": []}), address_of({"headers": []})}
    found |= {address_of({"client": ["a socket's name", port], "headers": []}) for port in (1, 2)}
    assert len(found) == 4
    assert all(address.startswith("unknown:") for address in found)


@pytest.mark.security("C15")
@pytest.mark.parametrize("name", [b"x-forwarded-for", b"forwarded", b"x-real-ip"])
@pytest.mark.asvs("4.1.3")
def test_what_a_client_says_of_itself_is_not_believed(name: bytes) -> None:
    assert address_of({"client": ["192.0.2.7", 1], "headers": [(name, b"for=10.0.0.1")]}) == "192.0.2.7"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        (forwarded_for(b"192.0.2.7"), "192.0.2.7"),
        (forwarded_for(b"10.0.0.1, 192.0.2.7"), "192.0.2.7"),
        (forwarded_for(b"10.0.0.1", b"192.0.2.7"), "192.0.2.7"),
        (forwarded_for(b"192.0.2.7:4711"), "192.0.2.7"),
        (forwarded_for(b"[2001:db8:1:2::1]:4711"), "2001:db8:1:2::/64"),
        (forwarded_for(b"[2001:DB8:1:2::1]"), "2001:db8:1:2::/64"),
        (forwarded_for(b"2001:DB8:1:2::1"), "2001:db8:1:2::/64"),
        (forwarded_for(b"[::ffff:192.0.2.7]:80"), "192.0.2.7"),
        (forwarded_for(b"[fe80::9%25eth0]:80"), "fe80::9"),
        ([(b"forwarded", b"for=10.0.0.1, For=192.0.2.7;proto=https")], "192.0.2.7"),
        ([(b"forwarded", b'by=10.0.0.1; for="[2001:db8:1:2::1]:4711"')], "2001:db8:1:2::/64"),
        ([(b"x-real-ip", b"192.0.2.7")], "192.0.2.7"),
        ([(b"forwarded", b"for=10.0.0.1"), *forwarded_for(b"192.0.2.7")], "192.0.2.7"),
        ([(b"x_forwarded_for", b"10.0.0.1"), *forwarded_for(b"192.0.2.7")], "192.0.2.7"),
        (forwarded_for(b"192.0.2.7, "), "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
def test_behind_a_proxy_its_own_word_counts(settings: Settings, headers: Lines, address: str) -> None:
    settings.BEHIND_PROXY = True
    assert address_of({"client": ["127.0.0.1", 1], "headers": headers}) == address


def test_clients_whose_proxy_hides_them_have_limits_of_their_own(settings: Settings) -> None:
    settings.BEHIND_PROXY = True

    def seen(name: bytes) -> str:
        return address_of({"client": ["127.0.0.1", 1], "headers": [(b"forwarded", b"for=" + name)]})

    assert seen(b"_gazonk") == seen(b"_gazonk") != seen(b"_other")


def test_what_cannot_be_read_is_logged_once(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.BEHIND_PROXY = True
    for _ in range(5):
        address_of({"client": ["127.0.0.1", 1], "headers": forwarded_for(b"no-address-at-all")})
    assert [record.getMessage() for record in caplog.records] == [
        "The address of a client cannot be read: 'no-address-at-all'."
    ]


@pytest.mark.security("C14")
def test_a_proxy_that_we_were_not_told_of_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    addresses._complain.cache_clear()
    for number in range(5):
        address_of({"client": ["127.0.0.1", 1], "headers": forwarded_for(b"192.0.2.%d" % number)})
    assert ["BEHIND_PROXY is off" in record.getMessage() for record in caplog.records] == [True]


def test_a_request_comes_from_where_a_socket_would(settings: Settings) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2::9", HTTP_X_FORWARDED_FOR="10.0.0.1, 192.0.2.7:1")
    assert address_of_request(request) == "2001:db8:1:2::/64"
    settings.BEHIND_PROXY = True
    assert address_of_request(request) == "192.0.2.7"
