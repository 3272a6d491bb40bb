from django.urls import path

from captions import views
from captions.files import FORMATS

urlpatterns = [
    path(
        f"i/spaces/<slug:public_id>/captions.{ending}",
        views.captions_file,
        {"ending": ending},
        name=f"captions_{ending}",
    )
    for ending in FORMATS
]
