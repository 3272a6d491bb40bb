"""The services of accounts. No other code writes users, follows or blocks."""

from accounts.services.counts import recount_followers
from accounts.services.profiles import delete_user, remove_avatar, set_avatar, update_profile
from accounts.services.relations import block_user, follow_user, unblock_user, unfollow_user
from accounts.services.sessions import end_other_sessions, end_session, list_sessions
from accounts.services.suspensions import lift_suspension, reinstate_user, suspend_user
from accounts.services.tokens import (
    NEVER,
    PREFIX,
    Issued,
    IssuedApp,
    create_personal_token,
    delete_app,
    register_app,
    revoke_all,
    revoke_app,
    revoke_personal_token,
)
from accounts.services.webhooks import (
    announce_event,
    create_webhook,
    delete_webhook,
    deliver,
    deliver_again,
    due_deliveries,
    forget_old_deliveries,
    scrub_deliveries,
)
from accounts.suspended import gate

__all__ = [
    "NEVER",
    "PREFIX",
    "Issued",
    "IssuedApp",
    "announce_event",
    "block_user",
    "create_personal_token",
    "create_webhook",
    "delete_app",
    "delete_user",
    "delete_webhook",
    "deliver",
    "deliver_again",
    "due_deliveries",
    "end_other_sessions",
    "end_session",
    "follow_user",
    "forget_old_deliveries",
    "lift_suspension",
    "list_sessions",
    "recount_followers",
    "register_app",
    "reinstate_user",
    "remove_avatar",
    "revoke_all",
    "revoke_app",
    "revoke_personal_token",
    "scrub_deliveries",
    "set_avatar",
    "suspend_user",
    "unblock_user",
    "unfollow_user",
    "update_profile",
]

gate(globals())
