"""The time at which a request arrived: before the middleware, the queue for a thread, and the view."""

from typing import Final

ARRIVED: Final = "spaces.arrived"
"""The key in `request.META`, in seconds since the epoch.

A client cannot set it: headers become keys that begin with `HTTP_`.
"""
