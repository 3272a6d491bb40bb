"""The URLs of accounts. Include them last: `/<username>` matches every short path that no earlier pattern matched."""

from django.urls import include, path, re_path

from accounts import views

oauth = [
    # The paths are X's, so that X's clients find them.
    path("i/oauth2/authorize", views.AskPerson.as_view(), name="authorize"),
    path("2/oauth2/authorize", views.AskPersonOnX.as_view()),
    path("2/oauth2/token", views.Token.as_view(), name="token"),
    path("oauth2/token", views.Token.as_view()),
    path("2/oauth2/revoke", views.Revoke.as_view(), name="revoke-token"),
    re_path(r"^(?:2/)?oauth2(?:/[\s\S]*)?$", views.no_such_path),
    path(".well-known/oauth-authorization-server", views.Metadata.as_view(), name="oauth-server-metadata"),
]

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("i/viewer", views.viewer, name="viewer"),
    path("i/join/<str:key>", views.open_invitation, name="open_invitation"),
    path("settings/invitations", views.invitations, name="invitations"),
    path("settings/invitations/<id:invitation_id>/revoke", views.revoke_invitation, name="invitation_revoke"),
    path("i/language", views.choose_language, name="choose_language"),
    path("settings/sessions", views.sessions, name="sessions"),
    path("settings/sessions/others/end", views.end_other_sessions, name="sessions_end_others"),
    path("settings/sessions/<id:session_id>/end", views.end_session, name="session_end"),
    path("settings/profile", views.profile_settings, name="profile_settings"),
    path("settings/avatar", views.avatar_settings, name="avatar_settings"),
    path("settings/account", views.own_account, name="own_account"),
    path("settings/account/export", views.ask_export, name="export_ask"),
    path("settings/account/export/file", views.export_file, name="export_file"),
    path("settings/account/delete", views.delete_account, name="account_delete"),
    path("settings/account/reopen", views.reopen_account, name="account_reopen"),
    path("settings/muted", views.muted, name="muted"),
    path("settings/muted/words", views.add_muted_word, name="muted_word_add"),
    path("settings/muted/words/<id:word_id>/remove", views.remove_muted_word, name="muted_word_remove"),
    path("settings/apps", views.apps, name="apps"),
    path("settings/apps/tokens", views.create_token, name="token_create"),
    path("settings/apps/tokens/<id:token_id>/revoke", views.revoke_token, name="token_revoke"),
    path("settings/apps/registered", views.register_app, name="app_register"),
    path("settings/apps/registered/<id:app_id>/delete", views.delete_app, name="app_delete"),
    path("settings/apps/authorized/<id:app_id>/revoke", views.revoke_app, name="app_revoke"),
    path("", include((oauth, "oauth2_provider"))),
    path("<username:username>/follow", views.follow, name="follow"),
    path("<username:username>/unfollow", views.unfollow, name="unfollow"),
    path("<username:username>/block", views.block, name="block"),
    path("<username:username>/mute", views.mute, name="mute"),
    path("<username:username>/unmute", views.unmute, name="unmute"),
    path("<username:username>/unblock", views.unblock, name="unblock"),
    path("<username:username>/relation", views.relation, name="relation"),
    path("<username:username>/followers", views.followers, name="followers"),
    path("<username:username>/following", views.following, name="following"),
    path("<username:username>", views.profile, name="profile"),
]
