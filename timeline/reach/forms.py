"""The form of the page on which users choose what they are told."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from timeline.reach.kinds import Channel, Kind
from timeline.reach.services import Choices
from timeline.reach.services.settings import KEYS, Key


def zones() -> list[tuple[str, str]]:
    """Return the time zones that people look for: those of places, and UTC."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class NotificationForm(forms.Form):
    begin = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    end = forms.TimeField(label=_("To"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, required=False)

    def __init__(self, data: Any = None, *, choices: Choices) -> None:
        hours = {"begin": choices.begin, "end": choices.end, "time_zone": choices.time_zone}
        super().__init__(data, initial=hours)
        for key in KEYS:
            label = _("{what}, by {channel}").format(what=key[0].label, channel=key[1].label)
            self.fields[_name(key)] = forms.BooleanField(label=label, required=False, initial=choices.wanted[key])

    def rows(self) -> list[tuple[Kind, list[forms.BoundField | None]]]:
        """Return the switches as a table: one row for each kind, with its channels, or None for one that it lacks."""
        return [(kind, [self._switch((kind, channel)) for channel in Channel]) for kind in Kind]

    def _switch(self, key: Key) -> forms.BoundField | None:
        return self[_name(key)] if key in KEYS else None

    def wanted(self) -> list[Key]:
        return [key for key in KEYS if self.cleaned_data[_name(key)]]


def _name(key: Key) -> str:
    return f"{key[0]}_{key[1]}"
