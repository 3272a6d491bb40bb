"""Wall-clock time in the time zone of a host."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def local_moment(day: date, at: time, zone: str) -> datetime:
    """Return the moment at which clocks in the zone show this time on this day.

    In spring an hour does not exist: the moment is as long after the change as the time is after it. In autumn an hour
    is there twice: the moment is the first of the two.
    """
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def wall_clock(moment: datetime, zone: str) -> tuple[date, time]:
    """Return what clocks in the zone show at this moment."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.date(), local.time().replace(fold=0)
