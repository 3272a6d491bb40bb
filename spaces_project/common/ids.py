"""Ids of rows as they are written in addresses, forms and tokens."""

import re

LARGEST_ID = 2**63 - 1
"""The largest number that a database column holds. A larger one is not an error: no row has that id."""

_ID = re.compile(r"[0-9]{1,19}")


def parse_id(text: str) -> int | None:
    """Return the id, or None for text that is not one: digits other than ASCII, a sign, or more than 64 bits."""
    number = int(text) if _ID.fullmatch(text) else LARGEST_ID + 1
    return number if number <= LARGEST_ID else None


class IdConverter:
    """The path converter `<id:post_id>`. Other text never reaches a view; Django answers 404."""

    regex = _ID.pattern

    def to_python(self, value: str) -> int:
        number = parse_id(value)
        if number is None:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        return str(value)
