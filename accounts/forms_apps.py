"""The forms of the page for tokens and apps."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import TOKEN_NAME_MAX
from spaces_project.common.api.scopes import SCOPES

DAYS = {"30": _("30 days"), "90": _("90 days"), "365": _("A year"), "": _("For ever")}


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=TOKEN_NAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"), choices=list(DAYS.items()), initial="365", required=False, coerce=int, empty_value=None
    )
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"),
        choices=[(scope.value, _(words)) for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )


class AppForm(forms.Form):
    class Kind:
        CONFIDENTIAL, PUBLIC, ITSELF = "confidential", "public", "itself"

    name = forms.CharField(
        label=_("Name"), max_length=TOKEN_NAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (Kind.CONFIDENTIAL, _("Runs on a server and asks people")),
            (Kind.PUBLIC, _("Runs on people's devices and asks them")),
            (Kind.ITSELF, _("Reads public data as itself")),
        ],
    )
    redirect_uris = forms.CharField(
        label=_("Redirect addresses"),
        required=False,
        help_text=_("One address per line, beginning with https:// (or http://127.0.0.1 on a device)."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )
