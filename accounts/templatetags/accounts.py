"""Template tags for users' images: `{% load accounts %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User

register = template.Library()

GRADIENTS = 8
SIZES = {"xs": 24, "s": 32, "m": 40, "l": 64, "xl": 112}
"""Sides in CSS pixels.

The stylesheet has a class `avatar-<size>` for each, because CSP forbids styles in the markup.
"""


@register.simple_tag
def avatar(user: User, size: str = "m", label: str = "") -> SafeString:
    """Return a user's image, or their initials on one of eight gradients chosen by id: `{% avatar person "m" %}`.

    Without `label` it is decoration for screen readers, which is right wherever the name stands beside it. Raises
    `ValueError` for a size that has no class in the stylesheet.
    """
    if size not in SIZES:
        raise ValueError(f"no avatar class for size {size!r}; there are {sorted(SIZES)}")
    return _image(user, size, label) if user.avatar else _initials_mark(user, size, label)


def initials(name: str) -> str:
    """Return at most two capitals, from the first and the last word.

    Return "" if no word begins with a letter or digit.
    """
    first_characters = [word[0].upper()[0] for word in name.split() if word[0].isalnum()]
    return "".join(first_characters[:1] + first_characters[1:][-1:])


def _image(user: User, size: str, label: str) -> SafeString:
    return format_html(
        '<img class="avatar avatar-{}" src="{}" width="{}" height="{}" alt="{}" loading="lazy" decoding="async">',
        size,
        user.avatar.url,
        SIZES[size],
        SIZES[size],
        label,
    )


def _initials_mark(user: User, size: str, label: str) -> SafeString:
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<span class="avatar avatar-{} avatar-g{}" {}>{}</span>',
        size,
        user.pk % GRADIENTS,
        spoken,
        initials(user.name) or user.username[0].upper(),
    )
