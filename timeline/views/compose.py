from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from spaces.selectors import get_space
from spaces_project.common.errors import BadInput
from spaces_project.common.http import translates_errors, wants_json
from spaces_project.common.ids import parse_id
from spaces_project.common.text import clean_text
from timeline import selectors, services
from timeline.links import space_address

SHARED_LENGTH = 1_000


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def compose(request: PersonRequest) -> HttpResponse:
    """Show the composer on GET, filled in from `reply_to`, `quote_of` (ids of posts) and `space` (a public id), or
    from `title`, `text` and `url`, which another app shares with the installed one.

    On POST write a post from `text`, `reply_to` and `quote_of`. Answer 201 with `{"id", "url"}` to the script, and
    redirect to the post (303) after a plain form.
    """
    if request.method == "POST":
        return _written(request)
    space_id = request.GET.get("space")
    about = _number(request.GET.get("reply_to") or request.GET.get("quote_of"))
    context = {
        "text": space_address(get_space(space_id).public_id) if space_id else _shared(request),
        "reply_to": request.GET.get("reply_to", ""),
        "quote_of": request.GET.get("quote_of", ""),
        "about": None if about is None else selectors.get_post(post_id=about, viewer_id=request.user.pk),
    }
    return render(request, "timeline/compose.html", context)


def _shared(request: PersonRequest) -> str:
    """Return what another app shared, each part once: many apps put the address into the text as well."""
    parts: list[str] = []
    for name in ("title", "text", "url"):
        part = clean_text(request.GET.get(name, "")[:SHARED_LENGTH], limit=SHARED_LENGTH)
        if part and not any(part in other for other in parts):
            parts.append(part)
    return "\n".join(parts)


def _written(request: PersonRequest) -> HttpResponse:
    post = services.create_post(
        author=request.user,
        text=request.POST.get("text", ""),
        reply_to_id=_number(request.POST.get("reply_to")),
        quote_of_id=_number(request.POST.get("quote_of")),
    )
    url = post.get_absolute_url()
    if wants_json(request):
        return JsonResponse({"id": str(post.pk), "url": url}, status=201)
    response = redirect(url)
    response.status_code = 303
    return response


def _number(text: str | None) -> int | None:
    """Return the id in `text`, or None for an empty text. Raises `BadInput` `bad_id`."""
    if not text:
        return None
    post_id = parse_id(text)
    if post_id is None:
        raise BadInput("bad_id", "There is no such post.")
    return post_id
