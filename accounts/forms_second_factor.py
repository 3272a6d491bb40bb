"""The forms of the second factor, with our labels."""

from typing import Any

from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.core.validators import MaxLengthValidator
from django.forms import Field
from django.utils.translation import gettext as _

from accounts.forms import LabelledFields

NAME_MAX = 50


class CodeFields(LabelledFields):
    """A mixin for a field with one code of digits. Phones show their numeric keypad for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "autofocus": True}


class AuthenticateForm(CodeFields, base_forms.AuthenticateForm):
    pass


class ReauthenticateForm(CodeFields, base_forms.ReauthenticateForm):
    pass


class ActivateTotpForm(CodeFields, totp_forms.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddPasskeyForm(LabelledFields, webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self.fields["name"])
        self.fields["name"].label = _("Name of this passkey")
        passwordless = self.fields["passwordless"]
        passwordless.label = _("Log in with the passkey alone, without a password")
        passwordless.help_text = _("The passkey then asks for your fingerprint, face or PIN.")


class EditPasskeyForm(LabelledFields, webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self.fields["name"])


def _bound(name: Field) -> None:
    name.validators.append(MaxLengthValidator(NAME_MAX))
    name.widget.attrs["maxlength"] = NAME_MAX
