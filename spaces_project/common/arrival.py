"""When a request came: before the middleware, the queue for a thread and the view."""

from typing import Final

ARRIVED: Final = "spaces.arrived"
"""Key of `request.META`, in seconds since the epoch. No header of a client's becomes a key like it."""
