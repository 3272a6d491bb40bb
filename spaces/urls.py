from django.urls import path

from spaces import safety_views, views

urlpatterns = [
    path("i/spaces", views.spaces, name="discover"),
    path("i/spaces", views.spaces, name="space_create"),
    path("i/spaces/new", views.new_space, name="space_new"),
    path("i/spaces/glance", views.spaces_glance, name="spaces_glance"),
    path("i/spaces/<slug:public_id>", views.space, name="space"),
    path("i/spaces/<slug:public_id>/start", views.start_space, name="space_start"),
    path("i/spaces/<slug:public_id>/change", views.change_space, name="space_change"),
    path("i/spaces/<slug:public_id>/cancel", views.cancel_space, name="space_cancel"),
    path("i/spaces/<slug:public_id>/remind", views.remind, name="space_remind"),
    path("i/spaces/<slug:public_id>/unremind", views.unremind, name="space_unremind"),
    path("i/report", safety_views.report, name="report"),
    path("i/decisions/<id:decision_id>", safety_views.decision, name="decision"),
    path("i/decisions/<id:decision_id>/appeal", safety_views.appeal, name="appeal"),
]
