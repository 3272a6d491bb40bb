from django.urls import path

from captions import views
from captions.files import FORMATS

_FILES = [
    path(
        f"i/spaces/<slug:public_id>/captions.{ending}",
        views.captions_file,
        {"ending": ending},
        name=f"captions_{ending}",
    )
    for ending in FORMATS
]
urlpatterns = [
    path("i/spaces/<slug:public_id>/transcript", views.transcript_page, name="transcript"),
    path("i/spaces/<slug:public_id>/replay/data", views.replay_data, name="replay_data"),
    path("i/spaces/<slug:public_id>/replay/so-far/data", views.so_far_data, name="replay_so_far_data"),
    *_FILES,
]
