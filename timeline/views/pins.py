"""Pinned posts of a Space, as JSON for the script of the room."""

from typing import Any

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import PageRequest, PersonRequest, reader_of
from spaces.events import wire
from spaces_project.common.errors import BadInput
from spaces_project.common.http import translates_errors
from spaces_project.common.ids import parse_id
from timeline import selectors, services
from timeline.links import pieces, post_id_of
from timeline.models import PostPicture
from timeline.selectors import Pin, PostRow

TEXT_SHOWN = 280


@require_safe
@translates_errors
def pins(request: PageRequest, public_id: str) -> HttpResponse:
    """Return `{"pins": [post]}`, newest first, to every visitor.

    A post is `{"id", "url", "text", "picture", "author": person, "created_at", "pinned_by": person, "may_unpin"}`.
    `picture` is `{"url", "alt", "count"}` of its first picture and how many there are, or null.
    """
    found = selectors.pins(public_id=public_id, viewer_id=request.user.pk)
    return JsonResponse({"pins": [_pinned(pin) for pin in found]})


@require_safe
@never_cache
@translates_errors
def replay_pins(request: PageRequest, public_id: str) -> HttpResponse:
    """Return `{"pins": [post]}` of a replay, oldest first. Each has `at_ms`, its moment in the replay."""
    user = reader_of(request)
    found = selectors.replay_pins(public_id=public_id, user=user)
    return JsonResponse({"pins": [_post(pin.row) | {"at_ms": pin.at_ms} for pin in found]})


@require_POST
@login_required
@translates_errors
def pin(request: PersonRequest, public_id: str) -> HttpResponse:
    """Pin `post`, given as the id or the address of a post. Answers 201."""
    pinned = services.pin_post(public_id=public_id, user=request.user, post_id=_post_id(request.POST.get("post", "")))
    return JsonResponse({"id": str(pinned.post_id)}, status=201)


@require_safe
@login_required
@translates_errors
def pin_choices(request: PersonRequest, public_id: str) -> HttpResponse:
    """Return the user's own latest posts: `{"posts": [post]}`."""
    return JsonResponse({"posts": [_post(row) for row in selectors.pinnable_posts(user=request.user)]})


@require_POST
@login_required
@translates_errors
def unpin(request: PersonRequest, public_id: str, post_id: int) -> HttpResponse:
    services.unpin_post(public_id=public_id, user=request.user, post_id=post_id)
    return JsonResponse({})


def _post_id(text: str) -> int:
    """Return the id for an id or an address. Raises `BadInput` `bad_link`."""
    given = text.strip()
    post_id = parse_id(given)
    if post_id is None:
        post_id = post_id_of(given)
    if post_id is None:
        raise BadInput("bad_link", _("Paste the link of a post on this site."))
    return post_id


def _pinned(pin: Pin) -> dict[str, Any]:
    return _post(pin.row) | {"pinned_by": _person(wire.person(pin.pinned_by)), "may_unpin": pin.may_unpin}


def _post(row: PostRow) -> dict[str, Any]:
    post = row.post
    return {
        "id": str(post.pk),
        "url": post.get_absolute_url(),
        "text": _words(row),
        "picture": _picture(row.pictures),
        "author": _person(wire.person(post.author)),
        "created_at": post.created_at.isoformat(),
    }


def _picture(pictures: list[PostPicture]) -> dict[str, Any] | None:
    if not pictures:
        return None
    return {"url": pictures[0].get_absolute_url(), "alt": pictures[0].alt, "count": len(pictures)}


def _words(row: PostRow) -> str:
    """Return the text of a post with links as posts show them.

    The link to the card's Space becomes the Space's title. A post of pictures alone is named by their number.
    """
    if not row.post.text and row.pictures:
        number = len(row.pictures)
        return ngettext("{number} picture", "{number} pictures", number).format(number=number)
    titles = {row.card.id: row.card.title} if row.card else {}
    words = "".join(titles.get(piece.target, piece.shown) for piece in pieces(row.post.text))
    return words if len(words) <= TEXT_SHOWN else f"{words[:TEXT_SHOWN]}…"


def _person(person: wire.Person) -> Any:
    return msgspec.to_builtins(person)
