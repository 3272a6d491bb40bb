"""The secret address of a user's calendar."""

from accounts.models import User, takes_part
from timeline.reach.models import CalendarFeed, new_token


def calendar_token(user: User) -> str:
    """Return the secret part of the address. It is made when the user first asks for it."""
    return CalendarFeed.objects.get_or_create(user=user)[0].token


def replace_calendar_token(user: User) -> None:
    """Make a new address. Calendars that have the old one get nothing more."""
    CalendarFeed.objects.update_or_create(user=user, defaults={"token": new_token()})


def owner_of_calendar(token: str) -> User | None:
    """Return the user with this address, or None if there is none, or if the account is closed or suspended."""
    feed = CalendarFeed.objects.select_related("user").filter(takes_part("user"), token=token).first()
    return None if feed is None else feed.user
