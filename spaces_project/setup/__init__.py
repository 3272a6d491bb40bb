"""Set a new site up: by the page that a code opens (`views`), or by `manage.py setup` for scripts.

Both make a `Plan` and call `set_up`, which checks all of it before it writes anything.
"""

from .services import Plan, set_up

__all__ = ["Plan", "set_up"]
