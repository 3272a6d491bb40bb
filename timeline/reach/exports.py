"""What the export of an account contains of this app."""

from spaces.moderation import exports
from spaces.moderation.exports import Rows


def register() -> None:
    """Register the sections below with the export of an account."""
    for name, rows in _SECTIONS.items():
        exports.register(name, rows)
    exports.leave_out({"reach.CalendarFeed.user": "the secret address of your calendar; it is in the settings"})


_SECTIONS = {
    "notification_choices": Rows("reach.Wish.user", ("kind", "channel", "wanted")),
    "quiet_hours": Rows("reach.QuietHours.user", ("begin", "end", "time_zone")),
    "notification_devices": Rows("reach.PushSubscription.user", ("created_at",)),
}
