from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http import PersonRequest
from spaces_project.common.http import translates_errors, wants_partial
from timeline.selectors.homepage import home_page
from timeline.selectors.posts import home_posts
from timeline.views.lines import lines, render_varying


@require_safe
@login_required
@translates_errors
def home(request: PersonRequest) -> HttpResponse:
    posts = home_posts(user=request.user, cursor=request.GET.get("before"))
    if wants_partial(request):
        return lines(request, posts)
    return render_varying(request, "timeline/home.html", {"home": home_page(user=request.user), "page": posts})
