"""What people are told outside the pages, by which channel, and what holds for a person who has chosen nothing."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from timeline.models import NotificationKind


class Kind(TextChoices):
    LIVE = "live", _("A person you follow goes live")
    REMINDER = "reminder", _("A Space you set a reminder for begins")
    INVITED = "invited", _("You are invited to a Space, to speak or to co-host")
    ASKED = "asked", _("A listener of your Space asks to speak")
    MESSAGE = "message", _("You get a message")
    MENTION = "mention", _("You are mentioned or answered in a post")
    RECORDING = "recording", _("A recording of your Space is about to be deleted")
    DIGEST = "digest", _("Once a week: what is coming, and what can be heard again")
    DECISION = "decision", _("Moderators made a decision about your account")


class Channel(TextChoices):
    PUSH = "push", _("Notification")
    MAIL = "mail", _("Mail")


MAILED: Final = frozenset({Kind.REMINDER, Kind.INVITED, Kind.RECORDING, Kind.DECISION})
"""Kinds that are mailed unless the person says no. The others come too often for a mailbox."""

OF_NOTIFICATION: Final = {
    NotificationKind.SPACE_STARTED: Kind.REMINDER,
    NotificationKind.INVITED: Kind.INVITED,
    NotificationKind.INVITED_TO_SPEAK: Kind.INVITED,
    NotificationKind.MENTIONED: Kind.MENTION,
    NotificationKind.REPLIED: Kind.MENTION,
    NotificationKind.DECIDED: Kind.DECISION,
    NotificationKind.RECORDING_EXPIRES: Kind.RECORDING,
}
"""Which notifications of the site are worth more than a badge. The others are not pushed or mailed."""


def channels_of(kind: Kind) -> tuple[Channel, ...]:
    """Return the channels by which a kind can be told. The weekly mail is a mail."""
    return (Channel.MAIL,) if kind == Kind.DIGEST else tuple(Channel)


def is_default(kind: Kind, channel: Channel) -> bool:
    """Return whether a person who has chosen nothing is told of this kind by this channel."""
    return channel in channels_of(kind) and (channel == Channel.PUSH or kind in MAILED)
