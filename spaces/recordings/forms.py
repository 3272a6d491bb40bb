"""Forms of the page of recordings. The rules are in services; a form only reads what was typed."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from spaces_project.common.errors import BadInput

_CLOCK = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?", re.ASCII)


class ClockField(forms.Field):
    """A field for a time of a recording: `1:02:03`, `2:03.5` or seconds. Its value is in milliseconds."""

    def to_python(self, value: Any) -> int:
        found = _CLOCK.fullmatch(str(value or "").strip())
        if found is None:
            raise forms.ValidationError(_("No time."))
        hours, minutes, seconds, fraction = found.groups()
        whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
        return whole * 1000 + int((fraction or "0").ljust(3, "0"))


class CutForm(forms.Form):
    """The start and the end of a replay."""

    start = ClockField()
    end = ClockField()

    def cut(self) -> tuple[int, int]:
        """Return `(start, end)` in milliseconds. Raise `bad_cut`."""
        if not self.is_valid():
            raise BadInput("bad_cut", _("Write the times as minutes and seconds, such as 1:30."))
        return self.cleaned_data["start"], self.cleaned_data["end"]


class ClipForm(forms.Form):
    """The start and the end of a clip, on the clock of the replay."""

    start = ClockField()
    end = ClockField()

    def stretch(self) -> tuple[int, int]:
        """Return `(start, end)` in milliseconds. Raise `bad_clip`."""
        if not self.is_valid():
            raise BadInput("bad_clip", _("Write the times as minutes and seconds, such as 1:30."))
        return self.cleaned_data["start"], self.cleaned_data["end"]


class KeepForm(forms.Form):
    """The number of days that a recording is kept from now."""

    days = forms.IntegerField(min_value=1, max_value=36_500)

    def chosen(self) -> int:
        """Return the days. Raise `bad_days`."""
        if not self.is_valid():
            raise BadInput("bad_days", _("Choose for how many days the recording is kept."))
        days: int = self.cleaned_data["days"]
        return days
