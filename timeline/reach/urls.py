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
    path("favicon.ico", views.root_icon, {"name": "favicon.ico"}, name="favicon"),
    path("apple-touch-icon.png", views.root_icon, {"name": "apple-touch-icon.png"}, name="apple_touch_icon"),
]
