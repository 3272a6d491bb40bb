"""Template tags for posts: `{% load timeline %}`."""

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from timeline.links import Kind, Piece, pieces
from timeline.selectors.profile import Profile, profile

register = template.Library()


@register.simple_tag
def post_text(text: str, *, without_space: str = "", without_clip: str = "") -> SafeString:
    """Return a post's text with mentions, hashtags and addresses as links.

    A link at the very end to the Space `without_space` or the clip `without_clip` (public ids) is left out: its card
    stands right below.
    """
    found = list(pieces(text))
    cards = {(Kind.SPACE, without_space), (Kind.CLIP, without_clip)}
    if found and found[-1].target and (found[-1].kind, found[-1].target) in cards:
        found.pop()
        if found:
            found[-1] = Piece(found[-1].kind, found[-1].text.rstrip(), found[-1].target)
    return format_html_join("", "{}", ((_markup(piece),) for piece in found))


@register.simple_tag(takes_context=True)
def profile_of(context: Context, person: User) -> Profile:
    """Return what the profile of `person` shows to the viewer below the user's own data."""
    return profile(person=person, viewer_id=context["request"].user.pk)


@register.filter
def short_count(number: int) -> str:
    """Return a short form of a number: "" for 0, then `9999`, `12.3K`, `4M`.

    `shortCount` in post-actions.js does the same.
    """
    if number < 10_000:
        return str(number or "")
    value, unit = (number / 1_000_000, "M") if number >= 1_000_000 else (number / 1_000, "K")
    return f"{value:.1f}".removesuffix(".0") + unit


def _markup(piece: Piece) -> str:
    if piece.kind is Kind.MENTION:
        return format_html('<a href="{}">{}</a>', reverse("profile", args=[piece.target]), piece.text)
    if piece.kind is Kind.TAG:
        return format_html('<a href="{}">{}</a>', reverse("tag", args=[piece.target]), piece.text)
    if piece.kind is Kind.SPACE:
        return format_html('<a href="{}">{}</a>', reverse("space", args=[piece.target]), piece.shown)
    if piece.kind is Kind.CLIP:
        return format_html('<a href="{}">{}</a>', reverse("clip", args=[piece.target]), piece.shown)
    if piece.kind is Kind.LINK:
        markup = '<a href="{}" rel="nofollow noopener ugc" target="_blank" hx-boost="false">{}</a>'
        return format_html(markup, piece.target, piece.shown)
    return conditional_escape(piece.text)
