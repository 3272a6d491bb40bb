"""What programs of other sites read: robots.txt, the sitemap, and oEmbed for links to Spaces and clips."""

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.site import site
from spaces.models import Space
from spaces.selectors.replays import clip_for
from spaces.selectors.space_page import space_page
from spaces.states import SpaceState
from spaces_project.common.errors import BadInput, NotFound
from spaces_project.common.http import translates_errors
from timeline.reach import pictures
from timeline.selectors.front import public_spaces, site_texts

if TYPE_CHECKING:
    # Django's sitemaps are generic only for the type checker.
    TextMap = Sitemap[str]
    UserMap = Sitemap[User]
    SpaceMap = Sitemap[Space]
else:
    TextMap = UserMap = SpaceMap = Sitemap

AN_HOUR: Final = 3_600
PRIVATE: Final = ("/accounts/", "/admin/", "/api/", "/compose", "/i/calendars/", "/i/mail/", "/i/push/", "/messages",
                  "/notifications", "/oauth2/", "/settings/")  # fmt: skip
"""Paths that are of no use to search engines. What is private is protected by itself, not by this list."""
_LINK_PATH: Final = re.compile(r"/i/(?P<kind>spaces|clips)/(?P<id>[A-Za-z0-9]+)/?")


@require_safe
@cache_control(max_age=AN_HOUR, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    rows = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    rows += ["", f"Sitemap: {settings.PUBLIC_ORIGIN}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(rows), content_type="text/plain; charset=utf-8")


class _OfThisSite:
    """The part of a sitemap that says where the site is: as the settings say, not as the Host header does."""

    protocol = urlsplit(settings.PUBLIC_ORIGIN).scheme

    def get_domain(self, site: object = None) -> str:
        return str(urlsplit(settings.PUBLIC_ORIGIN).netloc)


class Texts(_OfThisSite, TextMap):
    def items(self) -> list[str]:
        return [reverse("home"), *(reverse("site_text", args=[text.kind]) for text in site_texts())]

    def location(self, item: str) -> str:
        return item


class Hosts(_OfThisSite, UserMap):
    """Profiles of users who host. Protected ones are left out."""

    limit = 10_000

    def items(self) -> QuerySet[User]:
        hosts = Exists(Space.objects.filter(host=OuterRef("pk")))
        return User.objects.filter(hosts, is_active=True, protected=False).order_by("pk")


class Spaces(_OfThisSite, SpaceMap):
    """Spaces that people without an account may listen to: live, scheduled, and over where a replay is shown."""

    limit = 10_000
    states: ClassVar = (SpaceState.LIVE, SpaceState.SCHEDULED)

    def items(self) -> QuerySet[Space]:
        replayed = public_spaces().filter(recording__state="ready", recording__visible=True)
        return (public_spaces().filter(state__in=self.states) | replayed).distinct().order_by("pk")

    def lastmod(self, item: Space) -> Any:
        return item.updated_at


SITEMAPS: Final = {"texts": Texts, "hosts": Hosts, "spaces": Spaces}


@require_safe
@cache_control(max_age=AN_HOUR, public=True)
@translates_errors
def oembed(request: HttpRequest) -> HttpResponse:
    """Describe the link to a Space or a clip for another site (https://oembed.com), as a visitor without an account
    sees it.

    It has the type `link`: no page of this site may be shown inside another one.
    """
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only json.", status=501, content_type="text/plain")
    found = _LINK_PATH.fullmatch(_path_of_ours(request.GET.get("url", "")))
    if found is None:
        raise NotFound("not_found", _("There is no such Space."))
    told = _of_space(found["id"]) if found["kind"] == "spaces" else _of_clip(found["id"])
    width, height = pictures.SIZE
    return JsonResponse(
        {
            "version": "1.0",
            "type": "link",
            **told,
            "provider_name": site().name,
            "provider_url": f"{settings.PUBLIC_ORIGIN}/",
            "cache_age": 60,
            "thumbnail_width": width,
            "thumbnail_height": height,
        }
    )


def _of_space(public_id: str) -> dict[str, str]:
    space = space_page(public_id=public_id, user=None)
    return _told(space.title, space.host.name, space.host.username, reverse("space_picture", args=[space.id]))


def _of_clip(public_id: str) -> dict[str, str]:
    clip = clip_for(public_id=public_id, user=None)
    host = clip.recording.space.host
    return _told(clip.display_title, host.name, host.username, reverse("clip_picture", args=[clip.public_id]))


def _told(title: str, host: str, username: str, picture: str) -> dict[str, str]:
    return {
        "title": title,
        "author_name": host,
        "author_url": f"{settings.PUBLIC_ORIGIN}/{username}",
        "thumbnail_url": settings.PUBLIC_ORIGIN + picture,
    }


def _path_of_ours(url: str) -> str:
    if len(url) > 500 or not url.startswith(f"{settings.PUBLIC_ORIGIN}/"):
        raise BadInput("bad_url", _("This is not a link to a Space or a clip of this site."))
    return urlsplit(url).path
