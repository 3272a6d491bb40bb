"""The settings page of muted users and words, and of blocked users."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.http import PersonRequest
from accounts.models import MUTED_WORD_LENGTH
from accounts.muting import muted_by, muted_words
from spaces_project.common.errors import ProductError
from spaces_project.common.http import translates_errors


@require_safe
@login_required
@never_cache
@translates_errors
def muted(request: PersonRequest) -> HttpResponse:
    """Show the lists, one page of people each. `muted` and `blocked` are the cursors of the next pages."""
    return _page(request)


@require_POST
@login_required
@translates_errors
def add_muted_word(request: PersonRequest) -> HttpResponse:
    """Mute the word `text`. A refusal is shown beside the field."""
    try:
        services.mute_word(user=request.user, text=request.POST.get("text", ""))
    except ProductError as error:
        return _page(request, error=error)
    return redirect("muted")


@require_POST
@login_required
@translates_errors
def remove_muted_word(request: PersonRequest, word_id: int) -> HttpResponse:
    services.unmute_word(user=request.user, word_id=word_id)
    return redirect("muted")


def _page(request: PersonRequest, *, error: ProductError | None = None) -> HttpResponse:
    people = muted_by(user_id=request.user.pk, cursor=request.GET.get("muted"))
    blocked = selectors.blocked_by(user_id=request.user.pk, cursor=request.GET.get("blocked"))
    context = {
        "muted": selectors.as_rows(people, viewer_id=request.user.pk),
        "blocked": selectors.as_rows(blocked, viewer_id=request.user.pk),
        "words": muted_words(user_id=request.user.pk),
        "longest": MUTED_WORD_LENGTH,
        "text": request.POST.get("text", "") if error else "",
        "error": error,
    }
    return render(request, "accounts/muted.html", context, status=error.status if error else 200)
