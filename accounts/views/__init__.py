"""The views of accounts. Each makes one call to a service or selector and answers."""

from accounts.views.apps import apps, create_token, delete_app, register_app, revoke_app, revoke_token
from accounts.views.authorize import AskPerson, AskPersonOnX
from accounts.views.invitations import invitations, open_invitation, revoke_invitation
from accounts.views.language import choose_language
from accounts.views.muted import add_muted_word, muted, remove_muted_word
from accounts.views.oauth import Metadata, Revoke, Token, no_such_path
from accounts.views.own import ask_export, delete_account, export_file, own_account, reopen_account
from accounts.views.people import followers, following, profile
from accounts.views.relations import block, follow, mute, relation, unblock, unfollow, unmute
from accounts.views.sessions import end_other_sessions, end_session, sessions
from accounts.views.settings import avatar_settings, profile_settings
from accounts.views.viewer import stale_form, viewer

__all__ = [
    "AskPerson",
    "AskPersonOnX",
    "Metadata",
    "Revoke",
    "Token",
    "add_muted_word",
    "apps",
    "ask_export",
    "avatar_settings",
    "block",
    "choose_language",
    "create_token",
    "delete_account",
    "delete_app",
    "end_other_sessions",
    "end_session",
    "export_file",
    "follow",
    "followers",
    "following",
    "invitations",
    "mute",
    "muted",
    "no_such_path",
    "open_invitation",
    "own_account",
    "profile",
    "profile_settings",
    "register_app",
    "relation",
    "remove_muted_word",
    "reopen_account",
    "revoke_app",
    "revoke_invitation",
    "revoke_token",
    "sessions",
    "stale_form",
    "unblock",
    "unfollow",
    "unmute",
    "viewer",
]
