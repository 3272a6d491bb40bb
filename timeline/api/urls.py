from django.urls import path, re_path

from accounts.api.views import NowhereOnX
from timeline.api.v1 import pins
from timeline.api.v1 import views as v1
from timeline.api.v2 import views as v2

urlpatterns = [
    path("2/tweets", v2.Posts.as_view()),
    re_path("^2/tweets/analytics$", NowhereOnX.as_view()),
    path("2/tweets/<str:id>", v2.PostById.as_view()),
    path("2/users/<str:id>/tweets", v2.PostsOfUser.as_view()),
    path("2/users/<str:id>/timelines/reverse_chronological", v2.HomeTimeline.as_view()),
    path("2/users/<str:id>/bookmarks", v2.Bookmarks.as_view()),
    # X's folders of bookmarks. Without this line the word would be read as the id of a post.
    re_path("^2/users/[^/]+/bookmarks/folders$", NowhereOnX.as_view()),
    path("2/users/<str:id>/bookmarks/<str:tweet_id>", v2.OneBookmark.as_view()),
    path("2/spaces/<str:id>/tweets", v2.PostsOfSpace.as_view()),
    path("api/v1/spaces/<str:id>/pins", pins.PinsOfSpace.as_view()),
    path("api/v1/spaces/<str:id>/pins/<str:post_id>", pins.OnePin.as_view()),
    path("api/v1/posts", v1.Posts.as_view(), name="api_posts"),
    path("api/v1/fleets", v1.FleetsOfAll.as_view()),
    path("api/v1/fleets/by/<str:user_id>", v1.FleetsOfOne.as_view()),
    path("api/v1/fleets/<str:fleet_id>", v1.OneFleet.as_view()),
    path("api/v1/fleets/<str:fleet_id>/seen", v1.SeenFleet.as_view()),
    path("api/v1/fleets/<str:fleet_id>/viewers", v1.FleetViewers.as_view()),
    path("api/v1/messages", v1.Messages.as_view()),
    path("api/v1/messages/<str:user_id>", v1.OneThread.as_view()),
    path("api/v1/messages/<str:user_id>/read", v1.ReadThread.as_view()),
    path("api/v1/notifications", v1.AllNotifications.as_view()),
    path("api/v1/notifications/seen", v1.SeenNotifications.as_view()),
]
