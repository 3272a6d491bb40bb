"""The pictures of Spaces and profiles that other sites show beside a link (`og:image`)."""

import base64
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import get_user_by_username
from accounts.site import site
from accounts.templatetags.accounts import initials
from spaces.recordings.clips import Shown
from spaces.selectors.replays import clip_for
from spaces.selectors.space_page import SpacePage, space_page
from spaces.states import SpaceState
from spaces_project.common.addresses import address_of_request
from spaces_project.common.http import translates_errors
from spaces_project.common.limits import spend
from timeline.reach.pictures import FACES, Face, Picture, draw
from timeline.selectors.profile import profile

KEPT: Final = 60
"""Seconds. A picture shows whether a Space is live, so it must not be old."""
A_MINUTE: Final = timedelta(minutes=1)
DRAWN_A_MINUTE: Final = 60
"""Pictures that one network address may have drawn. One that was drawn already costs nothing."""


@require_safe
@cache_control(max_age=KEPT, public=True)
@translates_errors
def space_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a Space as a visitor without an account sees it."""
    return _answer(request, _of_space(space_page(public_id=public_id, user=None)))


@require_safe
@cache_control(max_age=KEPT, public=True)
@translates_errors
def clip_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a clip, with the people who speak in it, as a visitor without an account sees it."""
    clip = clip_for(public_id=public_id, user=None)
    ids = [int(person.id) for person in Shown(clip, None).speakers] or [clip.recording.space.host_id]
    people = get_user_model().objects.in_bulk(ids[:FACES])
    picture = Picture(
        title=clip.display_title,
        subtitle=clip.recording.display_title,
        mark="CLIP",
        is_live=False,
        faces=_faces(people[pk] for pk in ids if pk in people),
        site=site().name,
    )
    return _answer(request, picture)


@require_safe
@cache_control(max_age=KEPT, public=True)
@translates_errors
def profile_picture(request: HttpRequest, username: str) -> HttpResponse:
    """Show a profile, and whether its user is live."""
    person = get_user_by_username(username)
    live = profile(person=person, viewer_id=None).live
    picture = Picture(
        title=person.name,
        subtitle=live[0].title if live else f"@{person.username}",
        mark="LIVE" if live else "",
        is_live=bool(live),
        faces=_faces([person]),
        site=site().name,
    )
    return _answer(request, picture)


def _of_space(space: SpacePage) -> Picture:
    marks = {SpaceState.LIVE: "LIVE", SpaceState.SCHEDULED: "SCHEDULED"}
    others = [int(person.id) for person in space.stage] or [int(person.id) for person in space.spoke]
    ids = dict.fromkeys([int(space.host.id), *others])
    people = get_user_model().objects.in_bulk(list(ids)[:FACES])
    return Picture(
        title=space.title,
        subtitle=f"{space.host.name} (@{space.host.username})",
        mark=marks.get(space.state, "ENDED"),
        is_live=space.is_live,
        faces=_faces(people[pk] for pk in ids if pk in people),
        site=site().name,
    )


def _faces(people: Iterable[User]) -> list[Face]:
    return [Face(initials(user.name) or user.username[0].upper(), user.pk, _image_of(user)) for user in people]


def _image_of(user: User) -> bytes:
    try:
        with user.avatar.open("rb") as file:
            return bytes(file.read())
    except (OSError, ValueError):  # It has none, or it was replaced a moment ago.
        return b""


def _answer(request: HttpRequest, picture: Picture) -> HttpResponse:
    """Draw each picture once. It is kept by what it shows, so that a change shows at once; drawing is limited."""
    key = f"picture:{sha256(repr(picture).encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        spend(what="pictures", user_id=address_of_request(request), limit=DRAWN_A_MINUTE, window=A_MINUTE)
        kept = base64.b64encode(draw(picture)).decode()
        cache.set(key, kept, timeout=A_MINUTE.total_seconds() * 10)
    return HttpResponse(base64.b64decode(kept), content_type="image/png")
