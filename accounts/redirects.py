"""Where an app may have people sent back to."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""Hosts of the person's own machine, where a program listens without TLS."""
_ADDRESS: Final = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>\[::1\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::[0-9]{1,5})?)"
    r"(?:/[\w.~!$&()*+=:@%/-]*)?(?:\?[\w.~!$&()*+=:@%/?-]*)?",
    re.ASCII | re.IGNORECASE,
)
"""Without a user name, without a fragment, and without a character that means something in a header."""


def redirect_origin(uri: str) -> str | None:
    """Return scheme, host and port of a redirect address, or None where nobody may be sent to it.

    A code that travels without TLS can be read on the way, so `http` is for the person's own machine only.
    """
    found = _ADDRESS.fullmatch(uri)
    if found is None:
        return None
    is_safe = found["scheme"].lower() == "https" or found["host"].lower() in LOOPBACK
    return found["origin"] if is_safe else None


def with_issuer(uri: str) -> str:
    """Name this site as the sender of an authorization answer (RFC 9207), so that a client tells two servers apart.

    The name is the site's own setting: the `Host` of a request is chosen by whoever sends it.
    """
    parts = urlsplit(uri)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "iss"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("iss", settings.PUBLIC_ORIGIN)])))
