"""Forms of pages about Spaces. The rules are in services; a form only reads what was typed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.models import Topic
from spaces.services import SpaceOptions
from spaces.states import SpeakPolicy
from spaces_project.common.errors import BadInput
from spaces_project.common.ids import parse_id

_REFUSALS = {
    "speak_policy": ("bad_policy", _("Choose who may speak.")),
    "topics": ("bad_topics", _("Choose topics from the list.")),
    "when": ("bad_time", _("Choose a day and a time.")),
    "repeat": ("bad_repeat", _("Choose how often the Space is held.")),
    "time_zone": ("bad_time_zone", _("This time zone is not known here.")),
}
WEEKLY = "weekly"
_REPEATS = (("", ""), (WEEKLY, WEEKLY))


class MomentField(forms.Field):
    """A field for a time in ISO 8601. The site's script sends the offset of the user's own zone. A time without an
    offset is in UTC, as the page says where no script runs."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise forms.ValidationError(_("No time.")) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class TopicsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the type checker only
    """A field for topics by id. A number too large for a database is refused like any other id that no topic has."""

    def clean(self, value: Any) -> Any:
        if any(parse_id(str(topic)) is None for topic in value or ()):
            raise forms.ValidationError(_("No topic."))
        return super().clean(value)


class SpaceForm(forms.Form):
    """The form of the create sheet. The service checks the title, because it counts characters as they are stored."""

    title = forms.CharField(required=False, strip=False)
    speak_policy = forms.ChoiceField(choices=SpeakPolicy.choices, required=False)
    captions_allowed = forms.BooleanField(required=False)
    accounts_only = forms.BooleanField(required=False)
    recording_wanted = forms.BooleanField(required=False)
    topics = TopicsField(Topic.objects.all(), required=False)
    when = MomentField()
    repeat = forms.ChoiceField(choices=_REPEATS, required=False)
    time_zone = forms.CharField(required=False, max_length=50)

    def options(self) -> SpaceOptions:
        """Return the options. Raise `BadInput` for values that no page of this site sends."""
        _require_valid(self)
        return SpaceOptions(
            speak_policy=self.cleaned_data["speak_policy"] or SpeakPolicy.EVERYONE.value,
            captions_allowed=self.cleaned_data["captions_allowed"],
            accounts_only=self.cleaned_data["accounts_only"],
            recording_wanted=self.cleaned_data["recording_wanted"],
            topics=[topic.pk for topic in self.cleaned_data["topics"]],
        )


class ChangeForm(forms.Form):
    """The form for another title, time or repetition of a scheduled Space."""

    title = forms.CharField(required=False, strip=False)
    when = MomentField()
    repeat = forms.ChoiceField(choices=_REPEATS, required=False)
    time_zone = forms.CharField(required=False, max_length=50)

    def changes(self) -> "Changes":
        """Return what was chosen. Raise `bad_time` or `bad_repeat`."""
        _require_valid(self)
        given = self.cleaned_data
        # A page without the field does not change the repetition.
        repeats = given["repeat"] == WEEKLY if "repeat" in self.data else None
        return Changes(title=given["title"], when=given["when"], repeats_weekly=repeats, time_zone=given["time_zone"])


class Changes(TypedDict):
    """What `update_space` takes."""

    title: str
    when: datetime | None
    repeats_weekly: bool | None
    time_zone: str


def chosen_time(form: SpaceForm) -> datetime:
    """Return the time. Raise `bad_time` if none is given."""
    _require_valid(form)
    when: datetime | None = form.cleaned_data["when"]
    if when is None:
        code, words = _REFUSALS["when"]
        raise BadInput(code, words)
    return when


def chosen_repetition(form: SpaceForm) -> "Repetition":
    """Return the repetition. Raise `bad_repeat` for one that no page of this site sends."""
    _require_valid(form)
    given = form.cleaned_data
    return Repetition(repeats_weekly=given["repeat"] == WEEKLY, time_zone=given["time_zone"] or "UTC")


class Repetition(TypedDict):
    """What `schedule_space` takes."""

    repeats_weekly: bool
    time_zone: str


def _require_valid(form: forms.Form) -> None:
    if not form.is_valid():
        raise BadInput(*_first_refusal(form.errors))


def _first_refusal(errors: Mapping[str, object]) -> tuple[str, str]:
    other = "bad_title", _("This name cannot be used.")
    code, words = next((_REFUSALS[name] for name in errors if name in _REFUSALS), other)
    return code, str(words)
