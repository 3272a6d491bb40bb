from django.urls import path, re_path

from accounts.api.v1 import views as v1
from accounts.api.v2 import views as v2
from accounts.api.views import NowhereOnX

urlpatterns = [
    path("api/v1/me", v1.Me.as_view()),
    path("api/v1/follows/<str:user_id>", v1.Follow.as_view()),
    path("api/v1/blocks", v1.Blocks.as_view()),
    path("api/v1/blocks/<str:user_id>", v1.Block.as_view()),
    path("api/v1/webhooks", v1.Webhooks.as_view()),
    path("api/v1/webhooks/<str:webhook_id>", v1.OneWebhook.as_view()),
    path("2/users/me", v2.Me.as_view()),
    path("2/users/by", v2.UsersByUsername.as_view()),
    path("2/users/by/username/<str:username>", v2.UserByUsername.as_view()),
    path("2/users", v2.UsersById.as_view()),
    # Paths of X that we do not have. Without this line they would be read as malformed user ids.
    re_path(r"^2/users/(?:personalized_trends|public_keys|reposts_of_me|search)$", NowhereOnX.as_view()),
    path("2/users/<str:id>", v2.UserById.as_view()),
    path("2/users/<str:id>/following", v2.UsersFollowing.as_view()),
    path("2/users/<str:id>/following/<str:target_user_id>", v2.UsersUnfollow.as_view()),
    path("2/users/<str:id>/followers", v2.UsersFollowers.as_view()),
    path("2/users/<str:id>/muting", v2.UsersMuting.as_view()),
    path("2/users/<str:source_user_id>/muting/<str:target_user_id>", v2.UsersUnmute.as_view()),
]
