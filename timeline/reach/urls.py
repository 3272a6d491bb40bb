from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from timeline.reach import views

urlpatterns = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("service-worker.js", views.service_worker, name="service_worker"),
    path("i/offline", views.offline, name="offline"),
    path("settings/notifications", views.notification_settings, name="notification_settings"),
    path("i/push/subscribe", views.subscribe, name="push_subscribe"),
    path("i/push/unsubscribe", views.unsubscribe_browser, name="push_unsubscribe"),
    path("i/push/test", views.send_test, name="push_test"),
    path("i/mail/unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("settings/calendar", views.calendar_settings, name="calendar_settings"),
    path("i/calendars/<slug:token>.ics", views.calendar_feed, name="calendar_feed"),
    path("i/spaces/<slug:public_id>/calendar.ics", views.space_calendar, name="space_calendar"),
    path("i/spaces/<slug:public_id>/picture.png", views.space_picture, name="space_picture"),
    path("i/clips/<slug:public_id>/picture.png", views.clip_picture, name="clip_picture"),
    path("i/profiles/<username:username>/picture.png", views.profile_picture, name="profile_picture"),
    path("i/oembed", views.oembed, name="oembed"),
    path("robots.txt", views.robots, name="robots"),
    path(
        "sitemap.xml", sitemaps.index, {"sitemaps": views.SITEMAPS, "sitemap_url_name": "sitemap_part"}, name="sitemap"
    ),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap, {"sitemaps": views.SITEMAPS}, name="sitemap_part"),
    path("favicon.ico", views.root_icon, {"name": "favicon.ico"}, name="favicon"),
    path("apple-touch-icon.png", views.root_icon, {"name": "apple-touch-icon.png"}, name="apple_touch_icon"),
]
