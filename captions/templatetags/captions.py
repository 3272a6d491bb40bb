"""What captions add to pages of Spaces."""

from typing import Any

from django import template

from captions import selectors

register = template.Library()


@register.inclusion_tag("captions/_downloads.html", takes_context=True)
def caption_downloads(context: dict[str, Any], public_id: str) -> dict[str, Any]:
    """Return the files of a Space that this reader may have and that are not empty."""
    user = context["user"] if context["user"].is_authenticated else None
    has_files = selectors.has_files(public_id=public_id, user=user)
    return {"space_id": public_id if has_files else None}
