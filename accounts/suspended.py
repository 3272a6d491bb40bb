"""What a suspended account may still do: one list, asked once, in front of the verbs of every app that calls `gate`."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from accounts.models import User
from accounts.rules import require_not_suspended

ACTORS: Final = ("user", "author", "sender", "follower", "blocker", "owner", "viewer")
"""What verbs call the user who acts."""
OPEN: Final = frozenset(
    {
        # Leave, and take one's own away.
        "delete_app",
        "delete_fleet",
        "delete_post",
        "delete_user",
        "delete_webhook",
        "end_other_sessions",
        "end_session",
        "remove_avatar",
        "revoke_all",
        "revoke_app",
        "revoke_personal_token",
        "unfollow_user",
        "unlike_post",
        "unpin_post",
        "unrepost_post",
        # Be left in peace.
        "block_user",
        "unblock_user",
        # Read.
        "list_sessions",
        "mark_read",
        "mark_seen",
        "see_fleet",
        # Of these, `user` is whom it is done to, not who does it.
        "notify",
        "reinstate_user",
        "release_counts",
        "suspend_user",
    }
)


def gate(services: dict[str, Any]) -> None:
    """Refuse suspended users in front of each verb that `services`, a package's globals, exports and `OPEN` lacks.

    A verb that is added later is closed to them until it is listed. What verbs call among themselves is not asked.
    """
    for name in services["__all__"]:
        verb = services[name]
        if inspect.isfunction(verb) and (actor := actor_of(verb)) and name not in OPEN:
            services[name] = _gated(verb, actor)


def actor_of(verb: Callable[..., Any]) -> str | None:
    """Return the name of the parameter that is the acting user, or None where nobody acts."""
    named = inspect.signature(verb).parameters
    return next((name for name in ACTORS if name in named), None)


def _gated(verb: Callable[..., Any], actor: str) -> Callable[..., Any]:
    @wraps(verb)
    def asked(*args: Any, **kwargs: Any) -> Any:
        user = kwargs.get(actor)
        if isinstance(user, User):
            require_not_suspended(user)
        return verb(*args, **kwargs)

    return asked
