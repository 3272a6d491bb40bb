"""The forms of the set-up page."""

from typing import Any, BinaryIO, Final

from django import forms
from django.conf import settings

from accounts.models import CONTACT_MAX, SITE_NAME_MAX, Confirming, Hosting, Inviting, SignUp
from accounts.models.site import MOST_FOLLOWERS
from accounts.site import PURPLE
from captions.languages import AUTOMATIC
from timeline.models import SITE_TEXT_LENGTH, SiteTextKind

from .services import Admin, Plan

CODE_MAX: Final = 60
OF_ADMIN: Final = ("username", "email", "password")
TEXTS: Final = (SiteTextKind.ABOUT, SiteTextKind.RULES, SiteTextKind.PRIVACY, SiteTextKind.TERMS)
_OFF: Final = {"autocomplete": "off"}


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=CODE_MAX,
        help_text="Printed on the server by: manage.py setup_code",
        widget=forms.TextInput(
            attrs={**_OFF, "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )


class SiteForm(forms.Form):
    """The choices of a new site, with its first account of staff."""

    name = forms.CharField(
        label="Name of the site", max_length=SITE_NAME_MAX, widget=forms.TextInput(attrs={**_OFF, "autofocus": True})
    )
    color = forms.CharField(
        label="Colour",
        max_length=7,
        initial=PURPLE,
        help_text="Of buttons and links. White text must be readable on it.",
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    logo = forms.FileField(
        label="Logo (optional)",
        required=False,
        allow_empty_file=True,
        help_text="A square picture: JPEG, PNG, WebP or GIF, at most 5 MB.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    username = forms.CharField(
        label="Username",
        max_length=15,
        help_text="1 to 15 letters, digits or underscores.",
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    email = forms.CharField(
        label="Email address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    sign_up = forms.ChoiceField(label="Who may sign up", choices=SignUp.choices, initial=SignUp.ALL)
    inviting = forms.ChoiceField(
        label="Who may invite", choices=Inviting.choices, help_text="Matters only if sign-up needs an invitation."
    )
    confirming = forms.ChoiceField(
        label="Email addresses must be confirmed",
        choices=[(Confirming.YES, "Yes: safer, and needs a mail server"), (Confirming.NO, "No")],
    )
    hosting = forms.ChoiceField(label="Who may host a Space", choices=Hosting.choices)
    host_min_followers = forms.IntegerField(
        label="Followers needed to host",
        min_value=0,
        max_value=MOST_FOLLOWERS,
        help_text="Matters only if accounts with enough followers host. Staff let single accounts host in the admin.",
    )
    language = forms.ChoiceField(label="Language of captions in a new Space")
    contact = forms.CharField(
        label="Contact (optional)",
        max_length=CONTACT_MAX,
        required=False,
        help_text="How people reach you: an email address or a page. Everyone can read it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes: list[str] = settings.CAPTIONS_LANGUAGES
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, "Found out for each speaker" if code == AUTOMATIC else code) for code in codes]
        self.initial = {
            "name": settings.SITE_NAME,
            "language": settings.CAPTIONS_LANGUAGE,
            "confirming": Confirming.YES if settings.CONFIRM_ADDRESSES else Confirming.NO,
            "host_min_followers": settings.SPACES_HOST_MIN_FOLLOWERS,
            **self.initial,
        }
        for kind in TEXTS:
            self.fields[kind.value] = forms.CharField(
                label=f"{kind.label} (optional)",
                required=False,
                max_length=SITE_TEXT_LENGTH,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def plan(self) -> Plan:
        """Return what the valid form asks for."""
        told = self.cleaned_data
        texts = {kind.value for kind in TEXTS}
        chosen = {name: value for name, value in told.items() if name not in {*OF_ADMIN, *texts, "logo"}}
        if chosen["color"] == PURPLE:
            chosen["color"] = ""
        admin = Admin(**{name: told[name] for name in OF_ADMIN})
        return Plan(settings=chosen, texts={name: told[name] for name in texts}, admin=admin)

    @property
    def logo_file(self) -> BinaryIO | None:
        found: BinaryIO | None = self.cleaned_data["logo"]
        return found
