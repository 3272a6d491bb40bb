"""The one shape of an error on every door."""

import pytest

from spaces_project.common import errors
from spaces_project.common.errors import ProductError


def test_an_error_has_a_code_a_sentence_and_details() -> None:
    error = errors.Conflict("stage_full", "All seats are taken.", limit=10)
    assert error.as_dict() == {"code": "stage_full", "message": "All seats are taken.", "details": {"limit": 10}}
    assert str(error) == "All seats are taken."


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFound, 404),
        (errors.Refused, 403),
        (errors.Conflict, 409),
        (errors.BadInput, 400),
        (errors.TooMany, 429),
        (errors.TryAgain, 503),
    ],
)
def test_each_kind_has_its_status(kind: type[ProductError], status: int) -> None:
    assert kind("code", "message").status == status
