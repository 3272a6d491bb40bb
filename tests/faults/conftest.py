"""One product and three browsers for most fault tests: each takes twenty seconds of this machine to start.

A test that leaves anything behind fails itself: `live` looks into the gateway when the Space is over.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.faults.house import ADA_HZ, ALAN_HZ, GRACE_HZ, House, LiveSpace, live_space, prepare
from tests.faults.wire import Wire
from tests.support.browser import Browsers
from tests.support.ports import free_port
from tests.support.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that make and remove networks last: a browser whose network changes drops its connections."""
    items.sort(key=lambda item: item.path.name == "test_network.py" and item.path.parent.name == "faults")


@pytest.fixture(scope="package")
def gateway_port() -> int:
    return free_port()


@pytest.fixture(scope="package")
def gateway_wire(gateway_port: int) -> Iterator[Wire]:
    """Between the product and its gateway; the supervisor, which belongs to the gateway, goes past it."""
    with Wire(gateway_port) as wire:
        yield wire


@pytest.fixture(scope="package")
def house(gateway_wire: Wire, gateway_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    redis_port = free_port()
    ports = {
        "REDIS_PORT": str(redis_port),
        "GATEWAY_PORT": str(gateway_port),
        "GATEWAY_URL": f"ws://127.0.0.1:{gateway_wire.port}",
    }
    with Stack(tmp_path_factory.mktemp("faults"), environment=ports) as stack:
        yield House(stack, redis_port)


@pytest.fixture(scope="package")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    with Browsers(tmp_path_factory.mktemp("voices")) as browsers:
        yield browsers


@pytest.fixture(scope="package")
def ada_page(house: House, browsers: Browsers) -> Page:
    return prepare(browsers.open(house.stack.url, "ada", tone=ADA_HZ))


@pytest.fixture(scope="package")
def grace_page(house: House, browsers: Browsers) -> Page:
    return prepare(browsers.open(house.stack.url, "grace", tone=GRACE_HZ))


@pytest.fixture(scope="package")
def alan_page(house: House, browsers: Browsers) -> Page:
    return prepare(browsers.open(house.stack.url, "alan", tone=ALAN_HZ))


@pytest.fixture
def ada(house: House, ada_page: Page) -> Page:
    """Return the host's page, at home, without used-up limits of hosting."""
    house.stack.forget_limits()
    ada_page.goto("/")
    return ada_page


@pytest.fixture
def grace(grace_page: Page) -> Page:
    """Return the page at home."""
    grace_page.goto("/")
    return grace_page


@pytest.fixture
def alan(alan_page: Page) -> Page:
    """Return the page at home."""
    alan_page.goto("/")
    return alan_page


@pytest.fixture
def live(house: House, ada: Page, request: pytest.FixtureRequest) -> Iterator[LiveSpace]:
    """Ada talks in a Space of her own."""
    with live_space(house, ada, title=request.node.name[:70]) as space:
        yield space
