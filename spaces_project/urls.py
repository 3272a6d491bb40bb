from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from accounts.api.views import Nowhere, NowhereOnX
from spaces_project.common.http import server_error, too_many_requests
from spaces_project.doctor.page import doctor
from spaces_project.health import healthz
from spaces_project.media.serving import media
from spaces_project.metrics import metrics
from spaces_project.security_txt import security_txt
from spaces_project.setup.views import send_test_mail, set_up_page
from spaces_project.sheet import site_sheet

handler429 = too_many_requests
handler500 = server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("i/setup", set_up_page, name="setup"),
    path("i/setup/mail", send_test_mail, name="setup_mail"),
    path("i/site.css", site_sheet, name="site_sheet"),
    path("admin/doctor/", admin.site.admin_view(doctor), name="doctor"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
    path("", include("accounts.api.urls")),
    path("", include("spaces.doors.api.urls")),
    path("", include("timeline.api.urls")),
    path("", include("captions.api.urls")),
    path("", include("timeline.reach.urls")),
    path("", include("timeline.urls")),
    path("", include("spaces.doors.pages.urls")),
    path("", include("spaces.doors.whip.urls")),
    path("", include("captions.urls")),
    # Avatars, re-encoded and named by us. On a site with a proxy, the proxy serves them from MEDIA_ROOT.
    path("media/<path:path>", media),
    # Last, because its `/<username>` would match any of the paths above.
    path("", include("accounts.urls")),
    re_path(r"^2/[\s\S]*$", NowhereOnX.as_view()),
    re_path(r"^api/v1/[\s\S]*$", Nowhere.as_view()),
]
