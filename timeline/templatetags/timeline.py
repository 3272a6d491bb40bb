"""`{% load timeline %}`"""

from datetime import datetime

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from timeline.links import Kind, Piece, pieces

register = template.Library()


@register.simple_tag
def post_text(text: str, *, without_space: str = "") -> SafeString:
    """A post's text with people and addresses as links. The link to the Space `without_space` (a public id) at the very
    end is left out: its card stands right below."""
    found = list(pieces(text))
    if without_space and found and (found[-1].kind, found[-1].target) == (Kind.SPACE, without_space):
        found.pop()
        if found:
            found[-1] = Piece(found[-1].kind, found[-1].text.rstrip(), found[-1].target)
    return format_html_join("", "{}", ((_markup(piece),) for piece in found))


@register.filter
def short_ago(at: datetime) -> str:
    """`now`, `5m`, `3h`, `4 Mar`, `4 Mar 2024`."""
    now = timezone.now()
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes}m"
    if minutes < 24 * 60:
        return f"{minutes // 60}h"
    return f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b %Y}"


@register.filter
def short_count(number: int) -> str:
    """Empty for nothing, then `9999`, `12.3K`, `4M`: as `shortCount` in post-actions.js."""
    if number < 10_000:
        return str(number or "")
    value, unit = (number / 1_000_000, "M") if number >= 1_000_000 else (number / 1_000, "K")
    return f"{value:.1f}".removesuffix(".0") + unit


def _markup(piece: Piece) -> str:
    if piece.kind is Kind.MENTION:
        return format_html('<a href="{}">{}</a>', reverse("profile", args=[piece.target]), piece.text)
    if piece.kind is Kind.SPACE:
        return format_html('<a href="{}">{}</a>', reverse("space", args=[piece.target]), piece.shown)
    if piece.kind is Kind.LINK:
        markup = '<a href="{}" rel="nofollow noopener ugc" target="_blank" hx-boost="false">{}</a>'
        return format_html(markup, piece.target, piece.shown)
    return conditional_escape(piece.text)
