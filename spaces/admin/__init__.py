"""Serve the staff. `base` is shared with the admins of the apps above."""

from spaces.admin import appeals, decisions, listen_in, live, reports, rooms, words
from spaces.admin.base import ReadOnlyAdmin, RowsOfASpace, acting

__all__ = [
    "ReadOnlyAdmin",
    "RowsOfASpace",
    "acting",
    "appeals",
    "decisions",
    "listen_in",
    "live",
    "reports",
    "rooms",
    "words",
]
