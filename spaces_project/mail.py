"""Mail through the worker `outside`, so that a mail server that hangs delays no page and no other task.

Only sites with a mail server use it. Mail to files and to the console is written at once.
"""

import json
from collections.abc import Sequence
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from kombu.exceptions import OperationalError

from spaces_project.common.sealing import seal, unseal

TRIES = 6
PAUSE_SECONDS = 30
_PARTS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to", "extra_headers")


class LaterBackend(BaseEmailBackend):
    """A mail backend that queues mails for the worker, and sends them itself while the broker is down."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            try:
                send_later.delay(packed(message))
            except OperationalError:
                _direct().send_messages([message])
        return len(email_messages)


@shared_task(  # SMTP's own errors are subclasses of OSError
    autoretry_for=(OSError,),
    retry_backoff=PAUSE_SECONDS,
    retry_backoff_max=3_600,
    max_retries=TRIES,
    ignore_result=True,
)
def send_later(mail: str, **_: Any) -> None:
    """Send the mail. If the mail server is down, retry a few times with growing pauses."""
    unpacked(mail).send()


def packed(message: EmailMessage) -> str:
    """Return the mail as text for the queue. It is encrypted, because it may hold a link that resets a password."""
    alternatives = [list(part) for part in getattr(message, "alternatives", ())]
    parts = {name: getattr(message, name) for name in _PARTS}
    return seal(json.dumps(parts | {"alternatives": alternatives}, default=str))


def unpacked(mail: str) -> EmailMultiAlternatives:
    """Return the mail that `packed` turned into text, ready to be sent by the real mail backend."""
    parts = json.loads(unseal(mail))
    alternatives, headers = parts.pop("alternatives"), parts.pop("extra_headers")
    message = EmailMultiAlternatives(**parts, headers=headers, connection=_direct())
    for content, kind in alternatives:
        message.attach_alternative(content, kind)
    return message


def _direct() -> Any:
    return get_connection(settings.EMAIL_DIRECT_BACKEND, timeout=settings.EMAIL_TIMEOUT)
