"""Receive the signals of this app, allauth and OAuth: mail account owners, send webhooks, index names and remember
devices."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_added, user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from oauth2_provider.models import AccessToken
from oauth2_provider.signals import app_authorized

from accounts import guessing, names, signals, tasks
from accounts.models import User
from accounts.notices import tell_owner


@receiver(signals.deliveries_made)
def deliver_now(delivery_ids: list[int], **kwargs: Any) -> None:
    """Queue one task for each delivery."""
    for delivery_id in delivery_ids:
        tasks.deliver.delay(delivery_id)


@receiver(post_save, sender=User)
def index_name(instance: User, update_fields: frozenset[str] | None, raw: bool = False, **kwargs: Any) -> None:
    """Let people be found by a new name. A save of other fields, such as the last log-in, changes nothing."""
    if not raw and (update_fields is None or update_fields & {"username", "display_name"}):
        names.follow_name(instance)


@receiver(user_logged_in)
def remember_device(request: HttpRequest, response: HttpResponse, user: User, **kwargs: Any) -> None:
    """Mark the browser as known to the user. Its next failed log-ins are counted apart from those of strangers."""
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
