"""Entries of the security log about accounts: log-ins, failed log-ins, and changes to the ways to log in."""

from typing import Any, Final

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from accounts.models import User
from spaces_project.common.security_log import note

EVENTS: Final[dict[Signal, str]] = {
    auth.user_logged_in: "log_in",
    account.password_changed: "password_changed",
    account.password_set: "password_set",
    account.password_reset: "password_reset",
    account.email_added: "address_added",
    account.email_changed: "address_changed",
    account.email_confirmed: "address_confirmed",
    account.email_removed: "address_removed",
    mfa.authenticator_added: "second_factor_added",
    mfa.authenticator_removed: "second_factor_removed",
    mfa.authenticator_reset: "second_factor_reset",
}


def _note(signal: Signal, request: HttpRequest | None = None, user: User | None = None, **kwargs: Any) -> None:
    note(EVENTS[signal], request, user=getattr(user, "pk", None))


for _signal in EVENTS:
    _signal.connect(_note, weak=False, dispatch_uid="accounts.audit")


@receiver(auth.user_logged_out)
def _logged_out(request: HttpRequest | None = None, user: User | None = None, **kwargs: Any) -> None:
    if user is not None:
        note("log_out", request, user=user.pk)


@receiver(auth.user_login_failed)
def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Log a failed log-in with the account's id.

    The typed text is not logged: it may be a password in the wrong field.
    """
    typed = str(credentials.get("username") or credentials.get("email") or "")[:254]
    found = User.objects.with_username(typed) if "@" not in typed else User.objects.filter(email__iexact=typed)
    note("log_in_failed", request, user=found.values_list("pk", flat=True).first())
