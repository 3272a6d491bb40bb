"""The list of notifications, and the numbers of the badges."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PersonRequest
from spaces_project.common.http import translates_errors, wants_json, wants_partial
from spaces_project.common.ids import parse_id
from timeline import services
from timeline.selectors import notifications as selectors
from timeline.selectors.home import count_newer
from timeline.views.partials import render_varying


@require_safe
@login_required
@translates_errors
def notifications(request: PersonRequest) -> HttpResponse:
    """Show the notifications. New ones are marked until the page says that they were seen."""
    found = selectors.notifications(user_id=request.user.pk, cursor=request.GET.get("before"))
    template = "timeline/_notifications.html" if wants_partial(request) else "timeline/notifications.html"
    return render_varying(request, template, {"page": selectors.grouped(found)})


@require_POST
@login_required
@translates_errors
def see_notifications(request: PersonRequest) -> HttpResponse:
    """Mark notifications as seen up to `up_to`, the newest one shown. The page sends this while it is visible."""
    up_to = parse_id(request.POST.get("up_to", ""))
    if up_to is not None:
        services.mark_seen(user=request.user, up_to=up_to)
    return JsonResponse({}) if wants_json(request) else redirect("notifications")


@require_safe
@login_required
@never_cache
def badges(request: PersonRequest) -> HttpResponse:
    """Return `{"notifications": n, "messages": n}`; 100 stands for more than 99.

    With `posts_after`, the id of the newest line on a home timeline, also return `"posts"`: how many have come since.
    """
    found = selectors.badges(user_id=request.user.pk)
    numbers = {"notifications": found.notifications, "messages": found.messages}
    after = parse_id(request.GET.get("posts_after", ""))
    if after is not None:
        numbers["posts"] = count_newer(user=request.user, after=after, limit=selectors.MOST_COUNTED)
    return JsonResponse(numbers)
