"""The browsers that show a user's notifications."""

import base64
import binascii
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import public_http
from accounts.models import User
from spaces_project.common.errors import BadInput
from spaces_project.common.limits import spend
from timeline.reach.models import PushSubscription

MOST: Final = 20
"""Browsers of one user. The oldest makes room for a new one."""
CHANGES, WINDOW = 30, timedelta(hours=1)
POINT_BYTES, SECRET_BYTES = 65, 16


def keep_subscription(*, user: User, session_key: str, endpoint: str, p256dh: str, auth: str) -> None:
    """Store a browser's subscription. A browser has one: with another user it changes its owner.

    Errors: `bad_subscription`, `too_many`.
    """
    _require_usable(endpoint, p256dh, auth)
    spend(what="push", user_id=user.pk, limit=CHANGES, window=WINDOW)
    facts = {"user": user, "session_key": session_key, "p256dh": p256dh, "auth": auth, "failures": 0}
    with transaction.atomic():
        PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=facts)
        kept = subscriptions_of(user).order_by("-pk").values_list("pk", flat=True)[:MOST]
        subscriptions_of(user).exclude(pk__in=list(kept)).delete()


def drop_subscription(*, user: User, endpoint: str) -> None:
    """Delete a browser's subscription. Repeatable."""
    subscriptions_of(user).filter(endpoint=endpoint).delete()


def drop_sessions(*, user_id: int, session_key: str | None = None, but: str | None = None) -> None:
    """Delete the subscriptions made in one session, or in all sessions but one: who logged out sees no more."""
    rows = PushSubscription.objects.filter(user=user_id)
    rows = rows if session_key is None else rows.filter(session_key=session_key)
    rows.exclude(session_key=but or "").delete()


def drop_ended_sessions() -> int:
    """Delete the subscriptions whose session has expired. A nightly task calls this; return how many there were."""
    lasting = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return PushSubscription.objects.exclude(session_key__in=lasting).delete()[0]


def subscriptions_of(user: User) -> QuerySet[PushSubscription]:
    return PushSubscription.objects.filter(user=user)


def _require_usable(endpoint: str, p256dh: str, auth: str) -> None:
    """Raise `BadInput` for an address that we do not post to, or keys that encrypt nothing."""
    try:
        public_http.target(endpoint)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh, POINT_BYTES))
        _bytes(auth, SECRET_BYTES)
    except (public_http.NotSent, ValueError):
        raise BadInput("bad_subscription", _("This browser's push service cannot be used.")) from None


def _bytes(text: str, length: int) -> bytes:
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError(text) from None
    if len(found) != length:
        raise ValueError(text)
    return found
