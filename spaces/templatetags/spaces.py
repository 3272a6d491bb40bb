"""Render the small pieces of markup that templates share."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from accounts.languages import html_name
from accounts.templatetags.accounts import GRADIENTS, SIZES, initials
from spaces.events.wire import Person, StagePerson
from spaces.models import Topic
from spaces.selectors.discovery import topics
from spaces.states import Emoji, ReportReason
from spaces_project.common import assets

register = template.Library()


@register.simple_tag
def hls_script() -> str:
    """Return the address of hls.js, or an empty text if this site did not install it: browsers then play by
    themselves what they can."""
    return assets.library("libraries/hls.light.min.mjs")


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
    return format_html(
        '<time datetime="{}" data-local-time>{}</time>', at.isoformat(), f"{date_format(at, 'DATETIME_FORMAT')} UTC"
    )


@register.simple_tag
def day(at: datetime) -> SafeString:
    """Mark up a moment of which only the day is shown, as `moment` does."""
    return format_html('<time datetime="{}" data-local-day>{}</time>', at.isoformat(), date_format(at))


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
        return _("now")
    if minutes < 60:
        return _("{number}m").format(number=minutes)
    if minutes < 24 * 60:
        return _("{number}h").format(number=minutes // 60)
    return date_format(at, "MONTH_DAY_FORMAT" if at.year == now.year else "SHORT_DATE_FORMAT")


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
def page_language() -> SafeString:
    """Return the attributes `lang` and `dir` of the page."""
    direction = "rtl" if get_language_bidi() else "ltr"
    return format_html('lang="{}" dir="{}"', html_name(get_language() or settings.LANGUAGE_CODE), direction)


@register.simple_tag
def catalogue() -> str:
    """Return the name of the script with the texts that our modules show, or "" for English, which needs none."""
    name = get_language() or settings.LANGUAGE_CODE
    return "" if name == settings.LANGUAGE_CODE else f"spaces/texts/{name}.js"


@register.simple_tag
def languages() -> dict[str, Any]:
    """Return the languages that the site speaks as `choices`, and the name of the page's own as `present`."""
    return {"choices": settings.LANGUAGES, "present": dict(settings.LANGUAGES).get(get_language() or "", "")}


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
        return _("{seconds} s").format(seconds=seconds)
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    return _("{minutes} min").format(minutes=minutes)


@register.simple_tag
def report_reasons() -> list[tuple[str, str]]:
    """Return the values and labels of `ReportReason`."""
    return [(reason.value, str(reason.label)) for reason in ReportReason]
