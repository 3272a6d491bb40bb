"""Pages of posts, open to every visitor who may see them."""

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import PageRequest, PersonRequest
from accounts.selectors import get_user_by_username
from spaces.selectors import get_shown_space
from spaces_project.common.errors import NotFound
from spaces_project.common.http import translates_errors, wants_partial
from spaces_project.common.ranged import Ranged
from spaces_project.media.serving import PICTURE, media_response
from timeline import selectors
from timeline.links import tag_key, tags_in
from timeline.selectors.posts import versions_of
from timeline.selectors.tags import tagged_posts, tagged_spaces
from timeline.views.partials import lines, render_varying


@require_safe
@translates_errors
def post(request: PageRequest, username: str, post_id: int) -> HttpResponse:
    viewer_id, cursor = request.user.pk, request.GET.get("after")
    if wants_partial(request):
        replies = selectors.replies_to(post_id=post_id, viewer_id=viewer_id, cursor=cursor)
        return lines(request, replies, cursor_name="after")
    thread = selectors.thread(post_id=post_id, viewer_id=viewer_id, cursor=cursor)
    if thread.row.id != thread.row.post.pk or thread.row.post.author.username != username:
        return redirect(thread.row.post)
    context = {"thread": thread, "page": thread.replies, "cursor_name": "after"}
    return render_varying(request, "timeline/post.html", context)


@require_safe
@translates_errors
def posts(request: PageRequest, username: str) -> HttpResponse:
    """Show a user's posts: as a part of the profile for htmx, as a page of its own without script."""
    person = get_user_by_username(username)
    found = selectors.posts_of(author=person, viewer_id=request.user.pk, cursor=request.GET.get("before"))
    context = {"person": person, "page": found, "is_first": "before" not in request.GET}
    template = "timeline/_posts_of.html" if wants_partial(request) else "timeline/posts.html"
    return render_varying(request, template, context)


@require_safe
@translates_errors
def history(request: PageRequest, username: str, post_id: int) -> HttpResponse:
    """Show the texts that a post had, to readers who may see the post."""
    post = selectors.get_post(post_id=post_id, viewer_id=request.user.pk)
    return render(request, "timeline/history.html", {"post": post, "versions": versions_of(post)})


@require_safe
@login_required
@never_cache
@translates_errors
def bookmarks(request: PersonRequest) -> HttpResponse:
    """Show the posts that the user keeps."""
    page = selectors.bookmarks(user=request.user, cursor=request.GET.get("before"))
    if wants_partial(request):
        return lines(request, page)
    return render_varying(request, "timeline/bookmarks.html", {"page": page})


@require_safe
@translates_errors
def tag(request: PageRequest, tag: str) -> HttpResponse:
    """Show the posts and Spaces with a hashtag."""
    if tags_in(f"#{tag}") != [tag_key(tag)]:
        raise NotFound("not_found", _("This is no hashtag."))
    page = tagged_posts(tag=tag, viewer_id=request.user.pk, cursor=request.GET.get("before"))
    if wants_partial(request):
        return lines(request, page)
    spaces = tagged_spaces(tag=tag, viewer_id=request.user.pk)
    context = {"tag": tag, "heading": f"#{tag}", "page": page, "spaces": spaces}
    return render_varying(request, "timeline/tag.html", context)


@require_safe
@translates_errors
def post_line(request: PageRequest, post_id: int) -> HttpResponse:
    """Render one line of a timeline, for a list that does not have it yet."""
    row = selectors.post_row(post_id=post_id, viewer_id=request.user.pk)
    return render(request, "timeline/_post.html", {"row": row})


@require_safe
@translates_errors
def post_picture(request: PageRequest, post_id: int, picture_id: int) -> HttpResponseBase:
    """Serve a picture to readers who may see its post. No cache but the reader's own keeps it, and a browser asks each
    time whether it is still there."""
    picture = selectors.get_picture(post_id=post_id, picture_id=picture_id, viewer_id=request.user.pk)
    try:
        return media_response(request, Ranged(Path(picture.image.path), PICTURE))
    except FileNotFoundError as error:
        raise NotFound("not_found", _("This picture is not available.")) from error


@require_safe
@translates_errors
def card(request: PageRequest, public_id: str) -> HttpResponse:
    """Render the current card of a Space, for pages that already show it."""
    space = get_shown_space(public_id)
    cards = selectors.space_cards([space.pk], viewer_id=request.user.pk)
    return render(request, "timeline/_space_card.html", {"card": cards[space.pk]})
