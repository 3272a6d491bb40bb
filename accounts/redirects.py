"""Rules for the redirect addresses of OAuth apps."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

LOOPBACK: Final = frozenset({"127.0.0.1", "[::1]", "localhost"})
"""Hosts on the user's own machine, where a program listens without TLS."""
_ADDRESS: Final = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>\[::1\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::[0-9]{1,5})?)"
    r"(?:/[\w.~!$&()*+=:@%/-]*)?(?:\?[\w.~!$&()*+=:@%/?-]*)?",
    re.ASCII | re.IGNORECASE,
)
"""An address without a user name, without a fragment, and without characters that have a meaning in headers."""


def redirect_origin(uri: str) -> str | None:
    """Return scheme, host and port of a redirect address, or None if users must not be sent there.

    A code that travels without TLS can be read on the way, so `http` is allowed for the user's own machine only.
    """
    found = _ADDRESS.fullmatch(uri)
    if found is None:
        return None
    is_safe = found["scheme"].lower() == "https" or found["host"].lower() in LOOPBACK
    return found["origin"] if is_safe else None


def with_issuer(uri: str) -> str:
    """Return `uri` with this site named as the sender of the answer (RFC 9207), so that a client can tell two servers
    apart.

    The name comes from the settings. The `Host` header would not do: the sender of a request chooses it.
    """
    parts = urlsplit(uri)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "iss"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("iss", settings.PUBLIC_ORIGIN)])))
