"""Pages of posts, open to every visitor who may see them."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import PageRequest
from accounts.selectors import get_user_by_username
from spaces.selectors import get_space
from spaces_project.common.http import translates_errors, wants_partial
from timeline import selectors
from timeline.views.lines import lines, render_varying


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
def post_line(request: PageRequest, post_id: int) -> HttpResponse:
    """Render one line of a timeline, for a list that does not have it yet."""
    row = selectors.post_row(post_id=post_id, viewer_id=request.user.pk)
    return render(request, "timeline/_post.html", {"row": row})


@require_safe
@translates_errors
def card(request: PageRequest, public_id: str) -> HttpResponse:
    """Render the current card of a Space, for pages that already show it."""
    space = get_space(public_id)
    cards = selectors.space_cards([space.pk], viewer_id=request.user.pk)
    return render(request, "timeline/_space_card.html", {"card": cards[space.pk]})
