"""Template tags for notifications: `{% load notifications %}`."""

from django import template
from django.utils.safestring import SafeString

from spaces.templatetags.spaces import icon
from timeline.models import NotificationKind

register = template.Library()

_ICONS = {
    NotificationKind.FOLLOWED: "person",
    NotificationKind.LIKED: "heart",
    NotificationKind.REPLIED: "reply",
    NotificationKind.MENTIONED: "reply",
    NotificationKind.QUOTED: "pen",
    NotificationKind.REPOSTED: "repost",
    NotificationKind.INVITED_TO_SPEAK: "mic",
    NotificationKind.DECIDED: "shield",
    NotificationKind.RECORDING_EXPIRES: "trash",
}


@register.simple_tag
def notification_icon(kind: str) -> SafeString:
    """Return the icon of a kind of notification. All kinds about a Space have the diamond."""
    return icon(_ICONS.get(NotificationKind(kind), "spaces"))
