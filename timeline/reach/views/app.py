"""What makes the site an app on a phone: manifest, service worker, icons and the page that is shown without a network.

None of these depends on the user, so browsers and the service worker may keep them.
"""

from typing import Final

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.site import site
from spaces.templatetags.spaces import styles

GROUND: Final = "#ffffff"
ICONS: Final = {"favicon.ico": "image/x-icon", "apple-touch-icon.png": "image/png"}
"""Icons that browsers request at the root of a site, whatever its pages say."""
A_DAY: Final = 86_400


@require_safe
@cache_control(max_age=A_DAY, public=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """Return the web app manifest. Its `id` must never change: an installed app is known by it."""
    content = {
        "id": "/",
        "name": site().name,
        "short_name": site().name[:12].strip(),
        "description": _("Live audio rooms: listen, ask for the microphone, speak."),
        "lang": "en",
        "dir": "auto",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": site().theme_color,
        "categories": ["social", "news", "music"],
        "icons": _icons(),
        "shortcuts": _shortcuts(),
        "share_target": {
            "action": reverse("compose"),
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _icons() -> list[dict[str, str]]:
    """Return each icon in two forms. Android crops the maskable ones; on the others it would put a white frame."""
    return [
        {"src": static(f"reach/img/{name}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
        for name, use in (("icon", "any"), ("maskable", "maskable"))
        for size in (192, 512)
    ]


def _shortcuts() -> list[dict[str, object]]:
    """Return the entries of the menu that a long press on the app's icon opens."""
    icon = {"src": static("reach/img/icon-192.png"), "sizes": "192x192", "type": "image/png"}
    entries = (
        (_("Start a Space"), "space_new"),
        (_("Messages"), "inbox"),
        (_("Discover"), "discover"),
    )
    return [{"name": name, "url": reverse(view), "icons": [icon]} for name, view in entries]


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker, from the root because a worker controls only pages below its own path.

    It names the files of the offline page. Their names contain hashes, so a new release is a changed worker, which
    browsers install by themselves.
    """
    context = {
        "offline": reverse("offline"),
        "shell": [*(static(sheet) for sheet in styles()), static("spaces/js/early-theme.js"), _icon()],
        "icon": _icon(),
        "badge": static("reach/img/badge-96.png"),
        "worker": static("reach/js/worker.js"),
    }
    return render(request, "reach/service-worker.js", context, content_type="text/javascript; charset=utf-8")


def _icon() -> str:
    return static("reach/img/icon-192.png")


@require_safe
@cache_control(max_age=A_DAY, public=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Show that there is no network. The page is the same for every user: the service worker keeps a copy."""
    return render(request, "reach/offline.html")


@require_safe
@cache_control(max_age=A_DAY, public=True)
def root_icon(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return an icon that browsers ask for by a fixed name."""
    path = f"reach/img/{name}"
    if staticfiles_storage.exists(path):
        return FileResponse(staticfiles_storage.open(path), content_type=ICONS[name])
    found = finders.find(path)
    if not isinstance(found, str):
        raise Http404
    return FileResponse(open(found, "rb"), content_type=ICONS[name])  # noqa: PTH123 - the response closes it
