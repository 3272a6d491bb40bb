"""Read the ICE candidates of a WHIP client that sends them one by one (RFC 8840)."""

from django.utils.translation import gettext as _

from spaces.gateway.sdp import MAX_CANDIDATES, MAX_SDP_BYTES, BadSdp, check_candidate, is_reachable
from spaces_project.common.errors import BadInput

_CANDIDATE = "a=candidate:"


def candidates_in(fragment: bytes) -> list[str]:
    """Return the candidates of an `application/trickle-ice-sdpfrag` that the gateway may send packets to. Raise
    `bad_sdp`."""
    if len(fragment) > MAX_SDP_BYTES or not fragment.isascii():
        raise BadInput("bad_sdp", _("The gateway cannot use this description."), reason="too_long")
    lines = [line.strip() for line in fragment.decode("ascii").splitlines()]
    found = [line.removeprefix("a=") for line in lines if line.startswith(_CANDIDATE)]
    if len(found) > MAX_CANDIDATES:
        raise BadInput("bad_sdp", _("There are too many candidates."), reason="too_many_candidates")
    try:
        for candidate in found:
            check_candidate({"candidate": candidate, "sdpMLineIndex": 0})
    except BadSdp as error:
        raise BadInput("bad_sdp", _(error.text).format(**error.values), reason=error.code) from error
    return [candidate for candidate in found if is_reachable(candidate)]
