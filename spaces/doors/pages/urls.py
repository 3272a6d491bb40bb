from django.urls import path

from spaces.doors.pages import views
from spaces.moderation import report_views
from spaces.recordings import audience_views, clip_views, download_views, host_views, podcast_views
from spaces.recordings import views as replay
from spaces.recordings.files import PLAYLIST, SOUND

urlpatterns = [
    path("i/connection", views.connection, name="connection"),
    path("i/spaces", views.spaces, name="discover"),
    path("i/spaces", views.spaces, name="space_create"),
    path("i/spaces/new", views.new_space, name="space_new"),
    path("i/spaces/glance", views.spaces_glance, name="spaces_glance"),
    path("i/spaces/<slug:public_id>", views.space, name="space"),
    path("i/spaces/<slug:public_id>/broadcast", views.broadcast, name="space_broadcast"),
    path("i/spaces/<slug:public_id>/start", views.start_space, name="space_start"),
    path("i/spaces/<slug:public_id>/change", views.change_space, name="space_change"),
    path("i/spaces/<slug:public_id>/cancel", views.cancel_space, name="space_cancel"),
    path("i/spaces/<slug:public_id>/statistics", views.space_statistics, name="space_statistics"),
    path("i/spaces/<slug:public_id>/statistics.csv", views.space_statistics_file, name="space_statistics_file"),
    path("i/spaces/<slug:public_id>/remind", views.remind, name="space_remind"),
    path("i/spaces/<slug:public_id>/unremind", views.unremind, name="space_unremind"),
    path("i/spaces/<slug:public_id>/replay/sound", replay.sound, name="replay_sound"),
    path("i/spaces/<slug:public_id>/replay/so-far/index.m3u8", replay.so_far, {"name": PLAYLIST}, name="replay_so_far"),
    # The playlist names it by this name, beside itself.
    path(
        "i/spaces/<slug:public_id>/replay/so-far/sound.mp4", replay.so_far, {"name": SOUND}, name="replay_so_far_sound"
    ),
    path("i/spaces/<slug:public_id>/listen.m3u8", audience_views.listen, name="space_listen"),
    path("audience/<slug:path>/<str:name>", audience_views.audience, name="audience"),
    path("podcasts/<slug:token>.xml", podcast_views.feed, name="podcast"),
    path("podcasts/<slug:token>/<slug:mark>.jpg", podcast_views.art, name="podcast_art"),
    path("i/podcast", podcast_views.change, name="podcast_change"),
    path("i/recordings/<slug:public_id>/list", host_views.list_in_podcast, name="recording_list"),
    path("i/recordings", host_views.recordings, name="recordings"),
    path("i/recordings/<slug:public_id>/files", host_views.files, name="recording_files"),
    path("i/recordings/<slug:public_id>/cut", host_views.cut, name="recording_cut"),
    path("i/recordings/<slug:public_id>/title", host_views.rename, name="recording_rename"),
    path("i/recordings/<slug:public_id>/show", host_views.show, name="recording_show"),
    path("i/recordings/<slug:public_id>/clips", host_views.allow_clips, name="recording_clips"),
    path("i/recordings/<slug:public_id>/keep", host_views.keep, name="recording_keep"),
    path("i/recordings/<slug:public_id>/delete", host_views.delete, name="recording_delete"),
    path(
        "i/spaces/<slug:public_id>/replay/sound-<id:version>.m4a",
        download_views.sound,
        {"kind": "m4a"},
        name="replay_file",
    ),
    path(
        "i/spaces/<slug:public_id>/replay/sound-<id:version>.mp3",
        download_views.sound,
        {"kind": "mp3"},
        name="replay_file",
    ),
    path(
        "i/spaces/<slug:public_id>/replay/captions.vtt",
        download_views.captions,
        {"ending": "vtt"},
        name="replay_captions",
    ),
    path(
        "i/spaces/<slug:public_id>/replay/captions.srt",
        download_views.captions,
        {"ending": "srt"},
        name="replay_captions",
    ),
    path("i/spaces/<slug:public_id>/replay/chapters.json", download_views.chapters, name="replay_chapters"),
    path("i/spaces/<slug:public_id>/replay/all.zip", download_views.archive, name="replay_archive"),
    path("i/spaces/<slug:public_id>/clips", clip_views.make, name="clip_make"),
    path("i/clips", clip_views.clips, name="clips"),
    path("i/clips/<slug:public_id>", clip_views.clip, name="clip"),
    path("i/clips/<slug:public_id>/sound.m4a", clip_views.sound, name="clip_sound"),
    path("i/clips/<slug:public_id>/captions.vtt", clip_views.captions, name="clip_captions"),
    path("i/clips/<slug:public_id>/delete", clip_views.delete, name="clip_delete"),
    path("i/report", report_views.report, name="report"),
    path("i/decisions/<id:decision_id>", report_views.decision, name="decision"),
    path("i/decisions/<id:decision_id>/appeal", report_views.appeal, name="appeal"),
]
