"""The forms of account pages. The rules live in services and validators; forms show their errors next to the field."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services
from accounts.models import BIO_MAX, DISPLAY_NAME_MAX, User
from spaces_project.common.errors import ProductError
from spaces_project.common.text import clean_line

EMAIL_MAX = 320
INVITATION = "invitation"
"""The key of the session under which it keeps the invitation that a person opened."""


class LabelledFields:
    """A mixin that removes allauth's placeholders. They repeat the labels, and screen readers would read both."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(LabelledFields, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or email")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["login"].validators.append(MaxLengthValidator(EMAIL_MAX))
        # The page has its own link. A link in the help text would be part of the field's description.
        self.fields["password"].help_text = ""


class SignupForm(LabelledFields, allauth_forms.SignupForm):
    display_name = forms.CharField(
        label=gettext_lazy("Name (optional)"),
        required=False,
        max_length=DISPLAY_NAME_MAX,
        help_text=gettext_lazy("Shown to other people. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    field_order = ["username", "display_name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("1 to 15 letters, digits or underscores.")

    def clean_display_name(self) -> str:
        return clean_line(self.cleaned_data["display_name"], limit=DISPLAY_NAME_MAX)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Return the new user and None, or None and the response to send instead. allauth prescribes this shape."""
        if self.account_already_exists:
            # Take as long as for a new account by hashing a password, so that the time does not tell which addresses
            # have one.
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                outcome: tuple[User | None, HttpResponse | None] = super().try_save(request)
                if outcome[0] is not None:
                    services.admit_new_user(key=request.session.pop(INVITATION, ""))
        except ProductError as error:  # the invitation was used, or the rule changed, while the form was open
            messages.error(request, error.message)
            return None, redirect("account_signup")
        except IntegrityError:
            # Two people chose one username at once: the form saw it free both times, the unique index did not.
            messages.error(request, _("This username has just been taken. Choose another one."))
            return None, redirect("account_signup")
        return outcome


class RevokesTokens:
    """A mixin for forms that set a password.

    Programs' tokens are revoked with it unless the user says that they are still trusted.
    """

    user: User
    cleaned_data: dict[str, Any]
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep_tokens"] = forms.BooleanField(
            label=gettext_lazy("Keep my tokens and connected apps"),
            required=False,
            help_text=gettext_lazy(
                "Without this they are revoked, because a person who had your password may have made one."
            ),
        )

    def save(self) -> None:
        super().save()  # type: ignore[misc]  # of the form this is mixed into
        if not self.cleaned_data["keep_tokens"]:
            services.revoke_all(user=self.user)


class ChangePasswordForm(LabelledFields, RevokesTokens, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class SetPasswordForm(LabelledFields, RevokesTokens, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(LabelledFields, allauth_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(LabelledFields, RevokesTokens, allauth_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(LabelledFields, allauth_forms.ReauthenticateForm):
    pass


class AddEmailForm(LabelledFields, allauth_forms.AddEmailForm):
    pass


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=DISPLAY_NAME_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bio = forms.CharField(
        label=gettext_lazy("About you"),
        required=False,
        max_length=BIO_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    protected = forms.BooleanField(
        label=gettext_lazy("Protect my account"),
        required=False,
        help_text=gettext_lazy("A protected account cannot host a Space."),
    )

    @staticmethod
    def initial_of(user: User) -> dict[str, Any]:
        return {"display_name": user.display_name, "bio": user.bio, "protected": user.protected}


class AvatarForm(forms.Form):
    # Not an ImageField: that one opens the upload in this process, with every decoder that Pillow has.
    avatar = forms.FileField(
        label=gettext_lazy("Image"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "JPEG, PNG, WebP or GIF, at most 5 MB. We remove the location and camera details from the file."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
