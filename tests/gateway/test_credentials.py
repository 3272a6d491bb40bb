"""Credentials that every process can compute and that cannot be guessed."""

from spaces.gateway.credentials import Secured, credentials_of


def test_they_are_the_same_every_time() -> None:
    assert credentials_of(Secured.ROOM, "r", admin_key="k") == credentials_of(Secured.ROOM, "r", admin_key="k")


def test_they_differ_by_kind_name_key_and_use() -> None:
    some = [
        credentials_of(Secured.ROOM, "r", admin_key="k"),
        credentials_of(Secured.MOUNTPOINT, "r", admin_key="k"),
        credentials_of(Secured.ROOM, "s", admin_key="k"),
        credentials_of(Secured.ROOM, "r", admin_key="l"),
    ]
    assert len({value for one in some for value in (one.secret, one.pin)}) == 8


def test_they_are_not_in_the_repr() -> None:
    one = credentials_of(Secured.ROOM, "r", admin_key="k")
    assert one.secret not in repr(one)
    assert one.pin not in repr(one)
