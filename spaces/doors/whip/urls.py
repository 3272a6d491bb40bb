from django.urls import path

from spaces.doors.whip import views

urlpatterns = [
    path("i/spaces/<slug:public_id>/whip", views.endpoint, name="whip"),
    path("i/spaces/<slug:public_id>/whip/<slug:broadcast>", views.session, name="whip_session"),
]
