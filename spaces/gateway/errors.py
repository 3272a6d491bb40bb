"""Define everything the gateway client raises.

    GatewayError
    ├── GatewayUnavailable      no connection, or the socket was lost while waiting
    ├── GatewayTimeout          no answer before the deadline
    ├── SessionLost             the session that owned this handle is gone, and its audio with it
    ├── HandleLost              the handle was detached, by this client or by the gateway
    ├── UnexpectedAnswer        an answer that lacks what its request promises
    └── GatewayRefused          the gateway refused the request: `origin`, `number`, `reason`
        ├── NotAuthorised       wrong or missing API secret, admin key, room secret or pin
        ├── NoSuchSession
        ├── NoSuchHandle
        ├── RoomExists
        ├── NoSuchRoom
        ├── NoSuchParticipant
        ├── ParticipantExists
        ├── AlreadyJoined
        ├── NotJoined
        ├── InvalidSdp
        ├── MountpointExists
        ├── NoSuchMountpoint
        ├── RecordingStarted    the mountpoint is being recorded already
        └── CannotRecord        the file of the recording cannot be written

The core and each plugin number their errors on their own and the ranges overlap (458 is "no such session" from the core
and "cannot switch" from Streaming). So the class is chosen by origin and number together. Numbers: `src/apierror.h` and
the tops of `janus_audiobridge.c` and `janus_streaming.c`, v1.1.2.
"""

from enum import StrEnum
from typing import Final


class Origin(StrEnum):
    """The part of the gateway that refused a request."""

    CORE = "core"
    AUDIOBRIDGE = "janus.plugin.audiobridge"
    STREAMING = "janus.plugin.streaming"


class GatewayError(Exception):
    """Base of all errors of this package.

    Attributes:
        code: stable lower-case name, fit for an API answer or a metric label.
        message: one English sentence for logs; never contains a secret or an SDP.
    """

    code = "gateway_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class GatewayUnavailable(GatewayError):
    code = "gateway_unavailable"


class GatewayTimeout(GatewayError):
    code = "gateway_timeout"


class SessionLost(GatewayError):
    code = "gateway_session_lost"


class HandleLost(GatewayError):
    code = "gateway_handle_lost"


class UnexpectedAnswer(GatewayError):
    code = "gateway_unexpected_answer"


class GatewayRefused(GatewayError):
    """The gateway answered with an error.

    Attributes:
        origin: `Origin` value, or the name of another plugin.
        number: the gateway's own error number, meaningful only together with `origin`.
        reason: the gateway's own English text.
    """

    code = "gateway_refused"

    def __init__(self, origin: str, number: int, reason: str) -> None:
        super().__init__(f"{origin} {number}: {reason}")
        self.origin = origin
        self.number = number
        self.reason = reason


class NotAuthorised(GatewayRefused):
    code = "gateway_not_authorised"


class NoSuchSession(GatewayRefused):
    code = "gateway_no_such_session"


class NoSuchHandle(GatewayRefused):
    code = "gateway_no_such_handle"


class RoomExists(GatewayRefused):
    code = "gateway_room_exists"


class NoSuchRoom(GatewayRefused):
    code = "gateway_no_such_room"


class NoSuchParticipant(GatewayRefused):
    code = "gateway_no_such_participant"


class ParticipantExists(GatewayRefused):
    code = "gateway_participant_exists"


class AlreadyJoined(GatewayRefused):
    code = "gateway_already_joined"


class NotJoined(GatewayRefused):
    code = "gateway_not_joined"


class InvalidSdp(GatewayRefused):
    code = "gateway_invalid_sdp"


class MountpointExists(GatewayRefused):
    code = "gateway_mountpoint_exists"


class NoSuchMountpoint(GatewayRefused):
    code = "gateway_no_such_mountpoint"


class RecordingStarted(GatewayRefused):
    code = "gateway_recording_started"


class CannotRecord(GatewayRefused):
    code = "gateway_cannot_record"


_REFUSALS: Final[dict[tuple[str, int], type[GatewayRefused]]] = {
    (Origin.CORE, 403): NotAuthorised,
    (Origin.CORE, 458): NoSuchSession,
    (Origin.CORE, 459): NoSuchHandle,
    (Origin.CORE, 465): InvalidSdp,
    (Origin.AUDIOBRIDGE, 485): NoSuchRoom,
    (Origin.AUDIOBRIDGE, 486): RoomExists,
    (Origin.AUDIOBRIDGE, 487): NotJoined,
    (Origin.AUDIOBRIDGE, 489): NotAuthorised,
    (Origin.AUDIOBRIDGE, 490): ParticipantExists,
    (Origin.AUDIOBRIDGE, 491): AlreadyJoined,
    (Origin.AUDIOBRIDGE, 492): NoSuchParticipant,
    (Origin.AUDIOBRIDGE, 493): InvalidSdp,
    (Origin.STREAMING, 455): NoSuchMountpoint,
    (Origin.STREAMING, 457): NotAuthorised,
    (Origin.STREAMING, 459): CannotRecord,
}


def refusal(origin: str, number: int, reason: str) -> GatewayRefused:
    """Return the most specific `GatewayRefused` for an error that the gateway reported."""
    return _REFUSALS.get((origin, number), GatewayRefused)(origin, number, reason)
