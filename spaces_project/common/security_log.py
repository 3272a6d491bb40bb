"""The security log `spaces.security`: one line for each event, with ids and never with secrets.

2026-11-28 14:00:01,123 INFO spaces.security: log_in user=12 address=192.0.2.7
"""

import logging
import re
from typing import Final

from django.http import HttpRequest

from spaces_project.common.addresses import address_of_request

logger = logging.getLogger("spaces.security")

LONGEST_VALUE: Final = 200
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:/@\[\]-]+")


def note(event: str, request: HttpRequest | None = None, **fields: object) -> None:
    """Log one event. Values that a stranger chose are quoted, so that they cannot add a field."""
    if request is not None:
        fields["address"] = address_of_request(request)
    told = " ".join(f"{name}={_value(value)}" for name, value in fields.items() if value is not None)
    logger.info("%s %s", event, told)


def _value(value: object) -> str:
    text = str(value)[:LONGEST_VALUE]
    return text if _PLAIN.fullmatch(text) else ascii(text)
