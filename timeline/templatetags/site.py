"""Template tags about the site itself: `{% load site %}`."""

from django import template
from django.conf import settings
from django.urls import reverse

from accounts import rules
from accounts.models import SignUp, User
from accounts.site import site
from timeline.models import SiteText
from timeline.selectors.front import site_texts

register = template.Library()


@register.simple_tag
def texts_of_site() -> list[SiteText]:
    """Return the texts that the operator wrote, for links at the bottom of pages."""
    return site_texts()


@register.simple_tag
def name_of_site() -> str:
    return site().name


@register.simple_tag
def origin_of_site() -> str:
    return str(settings.PUBLIC_ORIGIN)


@register.simple_tag
def color_of_site() -> str:
    """Return the colour that browsers give their own bars."""
    return site().theme_color


@register.simple_tag
def sheet_of_site() -> str:
    """Return the address of the style sheet with the operator's colour, or "" without one.

    The colour is part of the address, so that a new one is fetched at once.
    """
    color = site().color
    return f"{reverse('site_sheet')}?{color[1:]}" if color else ""


@register.simple_tag
def logo_of_site() -> str:
    return site().logo


@register.simple_tag
def contact_of_site() -> str:
    return site().contact


@register.simple_tag
def site_takes_accounts() -> bool:
    """Return whether a visitor may sign up without an invitation."""
    return site().sign_up == SignUp.ALL


@register.simple_tag
def sign_up_rule() -> str:
    return site().sign_up.value


@register.simple_tag
def may_invite(user: User) -> bool:
    """Return whether the user may invite people to sign up."""
    return rules.inviting_refusal(user) is None
