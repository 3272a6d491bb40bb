"""The adapters of allauth: our texts, our mails, the network address of a request, and the second factor."""

import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import guessing, rules
from accounts.forms import INVITATION
from accounts.languages import speaking_to
from accounts.models import User
from accounts.reopening import allow_reopening
from accounts.services import closed_account
from accounts.site import site
from spaces_project.common.addresses import UNKNOWN, address_of_request
from spaces_project.common.sealing import seal, unseal

logger = logging.getLogger(__name__)

UNKNOWN_ADDRESS = "an unknown address"

LONGEST_NEXT = 2_000


class AccountAdapter(DefaultAccountAdapter):
    """Our choices for sign-up, log-in and mails of allauth."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy("Too many failed log-ins. Try again in 5 minutes."),
        "username_taken": gettext_lazy("That username is taken."),
        "email_password_mismatch": gettext_lazy("That email address and password do not match."),
        "username_password_mismatch": gettext_lazy("That username and password do not match."),
        "incorrect_password": gettext_lazy("That is not your password."),
        "enter_current_password": gettext_lazy("That is not your password."),
        "email_taken": gettext_lazy("That email address belongs to an account."),
        "same_as_current": gettext_lazy("Choose an address other than the current one."),
        "rate_limited": gettext_lazy("Too many requests. Try again in a minute."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether the person may sign up. The form asks again when it is sent, and counts the invitation."""
        return rules.sign_up_refusal(is_invited=INVITATION in request.session) is None

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        user.display_name = form.cleaned_data.get("display_name", "")
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count this log-in attempt and raise `ValidationError` when it is over a limit,
        before a password is looked at."""
        self._login_failed_rl_usage = guessing.count_try(request, _login_of(credentials))
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Reset the counted attempts of an account. allauth calls this after the user reset the password by mail."""
        guessing.forget_tries(request, _login_of(credentials))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Offer the owner of an account that is being deleted to take it back. allauth calls this after the user
        proved the password or passkey."""
        if closed_account(user) is None:
            answer: HttpResponse = super().respond_user_inactive(request, user)
            return answer
        allow_reopening(request, user)
        offer: HttpResponse = headed_redirect_response("account_reopen")
        return offer

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network address that our own limits count. allauth's own way answers 403 to every
        request behind a Unix socket."""
        return address_of_request(request).partition("/")[0]

    def is_safe_url(self, url: str) -> bool:
        """Return whether a redirect to `url` stays on this site.

        Refuse long addresses first: `urlsplit` normalises the host name however long it is.
        """
        return len(url) <= LONGEST_NEXT and bool(super().is_safe_url(url))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in the name of the configured site. allauth would use the host that the request named."""
        here = SimpleNamespace(name=site().name, domain=urlsplit(settings.PUBLIC_ORIGIN).netloc)
        told = {
            "request": allauth_context.request,
            "email": email,
            "current_site": here,
            "site_name": site().name,
            "site_origin": settings.PUBLIC_ORIGIN,
        }
        self.render_mail(template_prefix, email, told | _at_our_origin(context)).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner of an account what changed and where the request came from.

        The change stays even if the mail cannot be sent. A mail server that cannot be reached is only logged.
        """
        to = email or EmailAddress.objects.get_primary_email(user) or user.email
        if not to:
            return
        try:
            with speaking_to(user):
                self.send_mail(template_prefix, to, self.origin() | (context or {}))
        except OSError:  # SMTP's own errors are subclasses
            logger.exception("the owner of an account was not told: %s", template_prefix)

    def origin(self) -> dict[str, Any]:
        """Return the time, network address and browser of the current request, for a mail about it."""
        request: HttpRequest | None = allauth_context.request
        if request is None:
            return {"timestamp": timezone.now(), "ip": _("the server itself"), "user_agent": _("a command")}
        agent, address = self.get_http_user_agent(request)[:200], self.get_client_ip(request)
        return {
            "timestamp": timezone.now(),
            "ip": UNKNOWN_ADDRESS if address.startswith(UNKNOWN) else address,
            "user_agent": agent,
        }


def _login_of(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


def _at_our_origin(context: dict[str, Any]) -> dict[str, Any]:
    """Return the context with its links moved to the site's origin.

    allauth builds the links from the Host header. The sender of a request chooses its port, and on a local site also
    its host name.
    """
    return {name: _moved(value) if name.endswith("_url") else value for name, value in context.items()}


def _moved(link: str) -> str:
    parts = urlsplit(link)
    return settings.PUBLIC_ORIGIN + parts._replace(scheme="", netloc="").geturl() if parts.netloc else link


class SecondFactorAdapter(DefaultMFAAdapter):
    """Our choices for authenticator apps, passkeys and recovery codes of allauth."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That code is wrong. Codes change every 30 seconds and work once."),
    }

    def get_totp_label(self, user: User) -> str:
        return str(user.username)

    def _get_user_identifier(self, user: User) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return site().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site that passkeys are bound to.

        It comes from the settings; the Host header is chosen by the sender.
        """
        return {"id": urlsplit(settings.PUBLIC_ORIGIN).hostname or "localhost", "name": site().name}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Return a name for a new passkey of `user`: "Passkey", then "Passkey 2" and so on."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Passkey" if not count else f"Passkey {count + 1}"

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
