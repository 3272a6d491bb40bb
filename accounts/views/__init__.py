"""The views of accounts. Each makes one call to a service or selector and answers."""

from accounts.views.apps import apps, create_token, delete_app, register_app, revoke_app, revoke_token
from accounts.views.authorize import AskPerson, AskPersonOnX
from accounts.views.oauth import Metadata, Revoke, Token, no_such_path
from accounts.views.people import followers, following, profile
from accounts.views.relations import block, follow, relation, unblock, unfollow
from accounts.views.sessions import end_other_sessions, end_session, sessions
from accounts.views.settings import avatar_settings, profile_settings
from accounts.views.viewer import stale_form, viewer

__all__ = [
    "AskPerson",
    "AskPersonOnX",
    "Metadata",
    "Revoke",
    "Token",
    "apps",
    "avatar_settings",
    "block",
    "create_token",
    "delete_app",
    "end_other_sessions",
    "end_session",
    "follow",
    "followers",
    "following",
    "no_such_path",
    "profile",
    "profile_settings",
    "register_app",
    "relation",
    "revoke_app",
    "revoke_token",
    "sessions",
    "stale_form",
    "unblock",
    "unfollow",
    "viewer",
]
