"""Ids of rows, as addresses, forms and tokens spell them."""

import re

LARGEST_ID = 2**63 - 1
"""What a database column holds. A larger number is no error of ours, it is the id of nothing."""

_ID = re.compile(r"[0-9]{1,19}")


def parse_id(text: str) -> int | None:
    """Return the id, or None for text that is none: other digits than ASCII's, a sign, more than 64 bits."""
    number = int(text) if _ID.fullmatch(text) else LARGEST_ID + 1
    return number if number <= LARGEST_ID else None


class IdConverter:
    """`<id:post_id>` in a path. What is no id does not even reach a view, which Django answers with 404."""

    regex = _ID.pattern

    def to_python(self, value: str) -> int:
        number = parse_id(value)
        if number is None:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        return str(value)
