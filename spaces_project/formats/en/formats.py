"""Dates in English: `4 March 2024`, `4 March 2024, 18:00`, `4 Mar` and `4 Mar 2024`."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j M"
SHORT_DATE_FORMAT = "j M Y"
