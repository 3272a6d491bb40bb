"""The rules of captions: the host allows them, and each speaker agrees to them."""

from django.utils.translation import gettext as _

from spaces.models import Participant, Space
from spaces_project.common.errors import Conflict, Refused


def require_captions(space: Space) -> None:
    """Raise `captions_off` if the Space has no captions. The host decides at creation: a room without captions has no
    lanes, and none can be added while the Space is live."""
    if not space.captions_allowed:
        raise Conflict("captions_off", _("The host turned captions off in this Space."))


def require_consent(*, consents: bool) -> None:
    """Raise `no_consent` if the participant has not agreed to captions."""
    if not consents:
        raise Refused("no_consent", _("You have not agreed to be captioned in this Space."))


def require_captionable(participant: Participant, *, consents: bool) -> None:
    """Raise an error unless the participant's words may appear as captions. The participant must have agreed to it, and
    the microphone must be open."""
    require_consent(consents=consents)
    if participant.muted:
        raise Conflict("muted", _("Your microphone is off."))
