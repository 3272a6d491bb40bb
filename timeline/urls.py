from django.urls import path

from timeline import views

urlpatterns = [
    path("", views.home, name="home"),
    path("compose", views.compose, name="compose"),
    path("i/posts/<id:post_id>", views.post_line, name="post_line"),
    path("i/posts/<id:post_id>/like", views.like, name="like"),
    path("i/posts/<id:post_id>/unlike", views.unlike, name="unlike"),
    path("i/posts/<id:post_id>/repost", views.repost, name="repost"),
    path("i/posts/<id:post_id>/unrepost", views.unrepost, name="unrepost"),
    path("i/posts/<id:post_id>/delete", views.delete, name="post_delete"),
    path("i/spaces/<slug:public_id>/card", views.card, name="space_card"),
    path("i/spaces/<slug:public_id>/invitations", views.invite_people, name="invite_people"),
    path("i/spaces/<slug:public_id>/pins", views.pins, name="pins"),
    path("i/spaces/<slug:public_id>/pins/add", views.pin, name="pin"),
    path("i/spaces/<slug:public_id>/pins/choices", views.pin_choices, name="pin_choices"),
    path("i/spaces/<slug:public_id>/pins/<id:post_id>/delete", views.unpin, name="unpin"),
    path("i/people", views.people, name="people"),
    path("i/badges", views.badges, name="badges"),
    path("i/fleets/<id:fleet_id>/image", views.fleet_image, name="fleet_image"),
    path("i/fleets/<id:fleet_id>/seen", views.see_fleet, name="fleet_seen"),
    path("i/fleets/<id:fleet_id>/viewers", views.fleet_viewers, name="fleet_viewers"),
    path("i/fleets/<id:fleet_id>/delete", views.delete_fleet, name="fleet_delete"),
    path("fleets", views.new_fleet, name="fleet_new"),
    path("fleets/<username:username>", views.fleets, name="fleets"),
    path("messages", views.inbox, name="inbox"),
    path("messages/<username:username>", views.thread, name="thread"),
    path("messages/<username:username>/after/<id:message_id>", views.latest_messages, name="latest_messages"),
    path("notifications", views.notifications, name="notifications"),
    path("<username:username>/status/<id:post_id>", views.post, name="post"),
    path("<username:username>/posts", views.posts, name="posts"),
]
