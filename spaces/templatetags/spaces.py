"""Render the small pieces of markup that templates share."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django import template
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.accounts import GRADIENTS, SIZES, initials
from spaces.discovery import topics
from spaces.models import Topic
from spaces.states import Emoji, ReportReason
from spaces.wire import Person, StagePerson
from spaces_project.common import assets

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a symbol of `templates/_icons.html`. It is decoration only: the words beside it say what it means."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name)


@register.simple_tag
def face(person: Person | StagePerson, size: str) -> SafeString:
    """Return a person's image from the shape that sockets use. `avatar` does the same for a user, and `showFace` in
    avatar.js does it in the browser."""
    if person.avatar:
        markup = '<img class="avatar avatar-{}" src="{}" width="{}" height="{}" alt="" decoding="async">'
        return format_html(markup, size, person.avatar, SIZES[size], SIZES[size])
    markup = '<span class="avatar avatar-{} avatar-g{}" aria-hidden="true">{}</span>'
    letters = initials(person.name) or person.username[0].upper()
    return format_html(markup, size, int(person.id) % GRADIENTS, letters)


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """Mark up a moment; local-times.js writes it in the reader's zone and language."""
    return format_html('<time datetime="{}" data-local-time>{}</time>', at.isoformat(), f"{_day(at)}, {at:%H:%M} UTC")


@register.simple_tag
def day(at: datetime) -> SafeString:
    """Mark up a moment of which only the day is shown, as `moment` does."""
    return format_html('<time datetime="{}" data-local-day>{}</time>', at.isoformat(), _day(at))


@register.simple_tag
def ago(at: datetime) -> SafeString:
    """Mark up how long ago something was; local-times.js lets it advance."""
    return format_html('<time datetime="{}" data-ago>{}</time>', at.isoformat(), short_ago(at))


@register.filter
def short_ago(at: datetime) -> str:
    """Return `now`, `5m`, `3h`, `4 Mar` or `4 Mar 2024`, as `shortAgo` in local-times.js does."""
    now = timezone.now()
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes}m"
    if minutes < 24 * 60:
        return f"{minutes // 60}h"
    return f"{at.day} {at:%b}" if at.year == now.year else f"{at.day} {at:%b %Y}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


@register.simple_tag
def styles() -> Sequence[str]:
    """Return the names of the style sheets that a page loads."""
    return assets.styles(_collected())


@register.simple_tag
def scripts(kind: str) -> Sequence[str]:
    """Return the names of the modules that a page of this kind loads."""
    return assets.scripts(kind, _collected())


def _collected() -> Collection[str]:
    return getattr(staticfiles_storage, "hashed_files", {})


@register.simple_tag
def server_time() -> str:
    """Return the server's time; the page counts from it, because a device's clock may be minutes off."""
    return timezone.now().isoformat()


@register.simple_tag(takes_context=True)
def login_url(context: Context) -> str:
    """Return the address of the login page, which then returns the user to this page."""
    return f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: context['request'].path})}"


@register.simple_tag
def topic_tree() -> list[Topic]:
    """Return every topic, parents before their children. Makes one query."""
    return topics()


@register.simple_tag
def reactions() -> list[tuple[str, str]]:
    """Return `(emoji, its name)` for each reaction."""
    return [(emoji.value, str(emoji.label)) for emoji in Emoji]


@register.filter
def spoken(length: timedelta) -> str:
    """Return `1 h 5 min`, `12 min` or `40 s`, as `duration` in format.js does."""
    seconds = int(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@register.simple_tag
def report_reasons() -> list[tuple[str, str]]:
    """Return the values and labels of `ReportReason`."""
    return [(reason.value, str(reason.label)) for reason in ReportReason]
