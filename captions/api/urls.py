from django.urls import path

from captions.api.v1 import views as v1

V1 = "api/v1/spaces/<str:id>"

urlpatterns = [
    path(f"{V1}/captions", v1.Captions.as_view()),
    path(f"{V1}/captions/<str:format>", v1.CaptionsFile.as_view()),
    path(f"{V1}/caption_consent", v1.OwnConsent.as_view()),
    path(f"{V1}/caption_language", v1.Language.as_view()),
    path(f"{V1}/comments", v1.Comments.as_view()),
    path(f"{V1}/comments/<str:comment_id>", v1.OneComment.as_view()),
    path(f"{V1}/comments_allowed", v1.CommentsAllowed.as_view()),
]
