"""Serve the staff. `base` is shared with the admins of the apps above."""

from spaces.doors.admin import appeals, decisions, listen_in, live, recordings, reports, rooms, words
from spaces.doors.admin.base import ReadOnlyAdmin, RowsOfASpace, WordListAdmin, acting

__all__ = [
    "ReadOnlyAdmin",
    "RowsOfASpace",
    "WordListAdmin",
    "acting",
    "appeals",
    "decisions",
    "listen_in",
    "live",
    "recordings",
    "reports",
    "rooms",
    "words",
]
