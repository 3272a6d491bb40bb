"""What the staff sees. `base` is for the admins of the apps above, too."""

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
