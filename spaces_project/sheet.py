"""`GET /i/site.css`: the colour of the site, as a style sheet that redefines the raw colours of `tokens.css`."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.site import site
from spaces_project.common.colors import parse_color, shades_of

SHEET = """:root {{
  --purple-7: {0.darker};
  --purple-6: {0.accent};
  --purple-5: {0.lighter};
  --purple-3: {0.on_night};
  --night: {0.night};
  --raw-tint: light-dark({0.tint}, {0.tint_of_night});
  --raw-tint-strong: light-dark({0.tint_strong}, {0.tint_strong_of_night});
}}
"""


@require_safe
@cache_control(max_age=86_400, public=True)
def site_sheet(request: HttpRequest) -> HttpResponse:
    color = parse_color(site().color)
    if color is None:
        raise Http404
    return HttpResponse(SHEET.format(shades_of(color)), content_type="text/css; charset=utf-8")
