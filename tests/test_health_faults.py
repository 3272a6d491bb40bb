"""Every part of the running product, when it dies, is named by `/healthz`, and comes back."""

from collections.abc import Iterator

import pytest

from spaces_project.common.heartbeat import FRESH_SECONDS
from tests.support.stack import Part, Stack

WELL_WITHIN = 2.0 * FRESH_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("health-faults")) as stack:
        yield stack


def unwell(stack: Stack) -> set[str]:
    report = stack.health() or {}
    return {part for part, word in report.items() if word != "ok"}


@pytest.mark.parametrize("part", ["redis", "gateway"])
def test_a_part_that_hangs_is_named_and_ok_when_it_goes_on(stack: Stack, part: Part) -> None:
    stack.hang(part)
    assert part in unwell(stack)
    stack.cont(part)
    stack.wait_healthy(timeout=WELL_WITHIN)


def test_an_empty_redis_is_full_again_after_one_heartbeat(stack: Stack) -> None:
    stack.restart("redis")
    stack.wait_healthy(timeout=WELL_WITHIN)


def test_a_worker_that_hangs_is_named_alone(stack: Stack) -> None:
    stack.hang("worker")
    stack.wait_until(lambda: unwell(stack) == {"worker"}, seconds=FRESH_SECONDS + 10)
    stack.cont("worker")
    stack.wait_healthy(timeout=WELL_WITHIN)


def test_without_beat_nothing_comes_to_any_worker_either(stack: Stack) -> None:
    stack.kill("beat")
    stack.wait_until(lambda: unwell(stack) == {"worker", "speech", "notify", "beat"}, seconds=FRESH_SECONDS + 10)
    stack.restart("beat")
    stack.wait_healthy(timeout=WELL_WITHIN)
