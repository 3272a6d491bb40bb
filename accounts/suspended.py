"""What a suspended account may still do.

One list is checked in front of the services of every app that calls `gate`.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from accounts.models import User
from accounts.rules import require_not_suspended

ACTORS: Final = ("user", "author", "sender", "follower", "blocker", "muter", "owner", "viewer")
"""The parameter names that services use for the acting user."""
OPEN: Final = frozenset(
    {
        # Leaving, and removing one's own things.
        "close_account",
        "closed_account",
        "delete_app",
        "delete_fleet",
        "delete_post",
        "delete_user",
        "delete_webhook",
        "end_other_sessions",
        "end_session",
        "export_of",
        "ready_export",
        "reopen_account",
        "request_export",
        "remove_avatar",
        "revoke_all",
        "revoke_app",
        "revoke_personal_token",
        "unbookmark_post",
        "revoke_sign_up_invitation",
        "unfollow_user",
        "unlike_post",
        "unpin_post",
        "unrepost_post",
        # Protection from other users.
        "block_user",
        "mute_user",
        "mute_word",
        "unblock_user",
        "unmute_user",
        "unmute_word",
        # Reading.
        "list_sessions",
        "sign_up_invitations_of",
        "mark_read",
        "mark_seen",
        "see_fleet",
        # In these, `user` is the user it is done to, not the one who acts.
        "notify",
        "reinstate_user",
        "release_counts",
        "suspend_user",
    }
)


def gate(services: dict[str, Any]) -> None:
    """Make a package's services refuse suspended users. `services` is the package's `globals()`; services listed in
    `OPEN` stay as they are.

    A service that is added later is closed to suspended users until it is listed in `OPEN`. Calls between services
    inside the package are not checked.
    """
    for name in services["__all__"]:
        verb = services[name]
        if inspect.isfunction(verb) and (actor := actor_of(verb)) and name not in OPEN:
            services[name] = _gated(verb, actor)


def actor_of(verb: Callable[..., Any]) -> str | None:
    """Return the name of the parameter with the acting user, or None if the service has none."""
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
