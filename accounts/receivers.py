"""Mails to account owners that allauth's and OAuth's signals trigger."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from oauth2_provider.models import AccessToken
from oauth2_provider.signals import app_authorized

from accounts import guessing, signals, tasks
from accounts.models import User
from accounts.notices import tell_owner


@receiver(signals.deliveries_made)
def deliver_now(delivery_ids: list[int], **kwargs: Any) -> None:
    """Queue one task for each delivery."""
    for delivery_id in delivery_ids:
        tasks.deliver.delay(delivery_id)


@receiver(user_logged_in)
def remember_device(request: HttpRequest, response: HttpResponse, user: User, **kwargs: Any) -> None:
    """Let the browser's next log-in attempts be counted separately."""
    guessing.remember_device(request, response, user)


@receiver(email_added)
def tell_of_new_address(user: User, email_address: EmailAddress, **kwargs: Any) -> None:
    """Tell the current email address that a new one was asked for, before the new one replaces it."""
    tell_owner(user=user, about="email_asked", new_email=email_address.email)


@receiver(app_authorized)
def tell_of_connected_app(token: AccessToken, **kwargs: Any) -> None:
    """Tell the user about an app's first token. Later tokens only replace it."""
    if token.user is None or token.application is None:
        return
    if AccessToken.objects.filter(user=token.user, application=token.application).count() == 1:
        tell_owner(user=token.user, about="app_connected", name=str(token.application))
