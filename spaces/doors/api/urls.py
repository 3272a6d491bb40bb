from django.urls import path

from spaces.doors.api.v1 import clips, people, recordings, reports, requests, roles, spaces
from spaces.doors.api.v2 import views as v2

V1 = "api/v1/spaces"

urlpatterns = [
    path("2/spaces", v2.SpacesByIds.as_view()),
    path("2/spaces/by/creator_ids", v2.SpacesByCreators.as_view()),
    path("2/spaces/search", v2.SearchSpaces.as_view()),
    path("2/spaces/<str:id>", v2.SpaceById.as_view()),
    path("2/spaces/<str:id>/buyers", v2.SpaceBuyers.as_view()),
    path("api/v1/reports", reports.Reports.as_view()),
    path("api/v1/topics", spaces.Topics.as_view()),
    path(V1, spaces.Spaces.as_view()),
    path(f"{V1}/<str:id>", spaces.OneSpace.as_view()),
    path(f"{V1}/<str:id>/start", spaces.Start.as_view()),
    path(f"{V1}/<str:id>/end", spaces.End.as_view()),
    path(f"{V1}/<str:id>/cancel", spaces.Cancel.as_view()),
    path(f"{V1}/<str:id>/policy", spaces.SpeakPolicy.as_view()),
    path(f"{V1}/<str:id>/lock", spaces.Lock.as_view()),
    path(f"{V1}/<str:id>/accounts_only", spaces.AccountsOnly.as_view()),
    path(f"{V1}/<str:id>/reminder", spaces.Reminder.as_view()),
    path(f"{V1}/<str:id>/log", spaces.Log.as_view()),
    path(f"{V1}/<str:id>/recording", recordings.OneRecording.as_view()),
    path(f"{V1}/<str:id>/recording/clips_allowed", recordings.AllowedClips.as_view()),
    path(f"{V1}/<str:id>/clips", clips.ClipsOfSpace.as_view()),
    path("api/v1/clips/<str:clip_id>", clips.OneClip.as_view()),
    path(f"{V1}/<str:id>/place", people.OwnPlace.as_view()),
    path(f"{V1}/<str:id>/microphone", people.OwnMicrophone.as_view()),
    path(f"{V1}/<str:id>/request", people.OwnRequest.as_view()),
    path(f"{V1}/<str:id>/requests/approve", requests.ApproveMany.as_view()),
    path(f"{V1}/<str:id>/requests/decline", requests.DeclineMany.as_view()),
    path(f"{V1}/<str:id>/requests/<str:user_id>/approve", requests.Approve.as_view()),
    path(f"{V1}/<str:id>/requests/<str:user_id>/decline", requests.Decline.as_view()),
    path(f"{V1}/<str:id>/participants", people.People.as_view()),
    path(f"{V1}/<str:id>/participants/<str:user_id>", people.OnePerson.as_view()),
    path(f"{V1}/<str:id>/participants/<str:user_id>/mute", people.Mute.as_view()),
    path(f"{V1}/<str:id>/participants/<str:user_id>/microphone", people.TheirMicrophone.as_view()),
    path(f"{V1}/<str:id>/mute_all", people.MuteAll.as_view()),
    path(f"{V1}/<str:id>/cohosts/<str:user_id>", roles.Cohost.as_view()),
    path(f"{V1}/<str:id>/cohost", roles.OwnCohost.as_view()),
    path(f"{V1}/<str:id>/host", roles.Host.as_view()),
    path(f"{V1}/<str:id>/invitations", people.Invitations.as_view()),
    path(f"{V1}/<str:id>/reactions", people.Reactions.as_view()),
]
