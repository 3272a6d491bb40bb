"""The types of single values, defined once for checking and for the schema."""

import re
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from spaces_project.common.api.problems import BadRequest
from spaces_project.common.ids import LARGEST_ID

UserId = Annotated[str, Meta(pattern="^[0-9]{1,19}$", examples=["2244994945"])]
"""Decimal digits only, because clients convert it to a number."""
PostId = Annotated[str, Meta(pattern="^[0-9]{1,19}$", examples=["1346889436626259968"])]
SpaceId = Annotated[str, Meta(pattern="^[a-zA-Z0-9]{1,13}$", examples=["1DXxyRYNejbKM"])]
ClipId = Annotated[str, Meta(pattern="^[a-zA-Z0-9]{1,13}$", examples=["1BdGYyRYNejbK"])]
Username = Annotated[str, Meta(pattern="^[A-Za-z0-9_]{1,15}$", examples=["ada"])]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        extra_json_schema={"format": "date-time"},
        examples=["2021-05-03T17:00:00.000Z"],
    ),
]
"""A time in UTC with milliseconds. X's clients insist on the milliseconds."""
Url = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Whole = Annotated[str, Meta(pattern="^[^\u0000]*$")]
"""A text without the NUL character, which databases refuse."""
PageToken = Annotated[str, Meta(pattern="^[a-z0-9]{2,40}$")]


def moment(at: datetime) -> str:
    """Return a time as X writes it: UTC with milliseconds and `Z`."""
    # isoformat, because strftime costs more than everything else about a row of a list.
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


Instant = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        extra_json_schema={"format": "date-time"},
        examples=["2021-05-03T17:00:00Z"],
    ),
]
"""A time in a request, with its time zone."""


def instant(text: str, parameter: str) -> datetime:
    """Return the time in `text`. Raises `BadRequest` for a time that does not exist in the calendar."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest("That time does not exist.", {parameter: [text]}) from None


_NUMBER = re.compile(r"\A[0-9]{1,19}\Z")


def number(text: str) -> int:
    """Return the id as an integer. Text that is not an id becomes 0, which no row has.

    Some numbers of 19 digits are more than a database holds. They become the largest one it does.
    """
    return min(int(text), LARGEST_ID) if _NUMBER.match(text) else 0


class Nothing(msgspec.Struct, frozen=True):
    """An empty object."""
