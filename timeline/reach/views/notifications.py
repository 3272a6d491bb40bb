"""The settings of notifications, the browsers that show them, and the end of mails."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import PersonRequest
from spaces_project.common.errors import BadInput, NotFound
from spaces_project.common.http import translates_errors
from timeline.reach import mails, notice, services, vapid
from timeline.reach.forms import NotificationForm
from timeline.reach.kinds import Channel


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def notification_settings(request: PersonRequest) -> HttpResponse:
    """Show and save what the user is told outside the pages."""
    form = NotificationForm(request.POST or None, choices=services.choices(request.user))
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, _("Saved."))
        return redirect("notification_settings")
    context = {
        "form": form,
        "channels": list(Channel),
        "key": vapid.public_key(),
        "browsers": services.subscriptions_of(request.user).count(),
        "mail": mails.address_of(request.user),
    }
    return render(request, "reach/notifications.html", context, status=400 if form.errors else 200)


def _saved(request: PersonRequest, form: NotificationForm) -> bool:
    try:
        services.save_choices(
            user=request.user,
            wanted=form.wanted(),
            begin=form.cleaned_data["begin"],
            end=form.cleaned_data["end"],
            time_zone=form.cleaned_data["time_zone"] or "UTC",
        )
    except BadInput as error:
        form.add_error("begin", error.message)
        return False
    return True


@require_POST
@login_required
@translates_errors
def subscribe(request: PersonRequest) -> JsonResponse:
    """Store the browser's subscription: `endpoint`, `p256dh` and `auth`."""
    services.keep_subscription(
        user=request.user,
        session_key=request.session.session_key or "",
        endpoint=request.POST.get("endpoint", ""),
        p256dh=request.POST.get("p256dh", ""),
        auth=request.POST.get("auth", ""),
    )
    return JsonResponse({})


@require_POST
@login_required
@translates_errors
def unsubscribe_browser(request: PersonRequest) -> JsonResponse:
    """Delete the subscription of the browser with this `endpoint`."""
    services.drop_subscription(user=request.user, endpoint=request.POST.get("endpoint", ""))
    return JsonResponse({})


@require_POST
@login_required
@translates_errors
def send_test(request: PersonRequest) -> JsonResponse:
    """Send a notification to the user's own browsers, and say how many took it."""
    return JsonResponse({"sent": services.send_trial(user=request.user, told=notice.trial())})


@csrf_exempt  # A mailbox posts here without a page of ours (RFC 8058). The token is the proof.
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask on GET, because programs that scan mails follow every link. End the mails of one kind on POST."""
    read = mails.read_token(token)
    if read is None:
        return _unknown(request)
    user_id, kind = read
    if request.method == "POST":
        services.stop_mails(user_id=user_id, kind=kind)
    return render(request, "reach/unsubscribe.html", {"kind": kind, "is_done": request.method == "POST"})


@translates_errors
def _unknown(request: HttpRequest) -> HttpResponse:
    raise NotFound("not_found", _("This link is not valid. You can choose your mails in the settings."))
