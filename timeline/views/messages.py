"""The inbox and its threads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import PersonRequest
from accounts.models import User
from accounts.selectors import get_user_by_username
from spaces_project.common.http import translates_errors, wants_json, wants_partial
from spaces_project.common.ids import parse_id
from timeline import services
from timeline.selectors import messages as selectors
from timeline.views.partials import render_varying


@require_safe
@login_required
@translates_errors
def inbox(request: PersonRequest) -> HttpResponse:
    threads = selectors.inbox(user=request.user, cursor=request.GET.get("before"))
    template = "timeline/_threads.html" if wants_partial(request) else "timeline/inbox.html"
    return render_varying(request, template, {"page": threads})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def thread(request: PersonRequest, username: str) -> HttpResponse:
    other = get_user_by_username(username)
    if request.method == "POST":
        services.send_message(sender=request.user, to=other, text=request.POST.get("text", ""))
        return _sent(request, other)
    found = selectors.thread_page(user=request.user, other=other, cursor=request.GET.get("before"))
    template = "timeline/_thread_page.html" if wants_partial(request) else "timeline/thread.html"
    return render_varying(request, template, {"thread": found})


@require_safe
@login_required
@translates_errors
def latest_messages(request: PersonRequest, username: str, message_id: int) -> HttpResponse:
    """Return the messages that an open thread does not show yet."""
    return _messages_after(request, get_user_by_username(username), message_id)


@require_POST
@login_required
@translates_errors
def read_thread(request: PersonRequest, username: str) -> HttpResponse:
    """Mark a thread as read up to the message `up_to`, the last one shown. The page sends this while it is visible.

    Requesting the page marks nothing: browsers also prefetch pages that they expect to be opened next.
    """
    up_to = parse_id(request.POST.get("up_to", ""))
    services.mark_read(user=request.user, other=get_user_by_username(username), up_to=up_to)
    return JsonResponse({}) if wants_json(request) else redirect("thread", username)


def _sent(request: PersonRequest, other: User) -> HttpResponse:
    """Answer with every message after the last one the page has, not only the new one, so that the order
    stays that of the thread."""
    after = parse_id(request.POST.get("after", ""))
    if wants_partial(request) and after is not None:
        return _messages_after(request, other, after)
    return redirect("thread", other.username)


def _messages_after(request: PersonRequest, other: User, message_id: int) -> HttpResponse:
    found = selectors.messages_after(user=request.user, other=other, message_id=message_id)
    return render_varying(request, "timeline/_messages.html", {"rows": found, "other": other})
