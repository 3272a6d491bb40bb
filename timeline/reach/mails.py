"""Mails that tell people what happened, and the link in them that ends such mails."""

from collections.abc import Iterable
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.languages import speaking_to
from accounts.models import User
from accounts.site import site
from timeline.reach.kinds import Kind
from timeline.reach.notice import Notice

SALT: Final = "reach.unsubscribe"


def send(notice: Notice, people: Iterable[User]) -> None:
    """Send the mail to each user, over one connection. Raises `OSError` if the mail server is down."""
    mails = [mail for person in people if (mail := _in_own_language(notice, person)) is not None]
    if mails:
        get_connection(settings.EMAIL_DIRECT_BACKEND, timeout=settings.EMAIL_TIMEOUT).send_messages(mails)


def _in_own_language(notice: Notice, person: User) -> EmailMultiAlternatives | None:
    with speaking_to(person):
        return written(notice, person)


def written(notice: Notice, person: User) -> EmailMultiAlternatives | None:
    """Return the mail, or None for a user without an address that we may write to."""
    to = address_of(person)
    if not to:
        return None
    leave = settings.PUBLIC_ORIGIN + reverse("unsubscribe", args=[unsubscribe_token(person, Kind(notice.kind))])
    context: dict[str, Any] = {
        "notice": notice,
        "title": notice.in_words(),
        "url": settings.PUBLIC_ORIGIN + notice.url,
        "leave": leave,
        "site_name": site().name,
        "site_origin": settings.PUBLIC_ORIGIN,
        "choices": settings.PUBLIC_ORIGIN + reverse("notification_settings"),
    }
    # RFC 8058: mailboxes show a button of their own, and send one POST without a page.
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = " ".join(f"{notice.in_words()} ({site().name})".split())
    mail = EmailMultiAlternatives(subject, render_to_string("reach/mail/notice.txt", context), to=[to], headers=headers)
    mail.attach_alternative(render_to_string("reach/mail/notice.html", context), "text/html")
    return mail


def address_of(person: User) -> str:
    """Return the email address that the site may write to, or the empty string if the user has none. If the site
    requires confirmed addresses, only a confirmed primary address counts."""
    if not site().confirms_addresses:
        return person.email
    found = EmailAddress.objects.filter(user=person, primary=True, verified=True).first()
    return "" if found is None else str(found.email)


def unsubscribe_token(person: User, kind: Kind) -> str:
    """Return what the link carries. It ends mails of one kind, does nothing else, and does not expire."""
    return signing.dumps([person.pk, kind], salt=SALT)


def read_token(token: str) -> tuple[int, Kind] | None:
    """Return the user's id and the kind, or None for a token that is not ours."""
    try:
        user_id, kind = signing.loads(token, salt=SALT)
        return int(user_id), Kind(kind)
    except (signing.BadSignature, ValueError, TypeError):
        return None
