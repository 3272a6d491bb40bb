"""The files a gateway reads."""

import ipaddress
import stat
from pathlib import Path
from typing import Any

import pytest

from spaces.gateway.addresses import own_address
from spaces.gateway.config import GatewaySettings, find_libraries, render, write_configuration


def settings(**overrides: Any) -> GatewaySettings:
    known: dict[str, Any] = {"api_secret": "api", "admin_secret": "admin", "admin_key": "key"}
    return GatewaySettings(**(known | overrides))


@pytest.mark.gateway
def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    write_configuration(tmp_path / "gateway", settings())
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "gateway").iterdir()}
    assert modes == {0o600}


@pytest.mark.gateway
def test_a_file_others_could_read_becomes_private(tmp_path: Path) -> None:
    main = tmp_path / "janus.jcfg"
    main.touch(0o644)
    write_configuration(tmp_path, settings())
    assert stat.S_IMODE(main.stat().st_mode) == 0o600


@pytest.mark.gateway
def test_only_two_plugins_and_one_transport_stay() -> None:
    libraries = find_libraries()
    assert {"libjanus_audiobridge.so", "libjanus_streaming.so"} <= {f.name for f in (libraries / "plugins").iterdir()}


def test_values_are_written_as_libconfig_wants_them() -> None:
    text = render({"name": 'a"b\\c', "on": True, "number": 5, "inner": {"off": False}})
    assert text == 'name = "a\\"b\\\\c";\non = true;\nnumber = 5;\ninner = {\n  off = false;\n};\n'


@pytest.mark.parametrize("equal", [{"admin_key": "api"}, {"admin_secret": "api"}, {"api_secret": ""}])
def test_the_three_secrets_must_be_set_and_differ(equal: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="must be set and differ"):
        settings(**equal)


def test_a_log_with_session_descriptions_is_refused() -> None:
    with pytest.raises(ValueError, match="debug_level"):
        settings(debug_level=5)


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(settings(api_secret="first", admin_secret="second", admin_key="third"))
    assert not any(secret in shown for secret in ("first", "second", "third"))


def test_the_machines_own_address_is_not_loopback() -> None:
    assert not ipaddress.ip_address(own_address()).is_loopback
