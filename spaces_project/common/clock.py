"""Times within a Space or a replay, as people read them."""


def clock_text(milliseconds: int) -> str:
    """Return a time as `1:02:03`, or `2:03` in the first hour. Fractions of a second are left out."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def exact_clock_text(milliseconds: int) -> str:
    """Return the time with what is left of its last second: `1:02:03` or `2:03.5`."""
    rest = milliseconds % 1000
    text = clock_text(milliseconds)
    return f"{text}.{rest:03}".rstrip("0") if rest else text
