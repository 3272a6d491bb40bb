from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import PersonRequest
from spaces.selectors import get_shown_space
from spaces.selectors.replays import clip_for
from spaces_project.common.errors import BadInput
from spaces_project.common.http import translates_errors, wants_json
from spaces_project.common.ids import parse_id
from spaces_project.common.text import clean_text
from timeline import selectors, services
from timeline.links import clip_address, space_address
from timeline.models import PICTURES_OF_A_POST

SHARED_LENGTH = 1_000


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def compose(request: PersonRequest) -> HttpResponse:
    """Show the composer on GET, filled in from `reply_to`, `quote_of` (ids of posts), `space` or `clip` (public ids),
    or from `title`, `text` and `url`, which another app shares with the installed one.

    On POST write a post from `text`, `reply_to`, `quote_of`, the files `picture_1` to `picture_4` and their
    descriptions `alt_1` to `alt_4`. Answer 201 with `{"id", "url"}` to the script, and
    redirect to the post (303) after a plain form.
    """
    if request.method == "POST":
        return _written(request)
    about = _number(request.GET.get("reply_to") or request.GET.get("quote_of"))
    context = {
        "text": _linked(request) or _shared(request),
        "reply_to": request.GET.get("reply_to", ""),
        "quote_of": request.GET.get("quote_of", ""),
        "about": None if about is None else selectors.get_post(post_id=about, viewer_id=request.user.pk),
    }
    return render(request, "timeline/compose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@translates_errors
def edit(request: PersonRequest, post_id: int) -> HttpResponse:
    """Show the form with the text of one's own post, or save it and lead to the post. A refusal of the text is shown
    beside it."""
    post = selectors.get_post(post_id=post_id, viewer_id=request.user.pk)
    if request.method != "POST":
        services.posts.require_editable(post, request.user)
        return render(request, "timeline/edit.html", {"post": post, "text": post.text})
    text = request.POST.get("text", "")
    try:
        return redirect(services.edit_post(user=request.user, post_id=post_id, text=text))
    except BadInput as error:
        return render(request, "timeline/edit.html", {"post": post, "text": text, "error": error}, status=error.status)


def _linked(request: PersonRequest) -> str:
    """Return the address of the Space or the clip that is shared, or "". Raise `NotFound`."""
    if space_id := request.GET.get("space"):
        return space_address(get_shown_space(space_id).public_id)
    if clip_id := request.GET.get("clip"):
        return clip_address(clip_for(public_id=clip_id, user=request.user).public_id)
    return ""


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
        pictures=_pictures(request),
    )
    url = post.get_absolute_url()
    if wants_json(request):
        return JsonResponse({"id": str(post.pk), "url": url}, status=201)
    response = redirect(url)
    response.status_code = 303
    return response


def _pictures(request: PersonRequest) -> list[services.NewPicture]:
    """Return the uploaded pictures in the order of their fields.

    A field without a file does not arrive, so the fields are numbered: a description belongs to the file of the same
    number. A fifth picture is returned too; the service refuses it.
    """
    files = ((number, _image(request, number)) for number in range(1, PICTURES_OF_A_POST + 2))
    return [services.NewPicture(file, request.POST.get(f"alt_{number}", "")) for number, file in files if file]


def _image(request: PersonRequest, number: int) -> Any:
    """Return an uploaded file, or None if none was chosen."""
    image = request.FILES.get(f"picture_{number}")
    return image if isinstance(image, UploadedFile) and image.size else None


def _number(text: str | None) -> int | None:
    """Return the id in `text`, or None for an empty text. Raises `BadInput` `bad_id`."""
    if not text:
        return None
    post_id = parse_id(text)
    if post_id is None:
        raise BadInput("bad_id", _("There is no such post."))
    return post_id
